"""`yinuo clock`: show the business clock, and move it through the days that lie between."""

import asyncio
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from typer import Argument, Option

from services.dev.clock import advance
from services.dev.instant import parse_instant
from services.dev.running import Running
from services.kit.clock import LOCAL, read_clock

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Show and advance the business clock.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]

UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


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


def _print(now: datetime, stopped: bool, as_json: bool) -> None:
    local = now.astimezone(LOCAL)
    found: dict[str, Any] = {"now": local.isoformat(), "stopped": stopped}
    print(json.dumps(found) if as_json else f"{local:%Y-%m-%d %H:%M:%S}（{'停走' if stopped else '实时'}）")
