"""`yinuo assessment`: show, explain, weigh otherwise and publish the assessment of a period."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from typer import Argument, Option

from services.cli.circulars import percent
from services.dev.http import Api
from services.dev.problem import Problem
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False)

First = Annotated[str, Argument(help="The first local day that counts (2021-03-01).")]
Until = Annotated[str, Argument(help="The first local day that no longer counts (2021-04-01).")]
DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
PresetOption = Annotated[
    str | None,
    Option("--preset", help="Indicators and weights: default, yulin; else the authority's."),
]

GROUPS: Final = {"town": "镇", "department": "部门", "county": "县级"}


@app.callback()
def group() -> None:
    """Assessment (考核): scores of units and leaders, red and black lists."""


@app.command()
def show(
    first: First,
    until: Until,
    data: DataOption = Path(".yinuo"),
    preset: PresetOption = None,
    preview: Annotated[bool, Option(help="What would be published now, not what was.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the published assessment of a period, or what it would be now."""
    path = _path(first, until)
    reporting = _reporting(data)
    found = reporting.get(f"{path}/preview", preset=preset) if preview else reporting.get(path)
    print(_json(found)) if as_json else print_assessment(Console(), found)


@app.command()
def explain(
    first: First,
    until: Until,
    unit: Annotated[str | None, Option(help="A unit's code.")] = None,
    post: Annotated[str | None, Option(help="A post's code, for a leader.")] = None,
    person: Annotated[str | None, Option(help="Who held the post; left out: while it was vacant.")] = None,
    data: DataOption = Path(".yinuo"),
    preset: PresetOption = None,
    as_json: AsJson = False,
) -> None:
    """Take a unit's or a leader's score down to the rows."""
    asked = {"unit": unit, "post": post, "person": person, "preset": preset}
    found = _reporting(data).get(f"{_path(first, until)}/explanation", **asked)
    print(_json(found)) if as_json else print_explanation(Console(), found)


@app.command("what-if")
def what_if(
    first: First,
    until: Until,
    weight: Annotated[list[str], Option(help="An indicator and its weight: on_time=50. May be repeated.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print the ranking under other weights beside the present one; nothing is kept."""
    asked = {"weights": dict(map(parse_weight, weight))}
    found = _reporting(data).call("POST", f"{_path(first, until)}/what-if", json=asked)
    print(_json(found)) if as_json else Console().print(_beside(found["units"]))


@app.command()
def publish(
    first: First,
    until: Until,
    data: DataOption = Path(".yinuo"),
    preset: PresetOption = None,
    because: Annotated[str | None, Option(help="The request that calls for a revision.")] = None,
    reason: Annotated[str | None, Option(help="Why it is revised.")] = None,
    as_json: AsJson = False,
) -> None:
    """Freeze the assessment of a period; after the first, its next revision."""
    asked = {"preset": preset, "because": because, "reason": reason}
    found = _reporting(data).call("POST", _path(first, until), json=asked)
    print(_json(found)) if as_json else print_assessment(Console(), found)


def parse_weight(text: str) -> tuple[str, float]:
    """`on_time=50`. Raises Problem for anything else."""
    name, _, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError as unreadable:
        raise Problem(f"{text!r} is no weight", "write it as on_time=50") from unreadable


def print_assessment(console: Console, found: Mapping[str, Any]) -> None:
    """Units by group with rank, score and shares; red and black lists below."""
    one, kept = found["assessment"], found["published"]
    state = f"第 {kept['revision']} 版" if kept else "（未发布）"
    console.print(f"[bold red]考核[/]  {one['first']} 至 {one['until']} 前  {state}", highlight=False)
    names = {each["id"]: each["zh"] for each in one["preset"]["indicators"]}
    console.print(_scores(one["units"], names))
    units = {each["unit"]: each["name"] for each in one["units"]}
    for each in one["lists"]:
        for colour, title in (("red", "红榜"), ("black", "黑榜")):
            listed = "、".join(units[code] for code in each[colour]) or "无"
            console.print(f"{GROUPS[each['group']]}{title}：{listed}", highlight=False)


def _scores(rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Table:
    table = Table("", "单位", box=None)
    for heading in ("名次", "得分", *names.values(), "扣分"):
        table.add_column(heading, justify="right")
    for row in rows:
        shares = (_share(one) for one in row["measures"])
        cells = (_number(row["rank"]), _number(row["score"]), *shares, f"{row['deducted']:g}")
        table.add_row(GROUPS[row["group"]], row["name"], *cells)
    return table


def _share(measure: Mapping[str, Any]) -> str:
    """Its value; `≈` where the Wilson bound stands in for few."""
    return f"{'≈' if measure['taken'] == 'bound' else ''}{percent(measure['value'])}"


def print_explanation(console: Console, found: Mapping[str, Any]) -> None:
    """The words of each indicator, and the rows that count against the unit."""
    console.print(f"[bold]{found['row']['name']}[/]  {found['zh']}", highlight=False)
    for part in found["parts"]:
        console.print(part["zh"], highlight=False)
        for row in part["rows"]:
            at = row["due"] or row["at"]
            console.print(f"  {'是' if row['hit'] else '否'}  {row['receipt'] or row['case_id']}  {at}")
        for row in part["excluded"]:
            console.print(f"  已剔除  {row['receipt'] or row['case_id']}", style="dim")


def _beside(rows: Iterable[Mapping[str, Any]]) -> Table:
    table = Table("", "单位", box=None)
    for heading in ("现名次", "现得分", "新名次", "新得分"):
        table.add_column(heading, justify="right")
    for row in rows:
        cells = (_number(row[name]) for name in ("rank", "score", "rank_then", "score_then"))
        table.add_row(GROUPS[row["group"]], row["name"], *cells)
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _path(first: str, until: str) -> str:
    try:
        return f"/assessments/{date.fromisoformat(first)}/{date.fromisoformat(until)}"
    except ValueError as unreadable:
        raise Problem(str(unreadable), "write days as 2021-03-01") from unreadable


def _reporting(data: Path) -> Api:
    running = Running.find(data)
    return Api("reporting", running.service_url("reporting"), running.token("administrator"))


def _json(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False)
