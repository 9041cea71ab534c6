"""From a case's kind and urgency to the moment by which it must be signed for or completed.

Dispatch starts a limit; when the matter itself occurred never does. The rules are preset data. What is kept
of a limit is its inputs; its derivation is told again from them (`derivation.explain`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, product
from typing import Literal, get_args

from services.contracts.vocabulary import (
    KINDS,
    CaseLimitKind,
    Kind,
    LimitKind,
    SubjectLimitKind,
    Urgency,
)
from services.supervision.calendar import (
    WorkCalendar,
    WorkingHours,
    last_day,
    local_midnight,
    local_ordinal,
)

Unit = Literal["working_days", "working_hours", "hours", "days"]
"""What is counted: 工作日, working hours, plain hours, 自然日."""

Case = tuple[LimitKind, Kind | None, Urgency | None]
"""What a rule is for: a limit of cases of a kind and an urgency, or of a subject that has neither."""

UNITS: tuple[Unit, ...] = get_args(Unit)
LIMIT_KINDS: tuple[LimitKind, ...] = get_args(LimitKind)
CASE_LIMITS: tuple[CaseLimitKind, ...] = get_args(CaseLimitKind)
SUBJECT_LIMITS: tuple[SubjectLimitKind, ...] = get_args(SubjectLimitKind)
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1) // MICROSECOND


@dataclass(frozen=True, slots=True)
class LimitRule:
    """One line of a preset: which limit of which cases gets how much time."""

    id: str
    version: int
    kind: LimitKind
    amount: int
    unit: Unit
    case_kinds: tuple[Kind, ...]
    urgencies: tuple[Urgency, ...]

    def cases(self) -> Iterable[Case]:
        """The combinations it covers."""
        if self.kind in SUBJECT_LIMITS:
            return ((self.kind, None, None),)
        return product((self.kind,), self.case_kinds, self.urgencies)


class UnevenRules(ValueError):
    """A set in which some case has no rule, or more than one."""

    def __init__(self, set_id: str, case: Case, found: Sequence[str]) -> None:
        what = " ".join(filter(None, case))
        super().__init__(f"{set_id}: {what} needs exactly one rule, has {', '.join(found) or 'none'}")
        self.case = case
        self.found = tuple(found)


@dataclass(frozen=True, slots=True)
class LimitSet:
    """A preset: exactly one rule for each limit of each kind and urgency of cases, and of other subjects."""

    id: str
    version: int
    rules: tuple[LimitRule, ...]
    _table: Mapping[Case, LimitRule]

    @classmethod
    def of(cls, set_id: str, version: int, rules: Iterable[LimitRule]) -> "LimitSet":
        """Raises `UnevenRules` where a case has no rule or several."""
        rules = tuple(rules)
        table = {}
        subjects: Iterable[Case] = ((kind, None, None) for kind in SUBJECT_LIMITS)
        for case in chain(product(CASE_LIMITS, KINDS, URGENCIES), subjects):
            covering = [rule for rule in rules if case in rule.cases()]
            if len(covering) != 1:
                raise UnevenRules(set_id, case, [rule.id for rule in covering])
            table[case] = covering[0]
        return cls(set_id, version, rules, table)

    def rule(self, limit: LimitKind, case_kind: Kind | None, urgency: Urgency | None) -> LimitRule:
        """The rule for one limit of such a case; of another subject, which has neither kind nor urgency."""
        return self._table[limit, case_kind, urgency]


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension (挂起) that is over: [start, end), aware instants."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Extension:
    """Granted time (延期) on top of the rule's, in the rule's own unit."""

    amount: int


def in_unit(days: int, unit: Unit, hours: WorkingHours) -> int:
    """Days of an extension in the unit that a limit counts: working days, working hours, hours, or days."""
    each = {"working_days": 1, "days": 1, "hours": 24, "working_hours": hours.length // timedelta(hours=1)}
    return days * each[unit]


@dataclass(frozen=True, slots=True)
class Limit:
    """A due instant with everything it was computed from.

    `calendar_version` names the loaded years it rests on, and is empty where no calendar was asked.
    """

    rule: LimitRule
    dispatched_at: datetime
    due_at: datetime
    calendar_version: str
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None

    @property
    def kind(self) -> LimitKind:
        return self.rule.kind


@dataclass(frozen=True, slots=True)
class Ruler:
    """How a unit is counted, in whole quanta (days, or microseconds of time).

    `advance` gives the instant so many quanta after a start; `paused` the quanta a pause takes out of the
    time from a start to an instant.
    """

    quanta: int
    needs_calendar: bool
    advance: Callable[[WorkCalendar, datetime, int], datetime]
    paused: Callable[[WorkCalendar, datetime, datetime, Pause], int]


def compute(
    rule: LimitRule,
    dispatched_at: datetime,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
    extension: Extension | None = None,
) -> Limit:
    """The limit a rule sets for a case dispatched then. Raises `UnknownYear` rather than guess a year.

    Days: a day is paused when it begins within a pause, so the day of suspension still counts and the day
    of resumption doesn't, as with the day of dispatch. Hours: the paused time itself doesn't count.
    """
    pauses = merged(pauses)
    ruler = RULERS[rule.unit]
    quanta = (rule.amount + (extension.amount if extension else 0)) * ruler.quanta
    if rule.unit == "working_days" and not pauses:  # nearly every limit: nothing to count but once a day
        due_at, version = calendar.working_days_end(dispatched_at, quanta)
        return Limit(rule, dispatched_at, due_at, version, (), extension)
    due_at = ruler.advance(calendar, dispatched_at, quanta)
    if pauses:
        due_at = _past_the_pauses(ruler, dispatched_at, quanta, calendar, pauses)
    version = calendar.version(dispatched_at, due_at) if ruler.needs_calendar else ""
    return Limit(rule, dispatched_at, due_at, version, pauses, extension)


def merged(pauses: Sequence[Pause]) -> tuple[Pause, ...]:
    """The same paused time as pauses in order that don't touch; empty ones go."""
    if not pauses:
        return ()
    kept: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: pause.start):
        if pause.end <= pause.start:
            continue
        if kept and pause.start <= kept[-1].end:
            kept[-1] = Pause(kept[-1].start, max(kept[-1].end, pause.end))
        else:
            kept.append(pause)
    return tuple(kept)


