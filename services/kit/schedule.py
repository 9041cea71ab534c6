"""Work that the business clock makes due: looked for in a steady rhythm, caught up after a downtime."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from services.kit.postgres import CONTENDED, UNAVAILABLE

RHYTHM_SECONDS: Final = 0.1

Step = Callable[[], Awaitable[int]]
"""Does a bounded piece of what is due; returns how much it did, 0 for nothing."""

log = structlog.get_logger(__name__)


async def keep_doing(name: str, step: Step, rhythm: float = RHYTHM_SECONDS) -> None:
    """Repeat a step until cancelled: at once while there is work, else in the rhythm (seconds).

    A database that is away is waited for. Any other error ends the process through the caller.
    """
    while True:
        try:
            done = await step()
        except (*UNAVAILABLE, *CONTENDED) as away:
            log.warning("schedule waits", step=name, reason=repr(away))
            done = 0
        await asyncio.sleep(0 if done else rhythm)
