"""`yinuo letters`: official letters (整改督办函), what became of them and which are late."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from typer import Argument, Option

from services.cli.instants import local_minute
from services.dev.http import Api
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Official letters.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
STATES: Final = {
    "drafted": "待签发",
    "issued": "已发出",
    "received": "已签收",
    "replied": "已回复",
    "returned": "已退回",
    "accepted": "已验收",
    "struck_off": "已销号",
    "voided": "已作废",
    "discarded": "已撤稿",
}
STEPS: Final = {
    "draft": "拟稿",
    "sign": "签发",
    "discard": "撤稿",
    "receive": "签收",
    "reply": "回复",
    "accept": "验收",
    "return": "退回",
    "strike_off": "销号",
    "void": "作废",
}


@app.callback()
def group() -> None:
    """List and show letters."""


@app.command("list")
def list_letters(
    unit: Annotated[str | None, Option(help="Only those to one unit.")] = None,
    state: Annotated[str | None, Option(help=f"One of {', '.join(STATES)}.")] = None,
    overdue: Annotated[bool, Option("--overdue", help="Only those whose receipt or reply is late.")] = False,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print letters, those drafted last first."""
    found = list(_pages(_supervision(data), unit=unit, state=state, overdue=overdue or None))
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("编号", "收文单位", "状态", "标题", "回复期限", "", box=None)
    for one in found:
        cells = (one["number"] or one["letter_id"], one["unit_name"] or one["unit"], STATES[one["state"]])
        table.add_row(*cells, one["title"], one["reply_by"] or "", "逾期" if one["overdue"] else "")
    Console().print(table)


@app.command()
def show(
    letter: Annotated[str, Argument(help="Its id, as `yinuo letters list --json` shows it.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print one letter with its steps."""
    found = _supervision(data).get(f"/letters/{letter}")
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(f"{found['number'] or '（未签发）'} {found['title']}（{STATES[found['state']]}）")
    print(f"{found['addressee'] or found['unit_name'] or found['unit']}：")
    print(
        f"问题：{found['found']}\n要求：{found['required']}\n回复期限：{found['reply_by'] or '待签发时确定'}"
    )
    for step in found["steps"]:
        words = (local_minute(step["at"]), STEPS[step["step"]], step["by"], step["words"] or "")
        print("  ".join(words).rstrip())


def _pages(api: Api, **wanted: Any) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = api.get("/letters", after=after, limit=500, **wanted)
        yield from page["letters"]
        if (after := page["next"]) is None:
            return


def _supervision(data: Path) -> Api:
    running = Running.find(data)
    return Api("supervision", running.service_url("supervision"), running.token("administrator"))
