"""The files of presets: what may stand in them, and what doesn't fit together in them. Pure.

Each fault names its field and the remedy.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Annotated, Final, get_args

from pydantic import BaseModel, ConfigDict, Field

from services.contracts.vocabulary import KINDS, Kind, LimitKind, Measure, Trigger, Urgency
from services.supervision.ladder import Colour, Recipient
from services.supervision.limits import CASE_LIMITS, SUBJECT_LIMITS, URGENCIES, Unit

YEAR: Final = 250
"""Working days of a year: nothing is counted over more."""
MOST: Final = 50
"""Entries of a list: more say the same twice."""
Points = Annotated[int, Field(ge=0, le=100)]


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleEntry(Entry):
    id: str
    limit: LimitKind
    amount: int = Field(ge=1, le=10_000)
    unit: Unit
    kinds: tuple[Kind, ...] = KINDS
    urgencies: tuple[Urgency, ...] = ()


class LimitsFile(Entry):
    id: str
    version: int = Field(ge=1)
    rules: tuple[RuleEntry, ...]


class StepEntry(Entry):
    colour: Colour
    measure: Measure
    recipients: tuple[Recipient, ...] = Field(min_length=1, max_length=len(get_args(Recipient)))
    reply_by: int | None = Field(default=None, ge=1, le=YEAR)
    points: Points = 0


class RungEntry(StepEntry):
    number: int = Field(ge=1)
    offset: int = Field(ge=-YEAR, le=YEAR)
    trigger: Trigger = "limit"
    collapsed_counts: bool = False


class AtOnceEntry(StepEntry):
    trigger: Trigger


class StartEntry(Entry):
    limit: LimitKind
    rung: int = Field(ge=1)
    kinds: tuple[Kind, ...] = Field(KINDS, max_length=len(KINDS))
    urgencies: tuple[Urgency, ...] = Field(URGENCIES, max_length=len(URGENCIES))


class ConsequenceEntry(Entry):
    colour: Colour
    times: int = Field(ge=1, le=100)
    measure: Measure
    points: Points


Rungs = Annotated[tuple[RungEntry, ...], Field(max_length=MOST)]


class LadderFile(Entry):
    id: str
    version: int = Field(ge=1)
    late_after_minutes: int = Field(ge=0, le=10_080)
    complete: Rungs
    sign_for: Rungs
    rectification: Rungs = ()
    assist: Rungs = ()
    letter_receipt: Rungs = ()
    letter_reply: Rungs = ()
    project_report: Rungs = ()
    listing_report: Rungs = ()
    follow_up: Rungs = ()
    notice_reply: Rungs = ()
    events: tuple[AtOnceEntry, ...] = Field((), max_length=MOST)
    starts: tuple[StartEntry, ...] = Field((), max_length=MOST)
    consequences: tuple[ConsequenceEntry, ...] = Field((), max_length=MOST)


REPORTS: Final[frozenset[LimitKind]] = frozenset({"project_report", "listing_report"})
"""Limits of which a rung at or after the limit says that a report is missing."""
AT_ONCE: Final[frozenset[Trigger]] = frozenset({"bad_rating", "repeat", "finding"})
"""What has a rung under `events`, and no limit."""


def limit_faults(entry: LimitsFile) -> list[str]:
    """What doesn't fit in a file of limits."""
    return [*_wrong_urgencies(entry)]


def ladder_faults(entry: LadderFile) -> list[str]:
    """What doesn't fit in a file of a ladder."""
    return [fault for check in CHECKS for fault in check(entry)]


def by_kind(entry: LadderFile) -> dict[LimitKind, tuple[RungEntry, ...]]:
    """Those of cases first, since each ladder has them; of the others those that are given."""
    given = {kind: getattr(entry, kind, ()) for kind in get_args(LimitKind)}
    further = {kind: steps for kind, steps in given.items() if steps}
    return {"complete": entry.complete, "sign_for": entry.sign_for, **further}


def _wrong_urgencies(entry: LimitsFile) -> Iterator[str]:
    """Cases have an urgency, other subjects have neither that nor a kind."""
    for number, rule in enumerate(entry.rules):
        of_subject = rule.limit in SUBJECT_LIMITS
        if of_subject and rule.urgencies:
            yield f"rules.{number}.urgencies: {rule.limit} isn't of a case – take it out"
        elif not of_subject and not rule.urgencies:
            yield f"rules.{number}.urgencies: none – name at least one of {', '.join(URGENCIES)}"


def _wrong_triggers(entry: LadderFile) -> Iterator[str]:
    """Each rung of a limit says by its trigger what its recipients are told."""
    for kind, steps in by_kind(entry).items():
        for place, step in enumerate(steps):
            if step.trigger not in (wanted := _triggers(kind, step.offset)):
                yield f"{kind}.{place}.trigger: {step.trigger} – write {_or(wanted)}"


def _triggers(kind: LimitKind, offset: int) -> tuple[Trigger, ...]:
    if kind == "notice_reply":
        return ("limit", "report_missing")
    return ("report_missing",) if kind in REPORTS and offset >= 0 else ("limit",)


def _endless(entry: LadderFile) -> Iterator[str]:
    """An answer asked for because an answer is missing would go on for ever."""
    for place, step in enumerate(entry.notice_reply):
        if step.reply_by is not None:
            yield f"notice_reply.{place}.reply_by: {step.reply_by} – take it out"


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"


def _wrong_events(entry: LadderFile) -> Iterator[str]:
    seen = set[Trigger]()
    for place, step in enumerate(entry.events):
        if step.trigger not in AT_ONCE:
            yield f"events.{place}.trigger: {step.trigger} – write one of {', '.join(sorted(AT_ONCE))}"
        if step.trigger in seen:
            yield f"events.{place}.trigger: {step.trigger} twice – leave one of them"
        seen.add(step.trigger)


def _wrong_starts(entry: LadderFile) -> Iterator[str]:
    known = by_kind(entry)
    seen = set[tuple[str, ...]]()
    for place, start in enumerate(entry.starts):
        if start.limit not in CASE_LIMITS:
            of_cases = ", ".join(kind for kind in CASE_LIMITS if kind in known)
            yield f"starts.{place}.limit: {start.limit} is never major – write one of {of_cases}"
            continue
        if start.rung > (rungs := len(known.get(start.limit, ()))):
            yield f"starts.{place}.rung: {start.rung} – {start.limit} has rungs 1 to {rungs}"
        cases: set[tuple[str, ...]] = {*product((start.limit,), start.kinds, start.urgencies)}
        if again := sorted(seen & cases):
            yield f"starts.{place}: {' '.join(again[0])} starts elsewhere already – leave one of them"
        seen |= cases


def _wrong_consequences(entry: LadderFile) -> Iterator[str]:
    colours = {step.colour for steps in (*by_kind(entry).values(), entry.events) for step in steps}
    seen = set[tuple[str, int, str]]()
    for place, one in enumerate(entry.consequences):
        if one.colour not in colours:
            yield f"consequences.{place}.colour: no notice is {one.colour} – write {_or(sorted(colours))}"
        key = (one.colour, one.times, one.measure)
        if key in seen:
            yield f"consequences.{place}: {one.colour}, {one.times}, {one.measure} twice – leave one of them"
        seen.add(key)


CHECKS: Final = (_wrong_triggers, _endless, _wrong_events, _wrong_starts, _wrong_consequences)
