"""Fire what is due: record each rung once, sent or collapsed, and put it into the recipients' inboxes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol
from uuid import UUID

from services.contracts.named_ids import Namespace
from services.contracts.supervision import LimitPassed, NoticeSent
from services.contracts.vocabulary import LimitKind
from services.supervision.further import passed
from services.supervision.ladder import LimitState, NoticeDecision, Recipient, next_instant, notices_due
from services.supervision.limits import LIMIT_KINDS
from services.supervision.policy import Policy
from services.supervision.watched import PASSING, Watched, ladder_state

_NOTICES: Final = Namespace.of("9d3f6a52-0c1b-4d0e-8a55-7b1f2c9e4d60")


class Notice(NamedTuple):
    """One recorded rung, in the order of its table's columns."""

    notice_id: UUID
    case_id: UUID
    demand_id: UUID
    kind: LimitKind
    generation: int
    rung: int
    colour: str
    measure: str
    outcome: Literal["sent", "collapsed"]
    into_rung: int | None
    counts: bool
    late: bool
    overdue: bool
    unit: str
    post: str
    due_at: datetime
    at: datetime
    sent_at: datetime


class Above(NamedTuple):
    """Who stands above a unit, by unit code."""

    parent: str | None
    party_committee: str | None


class Fired(NamedTuple):
    """What firing one limit does: its notices with their recipients, and the limit after it.

    `passed`: the event on which a rule of assignment acts.
    """

    limit: Watched
    notices: tuple[tuple[Notice, tuple[str, ...]], ...]
    passed: LimitPassed | None = None


class DueLimits(Protocol):
    """Limits that are due, and what their firing leaves, within one transaction."""

    async def due(self, now: datetime) -> Sequence[Watched]:
        """A bounded number of open limits with a rung at or before now, oldest first, claimed."""
        ...

    async def above(self, units: Sequence[str]) -> Mapping[str, Above]:
        """Who stands above some units, as far as the directory's copy knows."""
        ...

    async def record(self, notices: Sequence[Notice]) -> None: ...

    async def deliver(self, recipients: Sequence[tuple[UUID, str, datetime]]) -> None:
        """Put notices into inboxes: (notice, recipient, sent at)."""
        ...

    async def climb(self, limits: Sequence[Watched]) -> None:
        """Store state, next rung, next instant and overdue of limits whose generation is still the same."""
        ...


Publish = Callable[[NoticeSent | LimitPassed], None]


async def fire(limits: DueLimits, publish: Publish, policy: Policy, now: datetime) -> list[Fired]:
    """Fire a bounded number of due limits, oldest first; what was done, nothing when nothing is due."""
    due = await limits.due(now)
    if not due:
        return []
    above = await limits.above(sorted({limit.unit for limit in due})) if _asks_above(policy) else {}
    fired = [_fired(limit, policy, above, now) for limit in due]
    notices = [(notice, to) for one in fired for notice, to in one.notices]
    for notice, to in notices:
        publish(_sent(notice, to))
    for one in fired:
        if one.passed is not None:
            publish(one.passed)
    await limits.record([notice for notice, _ in notices])
    await limits.deliver([(notice.notice_id, one, now) for notice, to in notices for one in to])
    await limits.climb([one.limit for one in fired])
    return fired


def _asks_above(policy: Policy) -> bool:
    ladders = policy.ladders.values()
    steps = (rung for ladder in ladders for kind in LIMIT_KINDS for rung in ladder.rungs(kind))
    return any(not {"parent", "party_committee"}.isdisjoint(rung.recipients) for rung in steps)


def _fired(limit: Watched, policy: Policy, above: Mapping[str, Above], now: datetime) -> Fired:
    if limit.kind in PASSING:
        after, event = passed(limit)
        return Fired(after, (), event)
    ladder = policy.ladders[limit.ladder]
    state = ladder_state(limit, ladder, policy.calendar)
    decisions = notices_due(state, now, ladder.tolerance)
    notices = tuple((_notice(limit, decided, now), _to(limit, decided, above)) for decided in decisions)
    return Fired(_climbed(limit, state, decisions), notices)


def _climbed(limit: Watched, state: LimitState, decisions: Sequence[NoticeDecision]) -> Watched:
    """With nothing decided (its rungs have moved with the calendar) it only learns its next instant."""
    next_rung = decisions[-1].rung.number + 1 if decisions else limit.next_rung
    overdue = limit.overdue or any(decided.rung.overdue for decided in decisions)
    fires_at = next_instant(LimitState(state.due_at, state.rungs, next_rung, state.generation))
    return limit._replace(next_rung=next_rung, overdue=overdue, fires_at=fires_at)


def notice_id(case_id: UUID, kind: LimitKind, generation: int, rung: int, about: str = "") -> UUID:
    """The same rung of the same limit and generation has the same id: it can't be recorded twice."""
    return _NOTICES(f"{case_id}/{kind}{about and f'/{about}'}/{generation}/{rung}")


def _notice(limit: Watched, decided: NoticeDecision, now: datetime) -> Notice:
    rung = decided.rung
    assert limit.due_at is not None  # noqa: S101  an open limit has one
    return Notice(
        notice_id(limit.case_id, limit.kind, limit.generation, rung.number, limit.about),
        limit.case_id,
        limit.demand_id,
        limit.kind,
        limit.generation,
        rung.number,
        rung.colour,
        rung.measure,
        decided.outcome,
        decided.into,
        decided.counts,
        decided.late,
        rung.overdue,
        limit.unit,
        limit.post,
        limit.due_at,
        decided.at,
        now,
    )


def _to(limit: Watched, decided: NoticeDecision, above: Mapping[str, Above]) -> tuple[str, ...]:
    """A collapsed rung reaches nobody: the newer one does."""
    if decided.outcome == "collapsed":
        return ()
    return tuple(dict.fromkeys(_addresses(limit, decided.rung.recipients, above)))


def _addresses(limit: Watched, recipients: Sequence[Recipient], above: Mapping[str, Above]) -> Iterator[str]:
    higher = above.get(limit.unit, Above(None, None))
    found = {
        "unit": f"unit:{limit.unit}",
        "leader": f"post:{limit.post}",
        "parent": higher.parent and f"unit:{higher.parent}",
        "party_committee": higher.party_committee and f"unit:{higher.party_committee}",
    }
    for recipient in recipients:
        if address := found[recipient]:
            yield address


def _sent(notice: Notice, recipients: tuple[str, ...]) -> NoticeSent:
    return NoticeSent(
        notice_id=notice.notice_id,
        case_id=notice.case_id,
        demand_id=notice.demand_id,
        limit=notice.kind,
        generation=notice.generation,
        rung=notice.rung,
        colour=notice.colour,
        outcome=notice.outcome,
        unit=notice.unit,
        post=notice.post,
        recipients=recipients,
        due_at=notice.due_at,
        overdue=notice.overdue,
        late=notice.late,
    )
