"""Limits of what isn't a case: a letter's receipt and reply, a project's and a listing's progress report.

They lie in the same table, climb the same ladders and are fired by the same schedule as those of cases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from services.contracts.supervision import SubjectLimitSet
from services.contracts.vocabulary import LimitKind, SubjectKind, SubjectLimitKind
from services.supervision.calendar import local_ordinal
from services.supervision.further import subject_told
from services.supervision.limits import LimitRule
from services.supervision.policy import Policy
from services.supervision.watched import Watched, begun_by

Outcome = Literal["met", "closed"]
"""Done, in time or not; or it need not be done any more."""


@dataclass(frozen=True, slots=True)
class SubjectLimit:
    """A limit to open: of what, whose, from when (aware). `about` tells several of one kind apart.

    `due_day`: the local day at whose end it is due, where a person named one; `days`: so many working days,
    where the authority's own policy says it; else the preset's rule tells.
    """

    subject: SubjectKind
    subject_id: UUID
    kind: SubjectLimitKind
    unit: str
    post: str
    since: datetime
    due_day: date | None = None
    about: str = ""
    days: int | None = None


class SubjectName(NamedTuple):
    """What a letter, a project or a listing is called: its number and its title."""

    reference: str
    title: str


class DuePast(ValueError):
    """A limit was to be due on a day before the one on which it begins."""

    def __init__(self, due_day: date, since: datetime) -> None:
        super().__init__(f"due_day {due_day} is before {since.isoformat()}; name that day or a later one")
        self.due_day = due_day


class SubjectLimits(Protocol):
    """Where they are kept, within one transaction."""

    async def of_subjects(self, subjects: Sequence[UUID]) -> Sequence[Watched]:
        """All limits of some subjects but a case's two, held until the end of the transaction."""
        ...

    async def add(self, limits: Sequence[Watched]) -> None:
        """Add new ones; those already there stay as they are."""
        ...

    async def put(self, limits: Sequence[Watched]) -> None:
        """Replace those that are there."""
        ...


Publish = Callable[[SubjectLimitSet], None]


async def open_limit(limits: SubjectLimits, policy: Policy, publish: Publish, asked: SubjectLimit) -> Watched:
    """Open a limit, or its next generation where it was opened before; the limit. Raises `DuePast`."""
    there = await _there(limits, asked.subject_id, asked.kind, asked.about)
    limit = begun(asked, there, policy)
    if there is None:
        await limits.add([limit])
    else:
        await limits.put([limit])
    publish(subject_told(limit))
    return limit


async def end_limit(
    limits: SubjectLimits, subject_id: UUID, kind: LimitKind, outcome: Outcome, at: datetime, about: str = ""
) -> Watched | None:
    """End a limit that runs; as it is then, None where none runs."""
    there = await _there(limits, subject_id, kind, about)
    if there is None or not there.unfinished:
        return None
    limit = ended(there, outcome, at)
    await limits.put([limit])
    return limit


async def hand_over_limit(
    limits: SubjectLimits, publish: Publish, subject_id: UUID, kind: LimitKind, unit: str, post: str
) -> None:
    """A limit that runs is another unit's and post's from now on, due as it was."""
    there = await _there(limits, subject_id, kind, "")
    if there is None or not there.unfinished:
        return
    moved = there._replace(unit=unit, post=post, set_version=there.set_version + 1)
    await limits.put([moved])
    publish(subject_told(moved))


async def end_all(limits: SubjectLimits, subject_id: UUID, outcome: Outcome, at: datetime) -> None:
    """End every limit of a subject that runs."""
    running = [one for one in await limits.of_subjects([subject_id]) if one.unfinished]
    if running:
        await limits.put([ended(one, outcome, at) for one in running])


async def _there(limits: SubjectLimits, subject_id: UUID, kind: LimitKind, about: str) -> Watched | None:
    found = await limits.of_subjects([subject_id])
    return next((one for one in found if (one.kind, one.about) == (kind, about)), None)


def begun(asked: SubjectLimit, there: Watched | None, policy: Policy) -> Watched:
    """The limit as it begins: a new row, or the next generation of the one that was there."""
    old = there or blank(asked.subject, asked.subject_id, asked.kind, asked.since)
    old = old._replace(unit=asked.unit, post=asked.post, about=asked.about, set_version=old.set_version + 1)
    return begun_by(_rule(asked, policy), old, asked.since, policy)


def blank(subject: SubjectKind, subject_id: UUID, kind: LimitKind, since: datetime) -> Watched:
    """What a limit begins from: nobody's, generation 0."""
    return Watched(
        subject_id=subject_id,
        kind=kind,
        demand_id=None,
        case_kind=None,
        urgency=None,
        unit="",
        post="",
        dispatch=1,
        set_version=0,
        generation=0,
        dispatched_at=since,
        rule="",
        rule_version=1,
        amount=0,
        counted="days",
        ladder="",
        state="open",
        due_at=None,
        calendar_version="",
        fires_at=None,
        next_rung=1,
        awaits_year=None,
        subject=subject,
    )


def _rule(asked: SubjectLimit, policy: Policy) -> LimitRule:
    """A named day is so many plain days from the first: its end is the limit."""
    if asked.days is not None:
        own = f"{policy.limits.id}/own-days"
        return LimitRule(own, policy.limits.version, asked.kind, asked.days, "working_days", (), ())
    if asked.due_day is None:
        return policy.limits.rule(asked.kind, None, None)
    days = asked.due_day.toordinal() - local_ordinal(asked.since)
    if days < 0:
        raise DuePast(asked.due_day, asked.since)
    named = f"{policy.limits.id}/named-day"
    return LimitRule(named, policy.limits.version, asked.kind, days, "days", (), ())


def ended(limit: Watched, outcome: Outcome, at: datetime) -> Watched:
    """The limit after it was met or closed."""
    met, closed = (at, None) if outcome == "met" else (None, at)
    awaits = limit.awaits_year if limit.due_at is None and outcome == "met" else None
    return limit._replace(state=outcome, met_at=met, ended_at=closed, fires_at=None, awaits_year=awaits)
