"""The supervision ladder (督办): which notice goes to whom how far before or after a limit, or at an event.

Rungs are preset data. Deciding is pure; whoever holds the limit's row records what is decided here, fenced
by the generation it carries.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol, TypeVar
from uuid import UUID

from services.contracts.vocabulary import Kind, LimitKind, Measure, Trigger, Urgency
from services.supervision.calendar import WorkCalendar

Colour = Literal["blue", "yellow", "orange", "red"]
Recipient = Literal["unit", "leader", "parent", "party_committee"]
NoticeKey = TypeVar("NoticeKey")


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: `offset` in working days from the limit (−2 before, 0 at, +2 after); `number` from 1 up.

    One that an event brings has no limit and falls at once. `collapsed_counts`: whether it counts against the
    unit where a newer rung was sent in its stead. `reply_by`: working days within which it wants a written
    answer. `points` is what it costs the unit and the post, where it counts.
    """

    limit_kind: LimitKind | None
    number: int
    offset: int
    colour: Colour
    measure: Measure
    recipients: tuple[Recipient, ...]
    collapsed_counts: bool
    trigger: Trigger = "limit"
    reply_by: int | None = None
    points: int = 0

    @property
    def overdue(self) -> bool:
        """Whether the limit has passed when it fires."""
        return self.limit_kind is not None and self.offset >= 0


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a unit's `times`-th counting notice of a colour on one task brings, and the points it costs."""

    colour: Colour
    times: int
    measure: Measure
    points: int


@dataclass(frozen=True, slots=True)
class Start:
    """A limit of major cases begins at rung number `rung`, not at the first."""

    limit: LimitKind
    rung: int
    case_kinds: tuple[Kind, ...]
    urgencies: tuple[Urgency, ...]

    def concerns(self, limit: LimitKind, case_kind: Kind | None, urgency: Urgency | None) -> bool:
        """Whether such a limit begins there."""
        return limit == self.limit and case_kind in self.case_kinds and urgency in self.urgencies


class CrookedLadder(ValueError):
    """A ladder whose rungs aren't numbered from 1 in the order in which they fire."""

    def __init__(self, kind: LimitKind, rungs: Sequence[Rung]) -> None:
        found = ", ".join(f"{rung.number} at {rung.offset:+d}" for rung in rungs) or "none"
        super().__init__(f"{kind}: rungs {found} – number them 1, 2, … by rising offset")


@dataclass(frozen=True, slots=True)
class Ladder:
    """A preset's rungs for each kind of limit. A rung later than `tolerance` says that it is late."""

    id: str
    version: int
    tolerance: timedelta
    consequences: tuple[Consequence, ...]
    _rungs: Mapping[LimitKind, tuple[Rung, ...]]
    _offsets: Mapping[LimitKind, tuple[int, ...]]
    events: Mapping[Trigger, Rung]
    starts: tuple[Start, ...]

    @classmethod
    def of(
        cls,
        ladder_id: str,
        version: int,
        tolerance: timedelta,
        rungs: Mapping[LimitKind, Sequence[Rung]],
        consequences: Iterable[Consequence] = (),
        events: Iterable[Rung] = (),
        starts: Iterable[Start] = (),
    ) -> "Ladder":
        """Raises `CrookedLadder` where rungs aren't numbered 1, 2, … by rising offset."""
        for kind, steps in rungs.items():
            numbered = [rung.number for rung in steps] == list(range(1, len(steps) + 1))
            rising = all(one.offset < two.offset for one, two in pairwise(steps))
            if not (steps and numbered and rising):
                raise CrookedLadder(kind, steps)
        table = {kind: tuple(steps) for kind, steps in rungs.items()}
        offsets = {kind: tuple(rung.offset for rung in steps) for kind, steps in rungs.items()}
        at_once = {rung.trigger: rung for rung in events}
        return cls(ladder_id, version, tolerance, tuple(consequences), table, offsets, at_once, tuple(starts))

    def rungs(self, kind: LimitKind) -> tuple[Rung, ...]:
        """The rungs of one kind of limit, in the order in which they fire; a kind may have none."""
        return self._rungs.get(kind, ())

    def offsets(self, kind: LimitKind) -> tuple[int, ...]:
        """The offsets of these rungs, in working days."""
        return self._offsets.get(kind, ())

    def start(self, limit: LimitKind, case_kind: Kind | None, urgency: Urgency | None) -> int:
        """The number of the rung at which such a limit begins: 1, but for major cases."""
        found = (one.rung for one in self.starts if one.concerns(limit, case_kind, urgency))
        return next(found, 1)


