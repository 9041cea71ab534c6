"""`yinuo circular`: list, show and issue the weekly circulars."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from typer import Argument, Option

from services.cli.instants import local_minute
from services.dev.http import Api
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="List, show and issue circulars.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]

STATES: Final = {"draft": "草稿", "issued": "已印发"}
BASICS: Final = (
    ("受理诉求 received", "received"),
    ("新交办 assigned", "assigned"),
    ("办结 completed", "completed"),
    ("按期办结 on time", "completed_on_time"),
    ("按时签收 signed in time", "signed_in_time"),
    ("退回 returned", "returned"),
    ("超期未办结 overdue now", "overdue"),
    ("重复反映 repeats", "repeats"),
    ("发出督办单 notices", "notices"),
)
BALANCE: Final = ("carried_over", "dispatched", "closed", "carried_forward")
UNIT_COLUMNS: Final = (
    ("交办", "dispatched"),
    ("签收", "signed"),
    ("按时签收", "signed_in_time"),
    ("办结", "completed"),
    ("按期办结", "completed_on_time"),
    ("退回", "returned"),
    ("超期未结", "overdue"),
)


@app.callback()
def group() -> None:
    """List, show and issue circulars."""


@app.command("list")
def list_circulars(data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Print every circular and draft, the newest first."""
    lines = list(_lines(_reporting(Running.find(data))))
    if as_json:
        print(json.dumps(lines, ensure_ascii=False))
        return
    table = Table("编号", "所报周（周一）", "状态", "印发时间", box=None)
    for line in lines:
        issued = local_minute(line["issued_at"])
        table.add_row(line["number"] or "–", line["week"], STATES[line["state"]], issued)
    Console().print(table)


@app.command()
def show(
    number: Annotated[str, Argument(help="A number (2021-03), an ISO week (2021-W09) or a date.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print the main figures of a circular, and where its HTML is."""
    running = Running.find(data)
    found = _reporting(running).get(f"/circulars/{number}")
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print_circular(Console(), found)
    print(f"{running.service_url('reporting')}/circulars/{number}.html")


@app.command()
def issue(
    week: Annotated[str, Option(help="An ISO week such as 2026-W12, or a date that lies in it.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Draft and issue the circular of a week that is over; what was issued before stays as it is."""
    found = _reporting(Running.find(data)).call("POST", "/circulars", json={"week": week})
    print(json.dumps(found, ensure_ascii=False)) if as_json else print_circular(Console(), found)


def _reporting(running: Running) -> Api:
    return Api("reporting", running.service_url("reporting"), running.token("administrator"))


def _lines(reporting: Api) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = reporting.get("/circulars", drafts=True, limit=1000, after=after)
        yield from page["circulars"]
        if not (after := page["next"]):
            return


def print_circular(console: Console, found: Mapping[str, Any]) -> None:
    """The main figures of a circular as reporting answers it."""
    circular = found["circular"]
    counts, last = circular["counts"], circular["last_week"]
    title = f"{circular['authority']['name']}周通报 {found['number'] or '（草稿）'}"
    console.print(f"[bold red]{title}[/]  {circular['week']} – {circular['until']}", highlight=False)
    console.print(_basics(counts, last))
    console.print(f"按期办结率 on-time rate {percent(circular['on_time_rate'])}", highlight=False)
    carried, dispatched, closed, forward = (counts[name] for name in BALANCE)
    equation = f"上期结转 {carried} ＋ 本期交办 {dispatched} － 本期销账 {closed} ＝ 结转下期 {forward}"
    console.print(equation, highlight=False)
    console.print(_units(circular["units"]))


def _basics(counts: Mapping[str, int], last: Mapping[str, int] | None) -> Table:
    table = Table("", box=None)
    for heading in ("本周", "上周"):
        table.add_column(heading, justify="right")
    for heading, name in BASICS:
        table.add_row(heading, str(counts[name]), str(last.get(name, "–")) if last else "–")
    return table


def _units(units: Sequence[Mapping[str, Any]]) -> Table:
    """The units that had something to do, those below the threshold in red."""
    table = Table("单位", box=None)
    for heading in (*(heading for heading, _ in UNIT_COLUMNS), "按期率"):
        table.add_column(heading, justify="right")
    busy = [unit for unit in units if unit["carried_over"] or unit["dispatched"]]
    for unit in sorted(busy, key=lambda unit: -unit["dispatched"]):
        cells = [str(unit[name]) for _, name in UNIT_COLUMNS]
        style = "red" if unit["below_threshold"] else None
        table.add_row(unit["name"], *cells, percent(unit["on_time_rate"]), style=style)
    return table


def percent(rate: float | None) -> str:
    """A share with one digit after the point; a dash for none."""
    return "–" if rate is None else f"{rate:.1%}"
