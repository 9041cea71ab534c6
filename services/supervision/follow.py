"""What each event of a case does to its limits. Pure; the table event → effect is at the end."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.contracts.case import (
    CaseCompleted,
    CaseEvent,
    CaseExtensionGranted,
    CaseMerged,
    CaseParted,
    CaseReassigned,
    CaseRedone,
    CaseRefused,
    CaseResumed,
    CaseReturned,
    CaseSignedFor,
    CaseSuspended,
    CaseWithdrawn,
)
from services.supervision.ladder import next_instant
from services.supervision.limits import Pause, in_unit
from services.supervision.pauses import written
from services.supervision.policy import Policy
from services.supervision.watched import (
    CaseLimits,
    State,
    Watched,
    begun_anew,
    ladder_state,
    reckon_anew,
    reckoned,
)


def after(limits: CaseLimits, event: CaseEvent, at: datetime, policy: Policy) -> CaseLimits:
    """The limits after an event of their case; the same object where it changes nothing.

    An event of an earlier dispatch than theirs changes nothing.
    """
    if event.dispatch < limits.sign_for.dispatch:
        return limits
    return EFFECTS[type(event)](limits, event, at, policy)


def _signed_for(limits: CaseLimits, event: CaseEvent, at: datetime, policy: Policy) -> CaseLimits:
    if not limits.sign_for.running:
        return limits
    return limits._replace(sign_for=_ended(limits.sign_for, "met", at))


def _completed(limits: CaseLimits, event: CaseEvent, at: datetime, policy: Policy) -> CaseLimits:
    sign_for, complete = limits
    if sign_for.running:
        sign_for = _ended(sign_for, "closed", None)._replace(ended_at=at)
    if complete.running:
        complete = _ended(complete, "met", at)
    return CaseLimits(sign_for, complete)


def _ended(limit: Watched, state: State, met_at: datetime | None) -> Watched:
    """Only a limit without a due instant goes on awaiting its year: was it met in time?"""
    awaits = limit.awaits_year if limit.due_at is None else None
    return limit._replace(state=state, met_at=met_at, fires_at=None, awaits_year=awaits)


def _dropped(limits: CaseLimits, event: CaseEvent, at: datetime, policy: Policy) -> CaseLimits:
    """The case ended without a reply: what runs or rests is closed, and nothing of it is judged later."""
    return CaseLimits(*[_closed(limit, at) if limit.unfinished else limit for limit in limits])


def _closed(limit: Watched, at: datetime) -> Watched:
    return limit._replace(state="closed", fires_at=None, awaits_year=None, suspended_at=None, ended_at=at)


def _merged(limits: CaseLimits, event: CaseMerged, at: datetime, policy: Policy) -> CaseLimits:
    """The lead case's limits stand for the matter: its own end, and have no due instant any more."""
    ended = [
        _closed(limit, at)._replace(due_at=None, overdue=False) if limit.unfinished else limit
        for limit in limits
    ]
    return _told_anew(*ended)


def _parted(limits: CaseLimits, event: CaseParted, at: datetime, policy: Policy) -> CaseLimits:
    """Signing for begins anew with the new dispatch; the limit to complete runs as if never merged."""
    if event.dispatch == limits.sign_for.dispatch:
        return limits
    sign_for, complete = begun_anew(limits.sign_for, at, policy), _set_anew(limits.complete, at, policy)
    return _told_anew(_lying(sign_for, event), _lying(complete, event))


def _suspended(limits: CaseLimits, event: CaseEvent, at: datetime, policy: Policy) -> CaseLimits:
    """The limit to complete rests: nothing fires, and it has no due instant until the case goes on.

    A limit that was past already stays past: a suspension doesn't undo it. A rung that fired while the
    suspension was on its way is on record, but its limit isn't overdue for that.
    """
    limit = limits.complete
    if not limit.running:
        return limits
    return _told_anew(limits.sign_for, _resting(limit, at, limit.due_at))


def _resting(limit: Watched, since: datetime, due_at: datetime | None) -> Watched:
    """`due_at` is its end without this pause: kept only where it was past when the pause began."""
    past = due_at is not None and due_at <= since
    return limit._replace(
        state="suspended",
        suspended_at=since,
        due_at=due_at if past else None,
        fires_at=None,
        awaits_year=None,
        overdue=limit.overdue and past,
    )


