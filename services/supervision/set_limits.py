"""Set the limits of cases, close them, and compute those that awaited a calendar."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.contracts.case import CaseAssigned, CaseEvent
from services.contracts.supervision import LimitsSet
from services.supervision.follow import EFFECTS, after
from services.supervision.policy import Policy
from services.supervision.watched import CaseLimits, Watched, opened, reckoned_again


class UnknownCase(LookupError):
    """An event of a case whose assignment never came: it was given up as a dead letter."""

    def __init__(self, event: CaseEvent) -> None:
        super().__init__(f"{event.type} version {event.version} of case {event.case_id}, which has no limits")
        self.case_id = event.case_id


class Limits(Protocol):
    """Where limits are kept, within one transaction."""

    async def of_cases(self, case_ids: Sequence[UUID]) -> Sequence[CaseLimits]:
        """Those of some cases, held until the end of the transaction."""
        ...

    async def add(self, limits: Sequence[Watched]) -> None:
        """Add new ones; those already there stay as they are."""
        ...

    async def put(self, limits: Sequence[Watched]) -> None:
        """Replace those that are there."""
        ...

    async def awaiting(self, years: Sequence[int]) -> Sequence[CaseLimits]:
        """A bounded number of cases with a limit that awaits one of these years, held likewise."""
        ...


Publish = Callable[[LimitsSet], None]
Happened = tuple[CaseEvent, datetime]
"""An event of a case, with its business time."""


async def set_limits(limits: Limits, publish: Publish, policy: Policy, happened: Sequence[Happened]) -> None:
    """Apply events of cases, in their order per case.

    Each dispatch, suspension and resumption publishes its own `LimitsSet`, however the events fall into
    batches. Raises `UnknownCase`.
    """
    new: dict[UUID, CaseLimits] = {}
    known = await _known(limits, happened)
    before = dict(known)
    for event, at in happened:
        if isinstance(event, CaseAssigned):
            new[event.case_id] = pair = opened(event, at, policy)
            publish(pair.limits_set())
        elif type(event) in EFFECTS:
            _follow(new if event.case_id in new else known, event, at, policy, publish)
    await _write(limits, new, before, known)


async def _known(limits: Limits, happened: Sequence[Happened]) -> dict[UUID, CaseLimits]:
    """The stored limits of cases that weren't opened by this very batch."""
    going_on = {event.case_id for event, _ in happened if not isinstance(event, CaseAssigned)}
    if not going_on:
        return {}
    going_on -= {event.case_id for event, _ in happened if isinstance(event, CaseAssigned)}
    found = await limits.of_cases(list(going_on)) if going_on else ()
    return {pair.sign_for.case_id: pair for pair in found}


def _follow(
    pairs: dict[UUID, CaseLimits], event: CaseEvent, at: datetime, policy: Policy, publish: Publish
) -> None:
    pair = pairs.get(event.case_id)
    if pair is None:
        raise UnknownCase(event)
    pairs[event.case_id] = moved = after(pair, event, at, policy)
    if moved.sign_for.set_version > pair.sign_for.set_version:
        publish(moved.limits_set())


async def _write(
    limits: Limits,
    new: dict[UUID, CaseLimits],
    before: dict[UUID, CaseLimits],
    known: dict[UUID, CaseLimits],
) -> None:
    if new:
        pairs = sorted(new.values(), key=lambda pair: pair.sign_for.case_id.int)
        await limits.add([limit for pair in pairs for limit in pair])
    if changed := _changed(before, known):
        await limits.put(changed)


def _changed(before: dict[UUID, CaseLimits], now: dict[UUID, CaseLimits]) -> list[Watched]:
    pairs = ((before[case_id], pair) for case_id, pair in now.items())
    return _sorted(new for old, pair in pairs for was, new in zip(old, pair, strict=True) if new is not was)


def _sorted(limits: Iterable[Watched]) -> list[Watched]:
    """By case, so that transactions wait for each other instead of deadlocking."""
    return sorted(limits, key=lambda limit: limit.case_id.int)


async def compute_awaiting(limits: Limits, publish: Publish, policy: Policy) -> int:
    """Compute a bounded number of what awaited a year that is loaded now; how many cases.

    Where a due instant was found the case's `LimitsSet` goes out anew, with the next version.
    """
    waiting = await limits.awaiting(sorted(policy.years))
    computed = [_computed(pair, policy) for pair in waiting]
    for pair, now in zip(waiting, computed, strict=True):
        if now.sign_for.set_version > pair.sign_for.set_version:
            publish(now.limits_set())
    if computed:
        await limits.put(_sorted(limit for pair in computed for limit in pair))
    return len(computed)


def _computed(pair: CaseLimits, policy: Policy) -> CaseLimits:
    now = CaseLimits(
        *[limit if limit.awaits_year is None else reckoned_again(limit, policy) for limit in pair]
    )
    if all(new.due_at == old.due_at for new, old in zip(now, pair, strict=True)):
        return now
    version = pair.sign_for.set_version + 1
    return CaseLimits(*[limit._replace(set_version=version) for limit in now])
