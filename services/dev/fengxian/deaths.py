"""Each process of the stack is killed once while the replay goes on, at moments drawn from a seed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Final

from services.dev.chaos_victims import KINDS, Victims
from services.dev.running import Running

MORTAL: Final = (*KINDS, "console")
FIRST_STOP: Final = 8
"""From the week after the meeting on most happens."""
LONGEST_SECONDS: Final = 0.6


@dataclass(slots=True)
class Deaths:
    """At which stop of the clock who dies; `killed` those that did."""

    at: dict[int, str]
    random: Random
    killed: list[str] = field(default_factory=list)

    @classmethod
    def drawn(cls, random: Random, stops: int) -> "Deaths":
        """One process a stop. `stops`: how many there are."""
        chosen = random.sample(range(FIRST_STOP, stops), len(MORTAL))
        return cls(dict(zip(chosen, random.sample(MORTAL, len(MORTAL)), strict=True)), random)

    @asynccontextmanager
    async def during(self, stop: int, running: Running) -> AsyncIterator[None]:
        """Whoever's turn it is dies while the block goes on, and answers again at its end."""
        kind = self.at.get(stop)
        if kind is None:
            yield
            return
        victims = Victims(running)
        dying = asyncio.create_task(self._kill(kind, victims))
        yield
        await dying
        await victims.all_back()

    async def _kill(self, kind: str, victims: Victims) -> None:
        await asyncio.sleep(self.random.uniform(0, LONGEST_SECONDS))
        victims.kill(kind, await victims.pid(kind))
        self.killed.append(kind)
