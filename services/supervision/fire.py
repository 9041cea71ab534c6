"""Fire what is due: record each rung once, sent or collapsed, and put it into the recipients' inboxes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.contracts.supervision import LimitPassed
from services.supervision.further import passed
from services.supervision.ladder import LimitState, NoticeDecision, next_instant, notices_due
from services.supervision.notices import (
    Above,
    Notice,
    NoticeRecord,
    Publish,
    Slip,
    asks_above,
    notice_id,
    put_out,
    recipients,
    reply_limit,
)
from services.supervision.policy import Policy
from services.supervision.watched import PASSING, Watched, ladder_state


class Fired(NamedTuple):
    """What firing one limit does: its notices, and the limit after it.

    `passed`: the event on which a rule of assignment acts.
    """

    limit: Watched
    notices: tuple[Slip, ...]
    passed: LimitPassed | None = None


class DueLimits(NoticeRecord, Protocol):
    """Limits that are due, and what their firing leaves, within one transaction."""

    async def due(self, now: datetime) -> Sequence[Watched]:
        """A bounded number of open limits with a rung at or before now, oldest first, claimed."""
        ...

    async def above(self, units: Sequence[str]) -> Mapping[str, Above]:
        """Who stands above some units, as far as the directory's copy knows."""
        ...

    async def climb(self, limits: Sequence[Watched]) -> None:
        """Store state, next rung, next instant and overdue of limits whose generation is still the same."""
        ...


async def fire(limits: DueLimits, publish: Publish, policy: Policy, now: datetime) -> list[Fired]:
    """Fire a bounded number of due limits, oldest first; what was done, nothing when nothing is due."""
    due = await limits.due(now)
    if not due:
        return []
    above = await limits.above(sorted({limit.unit for limit in due})) if _asks_above(due, policy) else {}
    fired = [_fired(limit, policy, above, now) for limit in due]
    await put_out(limits, publish, policy, [slip for one in fired for slip in one.notices], now)
    for one in fired:
        if one.passed is not None:
            publish(one.passed)
    await limits.climb([one.limit for one in fired])
    return fired


def _asks_above(due: Sequence[Watched], policy: Policy) -> bool:
    steps = {(limit.ladder, limit.kind) for limit in due}
    return any(asks_above(policy.ladders[ladder].rungs(kind)) for ladder, kind in steps)


def _fired(limit: Watched, policy: Policy, above: Mapping[str, Above], now: datetime) -> Fired:
    if limit.kind in PASSING:
        after, event = passed(limit)
        return Fired(after, (), event)
    ladder = policy.ladders[limit.ladder]
    state = ladder_state(limit, ladder, policy.calendar)
    decisions = notices_due(state, now, ladder.tolerance)
    slips = tuple(_slip(limit, decided, policy, above, now) for decided in decisions)
    return Fired(_climbed(limit, state, decisions), slips)


def _climbed(limit: Watched, state: LimitState, decisions: Sequence[NoticeDecision]) -> Watched:
    """With nothing decided (its rungs have moved with the calendar) it only learns its next instant."""
    next_rung = decisions[-1].rung.number + 1 if decisions else limit.next_rung
    overdue = limit.overdue or any(decided.rung.overdue for decided in decisions)
    fires_at = next_instant(LimitState(state.due_at, state.rungs, next_rung, state.generation))
    return limit._replace(next_rung=next_rung, overdue=overdue, fires_at=fires_at)


def _slip(
    limit: Watched, decided: NoticeDecision, policy: Policy, above: Mapping[str, Above], now: datetime
) -> Slip:
    """A collapsed rung reaches nobody and wants no answer: the newer one does."""
    rung, ladder = decided.rung, policy.ladders[limit.ladder]
    made = _notice(limit, decided, now)
    if decided.outcome == "collapsed":
        return Slip(made, (), ladder, limit=limit)
    to = recipients(limit.unit, limit.post, rung, above)
    if rung.reply_by is None:
        return Slip(made, to, ladder, limit=limit)
    reply = reply_limit(rung, limit, made.notice_id, now, policy, ladder)
    return Slip(made._replace(reply_by=reply.due_at), to, ladder, reply, limit)


def _notice(limit: Watched, decided: NoticeDecision, now: datetime) -> Notice:
    rung = decided.rung
    assert limit.due_at is not None  # noqa: S101  an open limit has one
    return Notice(
        notice_id(limit.subject_id, limit.kind, limit.generation, rung.number, limit.about),
        limit.subject_id,
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
        limit.subject,
        rung.trigger,
        rung.points if decided.counts else 0,
    )
