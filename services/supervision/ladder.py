"""The supervision ladder (督办): which notice goes to whom how far before or after a limit.

Rungs are preset data. Deciding is pure; whoever holds the limit's row records what is decided here, fenced
by the generation it carries.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol

from services.contracts.vocabulary import LimitKind
from services.supervision.calendar import WorkCalendar

Colour = Literal["blue", "yellow", "orange", "red"]
Recipient = Literal["unit", "leader", "parent", "party_committee"]
Measure = Literal["reminder", "warning", "overdue", "special_letter", "interview"]
"""催办提醒, 预警, 逾期督办, 专函督办, 约谈."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: `offset` in working days from the limit (−2 before, 0 at, +2 after); `number` from 1 up.

    `collapsed_counts`: whether it counts against the unit where a newer rung was sent in its stead.
    """

    limit_kind: LimitKind
    number: int
    offset: int
    colour: Colour
    measure: Measure
    recipients: tuple[Recipient, ...]
    collapsed_counts: bool

    @property
    def overdue(self) -> bool:
        """Whether the limit has passed when it fires."""
        return self.offset >= 0


@dataclass(frozen=True, slots=True)
class Consequence:
    """What the `times`-th counting notice of a colour on one limit brings, and the points it costs."""

    colour: Colour
    times: int
    measure: Measure
    points: int


class CrookedLadder(ValueError):
    """A ladder whose rungs aren't numbered from 1 in the order in which they fire."""

    def __init__(self, ladder_id: str, kind: LimitKind, rungs: Sequence[Rung]) -> None:
        found = ", ".join(f"{rung.number} at {rung.offset:+d}" for rung in rungs) or "none"
        super().__init__(f"{ladder_id}, {kind}: number rungs 1, 2, … by rising offset; found {found}")


@dataclass(frozen=True, slots=True)
class Ladder:
    """A preset's rungs for each kind of limit. A rung later than `tolerance` says that it is late."""

    id: str
    version: int
    tolerance: timedelta
    consequences: tuple[Consequence, ...]
    _rungs: Mapping[LimitKind, tuple[Rung, ...]]
    _offsets: Mapping[LimitKind, tuple[int, ...]]

    @classmethod
    def of(
        cls,
        ladder_id: str,
        version: int,
        tolerance: timedelta,
        rungs: Mapping[LimitKind, Sequence[Rung]],
        consequences: Iterable[Consequence] = (),
    ) -> "Ladder":
        """Raises `CrookedLadder` where rungs aren't numbered 1, 2, … by rising offset."""
        for kind, steps in rungs.items():
            numbered = [rung.number for rung in steps] == list(range(1, len(steps) + 1))
            rising = all(one.offset < two.offset for one, two in pairwise(steps))
            if not (steps and numbered and rising):
                raise CrookedLadder(ladder_id, kind, steps)
        table = {kind: tuple(steps) for kind, steps in rungs.items()}
        offsets = {kind: tuple(rung.offset for rung in steps) for kind, steps in rungs.items()}
        return cls(ladder_id, version, tolerance, tuple(consequences), table, offsets)

    def rungs(self, kind: LimitKind) -> tuple[Rung, ...]:
        """The rungs of one kind of limit, in the order in which they fire; a kind may have none."""
        return self._rungs.get(kind, ())

    def offsets(self, kind: LimitKind) -> tuple[int, ...]:
        """The offsets of these rungs, in working days."""
        return self._offsets.get(kind, ())


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


def consequences(ladder: Ladder, counted: Sequence[Rung]) -> list[Consequence]:
    """What the rungs that counted on one limit have brought upon the unit so far (Guangyuan 2018)."""
    times: Callable[[Colour], int] = [rung.colour for rung in counted].count
    return [one for one in ladder.consequences if times(one.colour) >= one.times]
