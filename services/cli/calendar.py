"""`yinuo calendar`: holidays and make-up days (调休) by year."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer import Argument, Option

from services.dev.http import Api
from services.dev.problem import Problem
from services.dev.running import Running
from services.dev.table_files import encoding_of

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Load and show working days.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]

KINDS: Final = {"holiday": "休", "makeup": "班"}


@app.callback()
def group() -> None:
    """Load and show working days."""


@app.command()
def load(
    file: Annotated[Path, Argument(help="CSV with date,kind[,name]; kind is holiday, makeup or workday.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Load the State Council's notice of one year; limits that awaited it are then computed."""
    year, text = read_year(file)
    headers = {"Content-Type": "text/csv"}
    supervision = _supervision(Running.find(data))
    _print(supervision.call("PUT", f"/calendar/{year}", content=text.encode(), headers=headers), as_json)


@app.command()
def show(
    year: Annotated[int, Argument(min=1949, max=2999)],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print a year's holidays on weekdays and make-up days on weekends."""
    _print(_supervision(Running.find(data)).get(f"/calendar/{year}"), as_json)


def read_year(file: Path) -> tuple[int, str]:
    """The year and the text of a calendar file. Errors: Problem with every fault of it, a line each."""
    from services.supervision.holidays import InvalidCalendar, parse_year

    if not file.is_file():
        raise Problem(f"there is no file {file}", "name a CSV with date,kind,name")
    text = file.read_text(encoding=encoding_of(file))
    try:
        return parse_year(text).year, text
    except InvalidCalendar as invalid:
        raise Problem(f"{file.name} is no calendar:\n" + "\n".join(map(str, invalid.faults))) from invalid


def _supervision(running: Running) -> Api:
    return Api("supervision", running.service_url("supervision"), running.token("administrator"))


def _print(calendar: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(calendar, ensure_ascii=False))
        return
    print(f"{calendar['year']} 年，来源 {calendar['source']}，版本 {calendar['version']}")
    for day in calendar["days"]:
        print(f"{day['date']} {KINDS[day['kind']]} {day['name'] or ''}".rstrip())