def paused_amount(limit: Limit, pause: Pause, calendar: WorkCalendar) -> float:
    """What one of the limit's pauses took out of it, in the rule's unit."""
    ruler = RULERS[limit.rule.unit]
    return ruler.paused(calendar, limit.dispatched_at, limit.due_at, pause) / ruler.quanta


def _past_the_pauses(
    ruler: Ruler, start: datetime, quanta: int, calendar: WorkCalendar, pauses: tuple[Pause, ...]
) -> datetime:
    """Moving the end on may bring more paused time in; it ends when a move brings none."""
    lost, due_at = 0, ruler.advance(calendar, start, quanta)
    while (found := sum(ruler.paused(calendar, start, due_at, pause) for pause in pauses)) > lost:
        lost, due_at = found, ruler.advance(calendar, start, quanta + found)
    return due_at


def _paused_days(start: datetime, due_at: datetime, pause: Pause) -> tuple[int, int]:
    """(after, until]: the days of a limit that begin within a pause."""
    return max(local_ordinal(start), last_day(pause.start)), min(last_day(due_at), last_day(pause.end))


def _paused_natural_days(_: WorkCalendar, start: datetime, due_at: datetime, pause: Pause) -> int:
    after, until = _paused_days(start, due_at, pause)
    return max(0, until - after)


def _paused_working_days(calendar: WorkCalendar, start: datetime, due_at: datetime, pause: Pause) -> int:
    return len(calendar.working_ordinals(*_paused_days(start, due_at, pause)))


def _paused_time(_: WorkCalendar, start: datetime, due_at: datetime, pause: Pause) -> int:
    return max(0, (min(due_at, pause.end) - max(start, pause.start)) // MICROSECOND)


def _paused_working_time(calendar: WorkCalendar, start: datetime, due_at: datetime, pause: Pause) -> int:
    paused = calendar.working_time_between(max(start, pause.start), min(due_at, pause.end))
    return paused // MICROSECOND


def _after_days(_: WorkCalendar, start: datetime, days: int) -> datetime:
    return local_midnight(local_ordinal(start) + days + 1)


def _after_time(_: WorkCalendar, start: datetime, microseconds: int) -> datetime:
    return start + microseconds * MICROSECOND


def _after_working_time(calendar: WorkCalendar, start: datetime, microseconds: int) -> datetime:
    return calendar.add_working_time(start, microseconds * MICROSECOND)


RULERS: Mapping[Unit, Ruler] = {
    "working_days": Ruler(1, True, WorkCalendar.add_working_days, _paused_working_days),
    "working_hours": Ruler(HOUR, True, _after_working_time, _paused_working_time),
    "hours": Ruler(HOUR, False, _after_time, _paused_time),
    "days": Ruler(1, False, _after_days, _paused_natural_days),
}
