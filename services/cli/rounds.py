"""`yinuo rounds`: plan and draw inspection rounds (巡回指导), draw them again, see what was covered."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from typer import Argument, Option

from services.contracts.named_ids import Namespace
from services.dev.http import Api
from services.dev.problem import Problem
from services.dev.running import Running

_PLANNED: Final = Namespace.of("3f7f2a86-5a0e-4b0d-9a60-0f5b8e6d2c41")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Inspection rounds.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
RoundArgument = Annotated[str, Argument(metavar="ROUND", help="Its id, as `yinuo rounds list` shows it.")]


@app.callback()
def group() -> None:
    """Plan, draw and draw again; list rounds and what they covered."""


@app.command("list")
def list_rounds(data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Print all rounds, those planned last first."""
    found = list(_pages(_supervision(data)))
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("编号", "名称", "状态", "日期", "对象", box=None)
    for one in found:
        days = f"{one['first_day']} 至 {one['last_day']}"
        table.add_row(one["round_id"], one["name"], STATES[one["state"]], days, str(one["visits"]))
    Console().print(table)


@app.command()
def plan(
    file: Annotated[Path, Argument(help="JSON as PUT /rounds/{round_id} takes it.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Plan a round. The same plan again changes nothing: its id comes from what it says."""
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as unreadable:
        raise Problem(f"{file}: {unreadable}", "write the plan as JSON; see /docs of supervision") from None
    round_id = _PLANNED(json.dumps(given, ensure_ascii=False, sort_keys=True))
    made = _supervision(data).call("PUT", f"/rounds/{round_id}", json=given)
    print(json.dumps(made, ensure_ascii=False) if as_json else made["round_id"])


@app.command()
def draw(
    of_round: RoundArgument,
    seed: Annotated[str | None, Option(help="None: one is drawn.")] = None,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Draw who goes where, once for each round."""
    drawn = _supervision(data).call("POST", f"/rounds/{of_round}/draw", json={"seed": seed})
    _print_draw(drawn, as_json)


@app.command()
def redraw(
    of_round: Annotated[str | None, Argument(metavar="ROUND", help="Its id; asks the stack.")] = None,
    file: Annotated[
        Path | None,
        Option("--file", help="What GET /rounds/{round_id}/draw gave to anybody: needs no stack, no token."),
    ] = None,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Draw a round again from its seed and pools, and compare with what is on record."""
    if (of_round is None) == (file is None):
        raise Problem("name a round or a file, one of them", "`yinuo rounds redraw ROUND`, or `--file FILE`")
    recorded = _supervision(data).get(f"/rounds/{of_round}/draw") if file is None else _saved(file)
    _print_draw(recorded, as_json)
    if redrawn(recorded) != recorded["drawn"]:
        raise Problem("drawn again it comes out otherwise than recorded", "ask who altered the record")
    if not as_json:
        print("重抽结果与记录一致 Drawn again, it is the same.")


def _saved(file: Path) -> dict[str, Any]:
    """A draw that somebody saved. Raises Problem."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if found.keys() >= _NEEDED:
            return dict(found)
        why = f"it lacks {', '.join(sorted(_NEEDED - found.keys()))}"
    except (OSError, ValueError, AttributeError) as unreadable:
        why = str(unreadable)
    raise Problem(f"{file}: {why}", "save what GET /rounds/{round_id}/draw of supervision answers")


_NEEDED: Final = {"name", "seed", "targets", "visits", "inspectors", "team", "barred", "drawn"}


def redrawn(recorded: Mapping[str, Any]) -> list[Any]:
    """What comes of a draw's seed and pools, as the record has it."""
    from datetime import date

    from services.contracts.round import Barred, Target
    from services.supervision.round import Plan
    from services.supervision.round import draw as draw_lots

    plan = Plan(
        name=recorded["name"],
        first_day=date.min,
        last_day=date.max,
        targets=tuple(map(Target.model_validate, recorded["targets"])),
        visits=recorded["visits"],
        inspectors=tuple(recorded["inspectors"]),
        team=recorded["team"],
    )
    visits = draw_lots(plan, recorded["seed"], map(Barred.model_validate, recorded["barred"]))
    return [visit.model_dump(mode="json") for visit in visits]


@app.command()
def coverage(
    never: Annotated[bool, Option("--never", help="Only what no round has seen.")] = False,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print which towns and open projects rounds have seen."""
    found = _supervision(data).get("/rounds/coverage", never=never or None)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("对象", "名称", "轮次", "最近一轮", box=None)
    for one in found["targets"]:
        table.add_row(one["key"], one["name"], str(one["rounds"]), one["last_round_name"] or "从未")
    Console().print(table)
    print(f"已巡查 {found['seen']}，未巡查 {found['never']}")


def _print_draw(drawn: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(drawn, ensure_ascii=False))
        return
    print(f"{drawn['name']}，种子 {drawn['seed']}")
    for visit in drawn["drawn"]:
        print(f"  {visit['target']['key']}  {'、'.join(visit['inspectors'])}")


def _pages(api: Api) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = api.get("/rounds", after=after, limit=200)
        yield from page["rounds"]
        if (after := page["next"]) is None:
            return


def _supervision(data: Path) -> Api:
    running = Running.find(data)
    return Api("supervision", running.service_url("supervision"), running.token("administrator"))


STATES = {"planned": "已计划", "drawn": "已抽签", "closed": "已结束"}
