"""`yinuo meetings`: the leading group's meetings (压实责任), their agendas, what was said and set."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer import Argument, Option

from services.dev.http import Api
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The leading group's meetings.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
ITEMS: Final = {
    "overdue": "逾期",
    "bad_rating": "差评",
    "listing": "挂牌督办",
    "consequence": "拟追责",
    "follow_up": "上次交办",
}
SAID: Final = {"report": "汇报", "comment": "点评"}


@app.callback()
def group() -> None:
    """List and show meetings, draw up an agenda."""


@app.command("list")
def list_meetings(data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Print meetings, those drawn up last first."""
    found = _supervision(data).get("/meetings", limit=200)["meetings"]
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("标识", "日期", "名称", "议题", "", box=None)
    for one in found:
        state = "已形成纪要" if one["closed_at"] else "进行中"
        table.add_row(*map(Text, (one["meeting_id"], one["day"], one["name"], str(one["items"]), state)))
    Console().print(table if found else "还没有拟定过议程")


@app.command()
def draw(
    name: Annotated[str, Argument(help="What the meeting is called.")],
    day: Annotated[str, Option(help="Its local day, 2021-06-15.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Draw up an agenda from what is overdue, badly rated or listed now, and print it."""
    found = _supervision(data).call("POST", "/meetings", json={"name": name, "day": day})
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print_meeting(Console(), found)


@app.command()
def show(
    meeting: Annotated[str, Argument(help="Its id, as `yinuo meetings list` shows it.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print one meeting with all that belongs to it."""
    found = _supervision(data).get(f"/meetings/{meeting}")
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print_meeting(Console(), found)


def print_meeting(console: Console, one: Mapping[str, Any]) -> None:
    """Agenda, words, minutes and follow-ups, a line each."""
    lines = [f"{one['name']}（{one['day']}）"]
    for item in one["agenda"]:
        unit, count = item["unit_name"] or item["unit"], f" {item['count']} 件" if item["count"] > 1 else ""
        lines.append(f"{item['number']}. {ITEMS[item['kind']]} {unit}{count} {item['title'] or ''}".rstrip())
    lines += [
        f"{SAID[said['kind']]} {said['post_title'] or said['post']}：{said['text']}" for said in one["said"]
    ]
    for task in one["follow_ups"]:
        unit, end = task["unit_name"] or task["unit"], task["done"] or ("逾期" if task["overdue"] else "")
        lines.append(f"交办 {unit}：{task['task']}（{task['due']} 前）{end}")
    lines += [f"纪要：{one['minutes']}"] if one["minutes"] else []
    console.print(Text("\n".join(lines)))


def _supervision(data: Path) -> Api:
    running = Running.find(data)
    return Api("supervision", running.service_url("supervision"), running.token("administrator"))
