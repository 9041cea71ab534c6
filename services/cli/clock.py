"""`yinuo clock`: show the business clock, and move it through the days that lie between."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from typer import Argument, Option

from services.cli.problem import Problem
from services.cli.running import Running
from services.cli.settle import settle
from services.dev.instant import parse_instant
from services.kit.clock import LOCAL, ClockFixed, ClockRunsForward, read_clock, set_clock

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Show and advance the business clock.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]

UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
STOPS: Final = (time(8), time(18))
"""The office day's beginning, when reminders and circulars leave, and a time after its end. Local."""

OnStop = Callable[[datetime], Awaitable[None]]


@app.callback()
def group() -> None:
    """Show and advance the business clock."""


@app.command()
def show(data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Print the business time, and whether it stands still."""
    running = Running.find(data)
    _print(*asyncio.run(read_clock(running.audit_url)), as_json)


@app.command("advance")
def advance_command(
    until: Annotated[str, Argument(help="3d, 12h, 2w, or an instant such as 2021-03-08T08:00+08:00.")],
    jump: Annotated[bool, Option("--jump", help="Go there at once, as after a downtime.")] = False,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Move the clock, stopping to settle at 08:00, at 18:00 and at each Monday 00:00 on the way."""
    running = Running.find(data)
    now, _ = asyncio.run(read_clock(running.audit_url))
    target = instant_of(until, now)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=(target - now).total_seconds())

        async def on_stop(stop: datetime) -> None:
            local = stop.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
            progress.update(bar, completed=(stop - now).total_seconds(), description=local)

        asyncio.run(advance(running, target, jump, on_stop))
    _print(*asyncio.run(read_clock(running.audit_url)), as_json)


def instant_of(text: str, now: datetime) -> datetime:
    """The instant that `3d` (from now) or ISO 8601 with an offset means. Errors: Problem."""
    if match := re.fullmatch(r"(\d{1,5})([mhdw])", text):
        return now + timedelta(**{UNITS[match[2]]: int(match[1])})
    return parse_instant(text)


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


def _print(now: datetime, stopped: bool, as_json: bool) -> None:
    local = now.astimezone(LOCAL)
    found: dict[str, Any] = {"now": local.isoformat(), "stopped": stopped}
    print(json.dumps(found) if as_json else f"{local:%Y-%m-%d %H:%M:%S}（{'停走' if stopped else '实时'}）")