def _resumed(limits: CaseLimits, event: CaseEvent, at: datetime, policy: Policy) -> CaseLimits:
    """The limit to complete is set anew without the time of the pause."""
    limit = limits.complete
    if limit.suspended_at is None:
        return limits
    pauses = written((*limit.the_pauses, Pause(limit.suspended_at, at)))
    return _told_anew(
        limits.sign_for, _set_anew(limit._replace(pauses=pauses, suspended_at=None), at, policy)
    )


def _extended(limits: CaseLimits, event: CaseExtensionGranted, at: datetime, policy: Policy) -> CaseLimits:
    """The limit to complete ends later; what ran out before it was granted isn't overdue any more.

    One that rests goes on resting, and has the days when its case goes on. It stays past only if it was past
    with them, too, when it was suspended.
    """
    limit, rests_since = limits.complete, limits.complete.suspended_at
    if not limit.unfinished:
        return limits
    days = in_unit(event.days, limit.counted, policy.calendar.hours)
    limit = limit._replace(extension=limit.extension + days)
    if rests_since is None:
        return _told_anew(limits.sign_for, _set_anew(limit, at, policy))
    found = reckon_anew(limit, policy)
    limit = limit._replace(calendar_version=found.calendar_version)
    return _told_anew(limits.sign_for, _resting(limit, rests_since, found.due_at))


def _set_anew(limit: Watched, at: datetime, policy: Policy) -> Watched:
    """The same limit with another end, from an instant on: its next generation.

    A rung that is still to be recorded stays so; one that was recorded for the old end is recorded again
    if the new one puts it after that instant.
    """
    recorded, found = limit.next_rung, reckon_anew(limit, policy)
    limit = reckoned(limit._replace(generation=limit.generation + 1, overdue=False, ended_at=None), found)
    if limit.due_at is None:
        return limit
    state = ladder_state(limit, policy.ladders[limit.ladder], policy.calendar)
    ahead = (rung.number for rung, instant in state.rungs if instant is None or instant > at)
    state = replace(state, next_rung=max(min(recorded, next(ahead, recorded)), limit.next_rung))
    return limit._replace(next_rung=state.next_rung, fires_at=next_instant(state), overdue=limit.due_at <= at)


def _told_anew(sign_for: Watched, complete: Watched) -> CaseLimits:
    """With the next version, which the case's `LimitsSet` will carry."""
    version = sign_for.set_version + 1
    return CaseLimits(sign_for._replace(set_version=version), complete._replace(set_version=version))


def _passed_on(
    limits: CaseLimits, event: CaseReturned | CaseReassigned, at: datetime, policy: Policy
) -> CaseLimits:
    """Signing for begins anew with the new dispatch; the limit to complete runs on."""
    if event.dispatch == limits.sign_for.dispatch:
        return limits
    return _told_anew(_lying(begun_anew(limits.sign_for, at, policy), event), _lying(limits.complete, event))


def _redone(limits: CaseLimits, event: CaseRedone, at: datetime, policy: Policy) -> CaseLimits:
    """The reply didn't stand: both limits begin anew with the new dispatch."""
    if event.dispatch == limits.sign_for.dispatch:
        return limits
    return _told_anew(*[_lying(begun_anew(limit, at, policy), event) for limit in limits])


def _lying(limit: Watched, event: CaseReturned | CaseReassigned | CaseRedone | CaseParted) -> Watched:
    return limit._replace(unit=event.unit, post=event.post, dispatch=event.dispatch)


Effect = Callable[[CaseLimits, Any, datetime, Policy], CaseLimits]

EFFECTS: Final[Mapping[type[CaseEvent], Effect]] = {
    CaseSignedFor: _signed_for,
    CaseCompleted: _completed,
    CaseReturned: _passed_on,
    CaseReassigned: _passed_on,
    CaseRedone: _redone,
    CaseSuspended: _suspended,
    CaseResumed: _resumed,
    CaseExtensionGranted: _extended,
    CaseWithdrawn: _dropped,
    CaseRefused: _dropped,
    CaseMerged: _merged,
    CaseParted: _parted,
}
