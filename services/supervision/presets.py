"""The presets an authority chooses from, read from the YAML files in `presets/`; each names its source.

`limits-<id>.yaml` is a `LimitSet`, `ladder-<id>.yaml` a `Ladder`. An authority's own file goes through
`parse_limits` or `parse_ladder` just so.
"""

from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from typing import Final, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.contracts.vocabulary import KINDS, Kind, LimitKind, Measure, Trigger, Urgency
from services.supervision.ladder import (
    Colour,
    Consequence,
    CrookedLadder,
    Ladder,
    Recipient,
    Rung,
    Start,
)
from services.supervision.limits import SUBJECT_LIMITS, URGENCIES, LimitRule, LimitSet, UnevenRules, Unit

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
    urgencies: tuple[Urgency, ...] = ()


class _Limits(_Entry):
    id: str
    version: int = Field(ge=1)
    rules: tuple[_Rule, ...]


class _Step(_Entry):
    colour: Colour
    measure: Measure
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    reply_by: int | None = Field(default=None, ge=1)
    points: int = Field(default=0, ge=0)


class _Rung(_Step):
    number: int = Field(ge=1)
    offset: int
    trigger: Trigger = "limit"
    collapsed_counts: bool = False


class _AtOnce(_Step):
    trigger: Trigger


class _Start(_Entry):
    limit: LimitKind
    rung: int = Field(ge=1)
    kinds: tuple[Kind, ...] = KINDS
    urgencies: tuple[Urgency, ...] = URGENCIES


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
    letter_receipt: tuple[_Rung, ...] = ()
    letter_reply: tuple[_Rung, ...] = ()
    project_report: tuple[_Rung, ...] = ()
    listing_report: tuple[_Rung, ...] = ()
    follow_up: tuple[_Rung, ...] = ()
    notice_reply: tuple[_Rung, ...] = ()
    events: tuple[_AtOnce, ...] = ()
    starts: tuple[_Start, ...] = ()
    consequences: tuple[_Consequence, ...] = ()


REPORTS: Final[frozenset[LimitKind]] = frozenset({"project_report", "listing_report"})
"""Limits of which a rung at or after the limit says that a report is missing."""
AT_ONCE: Final[frozenset[Trigger]] = frozenset({"bad_rating", "repeat", "finding"})
"""What has a rung under `events`, and no limit."""


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
    if faults := [*_wrong_urgencies(entry)]:
        raise InvalidPreset(name, faults)
    try:
        return LimitSet.of(entry.id, entry.version, _rules(entry))
    except UnevenRules as uneven:
        raise InvalidPreset(name, [str(uneven)]) from uneven


def parse_ladder(text: str, name: str) -> Ladder:
    """A ladder from YAML; `name` is what errors call it. Raises `InvalidPreset`."""
    entry = _parse(_Ladder, text, name)
    if faults := [*_wrong_triggers(entry), *_wrong_events(entry), *_wrong_starts(entry)]:
        raise InvalidPreset(name, faults)
    rungs = {kind: _rungs(kind, steps) for kind, steps in _by_kind(entry).items()}
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
        return model.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as broken:
        raise InvalidPreset(name, [str(broken)]) from broken
    except ValidationError as invalid:
        reasons = [_reason(fault["loc"], fault["msg"], fault["type"]) for fault in invalid.errors()]
        raise InvalidPreset(name, reasons) from invalid


def _reason(field: tuple[int | str, ...], message: str, kind: str) -> str:
    remedy = REMEDIES.get(kind)
    return f"{'.'.join(map(str, field))}: {message}" + (f" – {remedy}" if remedy else "")


REMEDIES: Final = {
    "missing": "add it",
    "extra_forbidden": "take it out, or correct its name",
    "too_short": "name at least one",
}
"""For what pydantic's own words don't say what to do about."""


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


def _wrong_urgencies(entry: _Limits) -> Iterator[str]:
    """Cases have an urgency, other subjects have neither that nor a kind."""
    for number, rule in enumerate(entry.rules):
        of_subject = rule.limit in SUBJECT_LIMITS
        if of_subject and rule.urgencies:
            yield f"rules.{number}.urgencies: {rule.limit} isn't of a case – take it out"
        elif not of_subject and not rule.urgencies:
            yield f"rules.{number}.urgencies: none – name at least one of {', '.join(URGENCIES)}"


def _by_kind(entry: _Ladder) -> dict[LimitKind, tuple[_Rung, ...]]:
    """Those of cases first, since each ladder has them; of the others those that are given."""
    given = {kind: getattr(entry, kind, ()) for kind in get_args(LimitKind)}
    further = {kind: steps for kind, steps in given.items() if steps}
    return {"complete": entry.complete, "sign_for": entry.sign_for, **further}


def _rungs(kind: LimitKind, steps: tuple[_Rung, ...]) -> tuple[Rung, ...]:
    return tuple(Rung(limit_kind=kind, **step.model_dump()) for step in steps)


def _wrong_triggers(entry: _Ladder) -> Iterator[str]:
    """Each rung of a limit says by its trigger what its recipients are told."""
    for kind, steps in _by_kind(entry).items():
        for place, step in enumerate(steps):
            missing = kind in REPORTS and step.offset >= 0
            wanted: Trigger = "report_missing" if missing else "limit"
            if step.trigger != wanted and kind != "notice_reply":
                yield f"{kind}.{place}.trigger: {step.trigger} – write {wanted}"


def _wrong_events(entry: _Ladder) -> Iterator[str]:
    seen = set[Trigger]()
    for place, step in enumerate(entry.events):
        if step.trigger not in AT_ONCE:
            yield f"events.{place}.trigger: {step.trigger} – write one of {', '.join(sorted(AT_ONCE))}"
        if step.trigger in seen:
            yield f"events.{place}.trigger: {step.trigger} twice – leave one of them"
        seen.add(step.trigger)


def _wrong_starts(entry: _Ladder) -> Iterator[str]:
    known = _by_kind(entry)
    for place, start in enumerate(entry.starts):
        rungs = len(known.get(start.limit, ()))
        if start.rung > rungs:
            yield f"starts.{place}.rung: {start.rung} – {start.limit} has rungs 1 to {rungs}"


def _at_once(step: _AtOnce) -> Rung:
    return Rung(limit_kind=None, number=1, offset=0, collapsed_counts=False, **step.model_dump())


def _start(start: _Start) -> Start:
    return Start(start.limit, start.rung, start.kinds, start.urgencies)
