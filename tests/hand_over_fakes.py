"""A store of hand-overs in memory; it passes the contract tests of the one in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.assignment.hand_over import Confirmation, Passing, Succession


@dataclass(slots=True)
class HandOversInMemory:
    """Implements `hand_over.HandOvers`. `open`: by post what a predecessor left."""

    open: Mapping[str, Sequence[Passing]] = field(default_factory=dict)
    confirmed: dict[tuple[str, date], Confirmation] = field(default_factory=dict)

    async def passing(self, successions: Sequence[Succession]) -> Mapping[str, Sequence[Passing]]:
        return {one.post: self.open[one.post] for one in successions if one.post in self.open}

    async def confirmations(self, posts: Sequence[str]) -> Mapping[tuple[str, date], Confirmation]:
        return {key: one for key, one in self.confirmed.items() if one.post in posts}

    async def add(self, confirmation: Confirmation) -> bool:
        key = confirmation.post, confirmation.since
        return self.confirmed.setdefault(key, confirmation) is confirmation
