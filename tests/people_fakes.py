"""Indexes of the units' people in memory; they pass the contract tests of those in PostgreSQL."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.intake.staff_contacts import Sender


@dataclass(slots=True)
class PeopleInMemory:
    """Implements `staff_contacts.People`. `parents`: the unit above each."""

    parents: dict[str, str | None] = field(default_factory=dict)
    senders: dict[UUID, Sender] = field(default_factory=dict)
    known: set[tuple[bytes, str]] = field(default_factory=set)

    async def sender(self, demand_id: UUID) -> Sender:
        return self.senders[demand_id]

    async def answer(self, indexes: Collection[bytes], units: Collection[str]) -> bool:
        above, waiting = set[str](), set(units)
        while waiting:
            above |= waiting
            waiting = {parent for unit in waiting if (parent := self.parents.get(unit))} - above
        return any((index, unit) in self.known for index in indexes for unit in above)

    async def replace(
        self, entries: Sequence[tuple[bytes, str]], contacts: int, by: str, now: datetime
    ) -> int:
        self.known = set(entries)
        return len({unit for _, unit in entries})
