"""The promise ledger in memory; it passes the contract tests of the one in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.assignment.chain import Fact, Head
from services.assignment.member import Member
from services.assignment.pledge import Recorded
from services.assignment.promise import Promise


@dataclass(slots=True)
class PromisesInMemory:
    """Facts, heads, promises and members' names."""

    recorded: list[Recorded] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)
    promises: dict[UUID, Promise] = field(default_factory=dict)
    names: dict[UUID, Member] = field(default_factory=dict)
    projects: set[str] = field(default_factory=set)

    @property
    def facts(self) -> list[Fact]:
        return [one.fact for one in self.recorded]

    async def lock(self, authority: str) -> Head:
        return self.heads.setdefault(authority, Head(authority))

    async def numbered(self, authority: str, numbers: Sequence[str]) -> dict[str, Promise]:
        return {
            one.number: one
            for one in self.promises.values()
            if one.authority == authority and one.number in numbers
        }

    async def one(self, promise_id: UUID) -> Promise | None:
        return self.promises.get(promise_id)

    async def ledgers(self, numbers: Sequence[str]) -> set[str]:
        return self.projects.intersection(numbers)

    async def members(self, promise_ids: Sequence[UUID]) -> dict[UUID, Member]:
        return {one: self.names[one] for one in promise_ids if one in self.names}

    async def add(self, recorded: Sequence[Recorded], head: Head, promises: Sequence[Promise]) -> None:
        self.recorded += recorded
        self.heads[head.authority] = head
        self.promises.update({one.promise_id: one for one in promises})

    async def name(self, members: Mapping[UUID, Member]) -> None:
        self.names.update(members)

    async def erase(self, promise_id: UUID, by: str, now: datetime) -> bool:
        return self.names.pop(promise_id, None) is not None