class Dated(Protocol):
    """What a ladder needs to know of a limit; `limits.Limit` is one."""

    @property
    def kind(self) -> LimitKind: ...
    @property
    def dispatched_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...


class RungInstant(NamedTuple):
    """When a rung of one limit fires; None while the year it falls in isn't loaded."""

    rung: Rung
    at: datetime | None


@dataclass(frozen=True, slots=True)
class LimitState:
    """What a limit's row holds of its ladder: rungs below number `next_rung` are recorded already."""

    due_at: datetime
    rungs: tuple[RungInstant, ...]
    next_rung: int
    generation: int


@dataclass(frozen=True, slots=True)
class NoticeDecision:
    """A rung to record: sent, or collapsed into rung number `into`, the newest that is past."""

    rung: Rung
    at: datetime
    outcome: Literal["sent", "collapsed"]
    into: int | None
    late: bool
    generation: int

    @property
    def counts(self) -> bool:
        """Whether it counts against the unit (see `consequences`)."""
        return self.outcome == "sent" or self.rung.collapsed_counts


def rungs(limit: Dated, ladder: Ladder, calendar: WorkCalendar) -> tuple[RungInstant, ...]:
    """The instants of a limit's rungs, in order.

    A rung that would fire at or before dispatch is left out: dispatch itself has just told the unit. A rung
    in a year that isn't loaded has no instant yet; the others fire all the same.
    """
    steps = ladder.rungs(limit.kind)
    instants = calendar.shifts(limit.due_at, ladder.offsets(limit.kind))
    start = limit.dispatched_at
    return tuple(
        [RungInstant(rung, at) for rung, at in zip(steps, instants, strict=True) if at is None or at > start]
    )


def next_instant(state: LimitState) -> datetime | None:
    """When to look at this limit again; None when no rung is left that has an instant."""
    left = (step.at for step in state.rungs if step.at and step.rung.number >= state.next_rung)
    return next(left, None)


def notices_due(state: LimitState, now: datetime, tolerance: timedelta) -> list[NoticeDecision]:
    """The notices to record by the business clock's `now`, oldest first.

    Of several past rungs (after a downtime) only the newest is sent; the older ones are recorded as collapsed
    into it. After recording, `next_rung` is the last one's number + 1.
    """
    past = [
        (step.rung, step.at)
        for step in state.rungs
        if step.rung.number >= state.next_rung and step.at is not None and step.at <= now
    ]
    return [
        NoticeDecision(
            rung=rung,
            at=at,
            outcome="sent" if rung is past[-1][0] else "collapsed",
            into=None if rung is past[-1][0] else past[-1][0].number,
            late=now - at > tolerance,
            generation=state.generation,
        )
        for rung, at in past
    ]


class Task(NamedTuple):
    """A notice as the consequences count it: whose it is, of what."""

    subject_id: UUID
    unit: str
    colour: str


def consequences(
    ladder: Ladder, before: Mapping[Task, int], counted: Iterable[tuple[NoticeKey, Task]]
) -> Iterator[tuple[NoticeKey, Consequence]]:
    """What further counting notices bring, in their order: the notice that brings it, and what.

    `before`: how many of each were recorded. Two yellows are of one task and one unit, whichever limits they
    are of; each consequence comes once (Guangyuan 2018).
    """
    times = dict(before)
    for notice, task in counted:
        times[task] = times.get(task, 0) + 1
        for one in ladder.consequences:
            if one.colour == task.colour and one.times == times[task]:
                yield notice, one
