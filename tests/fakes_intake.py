"""A store of demands in memory; it passes the same contract tests as PostgreSQL's."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.intake.identity import Book, Known, Outcome, Submission, sort_out


@dataclass(slots=True)
class FakeDemands:
    """Implements `receive.Demands`. `failures` are raised by the next calls, first to last."""

    book: Book = field(default_factory=Book)
    groups: list[int] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    unstorable: set[str] = field(default_factory=set)

    async def accept(self, group: Sequence[Submission]) -> list[Outcome]:
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        if bad := self.unstorable & {submission.external_id for submission in group}:
            raise ValueError(f"can't store {bad}")
        self.groups.append(len(group))
        plan = sort_out(group, self.book)
        first = len(self.book.by_external_id) + 1
        receipts = {new.demand_id: f"YN20210301-{number:08}" for number, new in enumerate(plan.new, first)}
        for new in plan.new:
            identity = new.demand.channel, new.external_id
            self.book.by_external_id[identity] = Known(new.demand_id, new.digest, receipts[new.demand_id])
        by_id = {known.demand_id: known for known in self.book.by_external_id.values()}
        self.book.by_key.update({key: by_id[demand_id] for key, demand_id in plan.keys.items()})
        return list(plan.outcomes(receipts))
