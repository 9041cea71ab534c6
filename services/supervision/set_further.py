"""Open, end and compute the further limits of cases: disputes, extensions asked for, rectifications."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.contracts.supervision import FurtherLimitSet, SubjectLimitSet
from services.supervision.further import FURTHER, WithFurther, after, told
from services.supervision.policy import Policy
from services.supervision.set_limits import Happened, UnknownCase
from services.supervision.watched import Watched, reckoned_again

Publish = Callable[[FurtherLimitSet | SubjectLimitSet], None]


class FurtherLimits(Protocol):
    """Where they are kept, beside the two of each case, within one transaction."""

    async def with_further(self, case_ids: Sequence[UUID]) -> Sequence[WithFurther]:
        """Those of some cases, held until the end of the transaction."""
        ...

    async def further_awaiting(self, years: Sequence[int]) -> Sequence[Watched]:
        """A bounded number that await one of these years, held likewise."""
        ...

    async def add(self, limits: Sequence[Watched]) -> None:
        """Add new ones; those already there stay as they are."""
        ...

    async def put(self, limits: Sequence[Watched]) -> None:
        """Replace those that are there."""
        ...


class AwaitingFurther(FurtherLimits, Protocol):
    async def ask_by(self, answers: Sequence[tuple[UUID, datetime]]) -> None:
        """Write on notices by when their answers are due."""
        ...


async def set_further(
    limits: FurtherLimits, publish: Publish, policy: Policy, happened: Sequence[Happened]
) -> None:
    """Apply events of cases, in their order per case, after `set_limits`; most batches have none for it.

    Each opening publishes its own `FurtherLimitSet`, however the events fall into batches. Raises
    `UnknownCase`.
    """
    concerned = [(event, at) for event, at in happened if type(event) in FURTHER]
    if not concerned:
        return
    ids = sorted({event.case_id for event, _ in concerned}, key=lambda one: one.int)
    before = {case.complete.case_id: case for case in await limits.with_further(ids)}
    now = dict(before)
    for event, at in concerned:
        was = now.get(event.case_id)
        if was is None:
            raise UnknownCase(event)
        now[event.case_id] = moved = after(was, event, at, policy)
        for limit in _told_anew(was, moved):
            publish(told(limit))
    await _write(limits, before, now)


def _told_anew(was: WithFurther, now: WithFurther) -> list[Watched]:
    versions = {(limit.kind, limit.about): limit.set_version for limit in was.further}
    return [one for one in now.further if one.set_version > versions.get((one.kind, one.about), 0)]


async def _write(
    limits: FurtherLimits, before: dict[UUID, WithFurther], now: dict[UUID, WithFurther]
) -> None:
    known = {(one.case_id, one.kind, one.about): one for case in before.values() for one in case.further}
    present = [one for case in now.values() for one in case.further]
    new = [one for one in present if (one.case_id, one.kind, one.about) not in known]
    changed = [one for one in present if known.get((one.case_id, one.kind, one.about), one) is not one]
    if new:
        await limits.add(new)
    if changed:
        await limits.put(changed)


async def compute_further(limits: AwaitingFurther, publish: Publish, policy: Policy) -> int:
    """Compute a bounded number of what awaited a year that is loaded now; how many limits.

    A notice that wanted an answer, with no date to name, names it from now on.
    """
    waiting = await limits.further_awaiting(sorted(policy.years))
    computed = [_computed(limit, policy) for limit in waiting]
    for was, limit in zip(waiting, computed, strict=True):
        if limit.set_version > was.set_version:
            publish(told(limit))
    if computed:
        await limits.put(computed)
    answers = [(UUID(one.about), one.due_at) for one in computed if one.kind == "notice_reply" and one.due_at]
    if answers:
        await limits.ask_by(answers)
    return len(computed)


def _computed(limit: Watched, policy: Policy) -> Watched:
    now = reckoned_again(limit, policy)
    return now if now.due_at == limit.due_at else now._replace(set_version=limit.set_version + 1)
