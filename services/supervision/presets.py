"""The presets an authority chooses from, read from the YAML files in `presets/`; each names its source.

`limits-<id>.yaml` is a `LimitSet`, `ladder-<id>.yaml` a `Ladder`. An authority's own file goes through
`parse_limits` or `parse_ladder` just so.
"""

from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.contracts.vocabulary import KINDS, Kind, LimitKind, Urgency
from services.supervision.ladder import (
    Colour,
    Consequence,
    CrookedLadder,
    Ladder,
    Measure,
    Recipient,
    Rung,
)
from services.supervision.limits import LimitRule, LimitSet, UnevenRules, Unit

Model = TypeVar("Model", bound=BaseModel)

LIMITS = ("guangdong", "beijing", "qinglong")
LADDERS = ("default", "sanming", "suqian", "guangyuan")


class InvalidPreset(ValueError):
    """A preset that can't be read, with its name and every reason."""

    def __init__(self, name: str, reasons: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(reasons))
        self.name = name
        self.reasons = tuple(reasons)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Rule(_Entry):
    id: str
    limit: LimitKind
    amount: int = Field(ge=1)
    unit: Unit
    kinds: tuple[Kind, ...] = KINDS
    urgencies: tuple[Urgency, ...] = Field(min_length=1)


class _Limits(_Entry):
    id: str
    version: int = Field(ge=1)
    rules: tuple[_Rule, ...]


class _Rung(_Entry):
    number: int = Field(ge=1)
    offset: int
    colour: Colour
    measure: Measure
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    collapsed_counts: bool = False


class _Consequence(_Entry):
    colour: Colour
    times: int = Field(ge=1)
    measure: Measure
    points: int = Field(ge=0)


class _Ladder(_Entry):
    id: str
    version: int = Field(ge=1)
    late_after_minutes: int = Field(ge=0)
    complete: tuple[_Rung, ...]
    sign_for: tuple[_Rung, ...]
    rectification: tuple[_Rung, ...] = ()
    assist: tuple[_Rung, ...] = ()
    consequences: tuple[_Consequence, ...] = ()


def limit_set(preset: str) -> LimitSet:
    """The shipped limits of that name (`LIMITS`). Raises `InvalidPreset` for a name there isn't."""
    return parse_limits(_text("limits", preset, LIMITS), f"limits-{preset}.yaml")


def ladder(preset: str) -> Ladder:
    """The shipped ladder of that name (`LADDERS`). Raises `InvalidPreset` for a name there isn't."""
    return parse_ladder(_text("ladder", preset, LADDERS), f"ladder-{preset}.yaml")


def parse_limits(text: str, name: str) -> LimitSet:
    """A limit set from YAML; `name` is what errors call it. Raises `InvalidPreset`.

    A rule's id is prefixed with the set's: `guangdong/consultation`.
    """
    entry = _parse(_Limits, text, name)
    try:
        return LimitSet.of(entry.id, entry.version, _rules(entry))
    except UnevenRules as uneven:
        raise InvalidPreset(name, [str(uneven)]) from uneven


def parse_ladder(text: str, name: str) -> Ladder:
    """A ladder from YAML; `name` is what errors call it. Raises `InvalidPreset`."""
    entry = _parse(_Ladder, text, name)
    rungs = {kind: _rungs(kind, steps) for kind, steps in _by_kind(entry).items()}
    consequences = [Consequence(**one.model_dump()) for one in entry.consequences]
    try:
        tolerance = timedelta(minutes=entry.late_after_minutes)
        return Ladder.of(entry.id, entry.version, tolerance, rungs, consequences)
    except CrookedLadder as crooked:
        raise InvalidPreset(name, [str(crooked)]) from crooked


def _text(what: str, preset: str, known: tuple[str, ...]) -> str:
    if preset not in known:
        raise InvalidPreset(preset, [f"no such preset; choose one of {', '.join(known)}"])
    return files("services.supervision").joinpath("presets", f"{what}-{preset}.yaml").read_text("utf-8")


def _parse(model: type[Model], text: str, name: str) -> Model:
    try:
        return model.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as broken:
        raise InvalidPreset(name, [str(broken)]) from broken
    except ValidationError as invalid:
        reasons = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in invalid.errors()]
        raise InvalidPreset(name, reasons) from invalid


def _rules(entry: _Limits) -> Iterator[LimitRule]:
    for rule in entry.rules:
        yield LimitRule(
            id=f"{entry.id}/{rule.id}",
            version=entry.version,
            kind=rule.limit,
            amount=rule.amount,
            unit=rule.unit,
            case_kinds=rule.kinds,
            urgencies=rule.urgencies,
        )


def _by_kind(entry: _Ladder) -> dict[LimitKind, tuple[_Rung, ...]]:
    further: dict[LimitKind, tuple[_Rung, ...]] = {
        "rectification": entry.rectification,
        "assist": entry.assist,
    }
    given = {kind: steps for kind, steps in further.items() if steps}
    return {"complete": entry.complete, "sign_for": entry.sign_for, **given}


def _rungs(kind: LimitKind, steps: tuple[_Rung, ...]) -> tuple[Rung, ...]:
    return tuple(Rung(limit_kind=kind, **step.model_dump()) for step in steps)
