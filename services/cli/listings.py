"""`yinuo listings`: what is under special supervision (挂牌督办), and what its units report."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer import Argument, Option

from services.cli.instants import local_minute
from services.dev.http import Api
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Special supervision.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
STATES: Final = {"listed": "督办中", "asked": "已申请销号", "struck_off": "已销号"}
STEPS: Final = {
    "open": "挂牌",
    "progress": "报进展",
    "ask": "申请销号",
    "send_back": "退回",
    "strike_off": "销号",
}


@app.callback()
def group() -> None:
    """List and show listings."""


@app.command("list")
def list_listings(
    unit: Annotated[str | None, Option(help="Only those of one unit.")] = None,
    state: Annotated[str | None, Option(help=f"One of {', '.join(STATES)}.")] = None,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print listings, those opened last first."""
    found = list(_pages(_supervision(data), unit=unit, state=state))
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print_listings(Console(), found)


@app.command()
def show(
    listing: Annotated[str, Argument(help="Its id, as `yinuo listings list` shows it.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print one listing with its steps."""
    found = _supervision(data).get(f"/listings/{listing}")
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print_listing(Console(), found)


def print_listings(console: Console, found: list[dict[str, Any]]) -> None:
    """One line each; those whose weekly report is late are marked."""
    table = Table("标识", "承办单位", "状态", "标题", "进展期限", "", box=None)
    for one in found:
        due = local_minute(one["report_due"]) if one["report_due"] else ""
        cells = (one["listing_id"], one["unit_name"] or one["unit"], STATES[one["state"]], one["title"], due)
        table.add_row(*map(Text, (*cells, "进展逾期" if one["overdue"] else "")))
    console.print(table if found else "没有挂牌事项")


def print_listing(console: Console, one: Mapping[str, Any]) -> None:
    """Whole, a line a step."""
    where = one["unit_name"] or one["unit"]
    console.print(Text(f"{one['title']}（{STATES[one['state']]}）\n{where}：{one['reason']}"))
    for step in one["steps"]:
        console.print(
            Text(f"{local_minute(step['at'])}  {STEPS[step['step']]}  {step['words'] or ''}".rstrip())
        )


def _pages(api: Api, **wanted: Any) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = api.get("/listings", after=after, limit=200, **wanted)
        yield from page["listings"]
        if (after := page["next"]) is None:
            return


def _supervision(data: Path) -> Api:
    running = Running.find(data)
    return Api("supervision", running.service_url("supervision"), running.token("administrator"))
