"""Work that has to answer in time, even where what it waits for doesn't let go of it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger(__name__)


async def in_time(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """The result of `work`. Raises TimeoutError when it takes longer; it is cancelled, but not waited for.

    asyncio.timeout would wait: a connection whose server hangs lets go of a cancelled statement only once
    its request to cancel is answered, which is never.
    """
    task = asyncio.create_task(work)
    try:
        if (await asyncio.wait({task}, timeout=seconds))[0]:
            return task.result()
    finally:
        if not task.done():
            task.add_done_callback(_forget)
            task.cancel()
    raise TimeoutError(f"no answer within {seconds:.0f} s")


def _forget(late: asyncio.Task[T]) -> None:
    """Whoever asked was told already."""
    if not late.cancelled() and (reason := late.exception()):
        log.warning("failed after its time", reason=repr(reason))
