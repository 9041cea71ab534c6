"""The presets an authority chooses from, read from the YAML files in `presets/`; each names its source.

`limits-<id>.yaml` is a `LimitSet`, `ladder-<id>.yaml` a `Ladder`; `preset_files` says what may stand in one.
"""

from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from services.contracts.vocabulary import LimitKind
from services.supervision.ladder import Consequence, CrookedLadder, Ladder, Rung, Start
from services.supervision.limits import LimitRule, LimitSet, UnevenRules
from services.supervision.preset_files import (
    AtOnceEntry,
    LadderFile,
    LimitsFile,
    RungEntry,
    StartEntry,
    by_kind,
    ladder_faults,
    limit_faults,
)

Model = TypeVar("Model", bound=BaseModel)

LIMITS = ("guangdong", "beijing", "qinglong")
LADDERS = ("default", "sanming", "suqian", "guangyuan")


class InvalidPreset(ValueError):
    """A preset that can't be read, with its name and every reason."""

    def __init__(self, name: str, reasons: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(reasons))
        self.name = name
        self.reasons = tuple(reasons)


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
    entry = _parse(LimitsFile, text, name)
    if faults := limit_faults(entry):
        raise InvalidPreset(name, faults)
    try:
        return LimitSet.of(entry.id, entry.version, _rules(entry))
    except UnevenRules as uneven:
        raise InvalidPreset(name, [str(uneven)]) from uneven


def parse_ladder(text: str, name: str) -> Ladder:
    """A ladder from YAML; `name` is what errors call it. Raises `InvalidPreset`."""
    entry = _parse(LadderFile, text, name)
    if faults := ladder_faults(entry):
        raise InvalidPreset(name, faults)
    rungs = {kind: _rungs(kind, steps) for kind, steps in by_kind(entry).items()}
    consequences = [Consequence(**one.model_dump()) for one in entry.consequences]
    try:
        tolerance = timedelta(minutes=entry.late_after_minutes)
        at_once, starts = map(_at_once, entry.events), map(_start, entry.starts)
        return Ladder.of(entry.id, entry.version, tolerance, rungs, consequences, at_once, starts)
    except CrookedLadder as crooked:
        raise InvalidPreset(name, [str(crooked)]) from crooked


def _text(what: str, preset: str, known: tuple[str, ...]) -> str:
    if preset not in known:
        raise InvalidPreset(preset, [f"no such preset; choose one of {', '.join(known)}"])
    return files("services.supervision").joinpath("presets", f"{what}-{preset}.yaml").read_text("utf-8")


def _parse(model: type[Model], text: str, name: str) -> Model:
    try:
        return model.model_validate(_loaded(text, name))
    except ValidationError as invalid:
        reasons = [_reason(fault["loc"], fault["msg"], fault["type"]) for fault in invalid.errors()]
        raise InvalidPreset(name, reasons) from invalid


def _loaded(text: str, name: str) -> Any:
    """What YAML makes of it; it says ValueError of a month 13, and recurses into whatever is nested."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as broken:
        raise InvalidPreset(name, [f"file: {broken}"]) from broken
    except RecursionError as deep:
        raise InvalidPreset(
            name, ["file: nested too deeply – write it as the presets of this release"]
        ) from deep


def _reason(field: tuple[int | str, ...], message: str, kind: str) -> str:
    remedy = REMEDIES.get(kind)
    return f"{'.'.join(map(str, field)) or 'file'}: {message}" + (f" – {remedy}" if remedy else "")


REMEDIES: Final = {
    "missing": "add it",
    "extra_forbidden": "take it out, or correct its name",
    "too_short": "name at least one",
    "too_long": "leave some out",
    "model_type": "write its fields, a line each, as in the presets of this release",
}
"""For what pydantic's own words don't say what to do about."""


def _rules(entry: LimitsFile) -> Iterator[LimitRule]:
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


def _rungs(kind: LimitKind, steps: tuple[RungEntry, ...]) -> tuple[Rung, ...]:
    return tuple(Rung(limit_kind=kind, **step.model_dump()) for step in steps)


def _at_once(step: AtOnceEntry) -> Rung:
    return Rung(limit_kind=None, number=1, offset=0, collapsed_counts=False, **step.model_dump())


def _start(start: StartEntry) -> Start:
    return Start(start.limit, start.rung, start.kinds, start.urgencies)
