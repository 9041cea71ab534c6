"""Move the business clock through the days that lie between."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Final

from services.dev.problem import Problem
from services.dev.running import Running
from services.dev.settle import settle
from services.kit.clock import LOCAL, ClockFixed, ClockRunsForward, read_clock, set_clock

STOPS: Final = (time(8), time(18))
"""The office day's beginning, when reminders and circulars leave, and a time after its end. Local."""

OnStop = Callable[[datetime], Awaitable[None]]


def stops(now: datetime, until: datetime) -> Iterator[datetime]:
    """The instants to stop at, after `now` and up to `until`, which is the last. All aware."""
    day = now.astimezone(LOCAL).date()
    while day <= until.astimezone(LOCAL).date():
        midnight = (time(0),) if day.weekday() == 0 else ()
        for moment in (*midnight, *STOPS):
            stop = datetime.combine(day, moment, LOCAL)
            if now < stop < until:
                yield stop
        day += timedelta(days=1)
    yield until


async def nothing(_: datetime) -> None:
    """Do nothing at a stop."""


async def advance(
    running: Running, until: datetime, jump: bool = False, on_stop: OnStop = nothing, patience: float = 300.0
) -> int:
    """Move the clock to an aware instant, settling at every stop, and again after `on_stop` has acted there.

    How many stops there were; with `jump` only the last one. The clock of a stack that ran in real time
    stands still from then on. Errors: Problem in production or backwards; NotSettled after `patience` s.
    """
    if running.environment == "production":
        raise Problem(str(ClockFixed()))
    now, _ = await read_clock(running.audit_url)
    if until < now:
        raise Problem(str(ClockRunsForward(now, until)), "name a later instant")
    count = 0
    for stop in (until,) if jump else stops(now, until):
        await _move(running, stop)
        await settle(running, patience)
        if on_stop is not nothing:
            await on_stop(stop)
            await settle(running, patience)
        count += 1
    return count


async def _move(running: Running, instant: datetime) -> None:
    try:
        await set_clock(running.admin_url, instant)
    except (ClockFixed, ClockRunsForward) as refused:
        raise Problem(str(refused)) from refused
