"""Work that has to answer in time."""

import asyncio

import pytest

from services.kit.in_time import in_time


async def _stubborn(release: asyncio.Event) -> str:
    """Doesn't let go when cancelled, as a connection to a server that hangs."""
    try:
        await release.wait()
    except asyncio.CancelledError:
        await release.wait()
        raise
    return "done"


async def test_what_is_done_in_time_gives_its_result_or_its_error() -> None:
    release = asyncio.Event()
    release.set()
    assert await in_time(_stubborn(release), 60) == "done"

    async def fail() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await in_time(fail(), 60)


async def test_what_takes_too_long_is_given_up_without_waiting_for_it_to_let_go() -> None:
    release = asyncio.Event()
    with pytest.raises(TimeoutError):
        await in_time(_stubborn(release), 0.01)
    assert not release.is_set()
    release.set()
    await asyncio.sleep(0)


async def test_who_is_cancelled_meanwhile_takes_the_work_along() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    caller = asyncio.create_task(in_time(work(), 60))
    await began.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await ended.wait()
