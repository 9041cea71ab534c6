"""After a downtime: first read what became of the cases meanwhile, then fire.

Else a unit that signed for its case in time, while supervision was away, would get an overdue notice for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from services.kit.postgres import Pool
from services.kit.schedule import Step
from services.kit.topics import AWAY

TOPICS: Final = ("case", "project")
"""Those whose events end or move limits."""

Position = tuple[str, int]
"""Topic and partition."""
Ends = Callable[[], Awaitable[Mapping[Position, int]]]
"""The topics' end offsets. Raises what `AWAY` names."""
Read = Callable[[], Awaitable[Mapping[Position, int]]]
"""The next offset to be read, of the partitions of which something was read."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class CaughtUp:
    """Whether all is read that lay in the log when this process began. Once true it stays so.

    It doesn't wait for what comes later: under steady load there is always something on its way. While the
    log can't be read it looks again after `pause` seconds.
    """

    ends: Ends
    read: Read
    pause: float = 1.0
    _began_at: Mapping[Position, int] | None = None
    _is: bool = False

    async def now(self) -> bool:
        if not self._is:
            self._is = await self._look()
        return self._is

    async def _look(self) -> bool:
        if self._began_at is None:
            try:
                self._began_at = await self.ends()
            except AWAY as away:
                log.warning("nothing fires yet: the log can't be read", reason=repr(away))
                await asyncio.sleep(self.pause)
                return False
        read = await self.read()
        return all(read.get(position, 0) >= end for position, end in self._began_at.items())


def once_caught_up(caught_up: CaughtUp, step: Step) -> Step:
    """The step, which does nothing before."""

    async def held_back() -> int:
        return await step() if await caught_up.now() else 0

    return held_back


async def read_offsets(pool: Pool) -> Mapping[Position, int]:
    """Where supervision stands in the topics of cases and projects."""
    asked = "SELECT topic, partition, next_offset FROM offsets WHERE topic = ANY($1::text[])"
    return {(row["topic"], row["partition"]): row["next_offset"] for row in await pool.fetch(asked, TOPICS)}
