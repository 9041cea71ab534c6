"""`yinuo circulars`: list and show circulars, order one, lead them from draft to issued."""

import asyncio
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from typer import Argument, Option

from services.cli.instants import local_minute
from services.dev.http import Api
from services.dev.rebuild import Rebuilt
from services.dev.rebuild import rebuild as rebuilt
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="List, order and issue circulars.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]

STATES: Final = {"draft": "草稿", "checked": "已审核", "signed": "已签发", "issued": "已印发"}
KINDS: Final = {"weekly": "周通报", "monthly": "月通报", "yearly": "年度通报", "county": "全县通报"}
Reference = Annotated[
    str, Argument(help="A number (2021-03, county-2021-01), a ref, an ISO week (2021-W09) or a date.")
]
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
    """List, order and issue circulars."""


@app.command("list")
def list_circulars(data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Print every circular and draft, the newest first."""
    lines = list(_lines(_reporting(Running.find(data))))
    if as_json:
        print(json.dumps(lines, ensure_ascii=False))
        return
    table = Table("编号", "种类", "首日", "末日", "状态", "印发时间", box=None)
    for line in lines:
        issued = local_minute(line["issued_at"])
        kind = f"{KINDS[line['kind']]}{'（更正）' if line['corrects'] else ''}"
        days = (line["first"], line["last"])
        table.add_row(line["number"] or line["ref"], kind, *days, STATES[line["state"]], issued)
    Console().print(table)


@app.command()
def show(
    number: Reference,
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
def order(
    first: Annotated[datetime, Option(formats=["%Y-%m-%d"], help="The first day.")],
    last: Annotated[datetime, Option(formats=["%Y-%m-%d"], help="The last day, which must be over.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Draft a county circular 全县通报 over any range of closed days; ordered again, it is the same one."""
    asked = {"kind": "county", "first": f"{first:%F}", "last": f"{last:%F}"}
    _print(_reporting(Running.find(data)).call("POST", "/circulars", json=asked), as_json)


@app.command()
def check(reference: Reference, data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Say that a draft was checked 审核."""
    _step(reference, "check", data, as_json)


@app.command()
def sign(reference: Reference, data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Sign what was checked 签发."""
    _step(reference, "sign", data, as_json)


@app.command()
def issue(reference: Reference, data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Number and issue what was signed 印发; what was issued before stays as it is."""
    _step(reference, "issue", data, as_json)


@app.command()
def correct(
    reference: Reference,
    reason: Annotated[str, Option(help="Why it is corrected, as the correction prints it.")],
    remark: Annotated[str | None, Option(help="Text besides what the directory now says otherwise.")] = None,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Draft the correction 更正 of an issued circular, which stays as it is."""
    body = {"reason": reason, "remark": remark}
    reporting = _reporting(Running.find(data))
    _print(reporting.call("POST", f"/circulars/{reference}/correct", json=body), as_json)


@app.command()
def rebuild(
    number: Annotated[str, Argument(help="The number of an issued circular.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Draft an issued circular anew from the topics and compare; exit status 1 unless all is equal.

    Reads every topic from offset 0 into a schema that is thrown away. A deployed stack needs
    YINUO_ADMIN_URL, the database as its administrator logs in.
    """
    running = Running.find(data)
    found = asyncio.run(
        rebuilt(os.environ.get("YINUO_ADMIN_URL") or running.admin_url, running.kafka, number)
    )
    if as_json:
        print(json.dumps({**asdict(found), "equal": found.equal}, ensure_ascii=False))
    else:
        _print_rebuilt(Console(), found)
    raise typer.Exit(0 if found.equal else 1)


def _print_rebuilt(console: Console, found: Rebuilt) -> None:
    """Both hashes, and where figures differ what each edition says."""
    late = f", {found.late} of them replayed on a later day" if found.late else ""
    console.print(f"{found.number}: {found.events} events read anew{late}", highlight=False)
    console.print(f"issued  {found.issued_sha256}\nrebuilt {found.rebuilt_sha256}", highlight=False)
    for name, (issued, again) in found.figures.items():
        console.print(f"[red]{name}: {issued} issued, {again} rebuilt[/]", highlight=False)
    console.print("一致 equal" if found.equal else "[red]不一致 not equal[/]")


def _step(reference: str, verb: str, data: Path, as_json: bool) -> None:
    found = _reporting(Running.find(data)).call("POST", f"/circulars/{reference}/{verb}")
    _print(found, as_json)


def _print(found: Mapping[str, Any], as_json: bool) -> None:
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
    counts, last = circular["counts"], circular["last_period"]
    name = f"{circular['authority']['name']}{KINDS[circular['kind']]}"
    title = f"{name} {found['number'] or STATES[found['state']]}"
    console.print(f"[bold red]{title}[/]  {circular['first']} – {circular['last']}", highlight=False)
    console.print(_basics(counts, last))
    console.print(f"按期办结率 on-time rate {percent(circular['on_time_rate'])}", highlight=False)
    carried, dispatched, closed, forward = (counts[name] for name in BALANCE)
    equation = f"上期结转 {carried} ＋ 本期交办 {dispatched} － 本期销账 {closed} ＝ 结转下期 {forward}"
    console.print(equation, highlight=False)
    console.print(_units(circular["units"]))


def _basics(counts: Mapping[str, int], last: Mapping[str, int] | None) -> Table:
    table = Table("", box=None)
    for heading in ("本期", "上期"):
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
