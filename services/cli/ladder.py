"""`yinuo ladder`: the supervision ladders (督办阶梯)."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer import Option

from services.dev.http import Api
from services.dev.problem import Problem
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Try supervision ladders.")

Row = tuple[str, int | None, str, str, str]
COUNTS: Final = ("would", "would_points", "sent", "sent_points")
HEAD: Final = ("事由", "级", "颜色", "措施", "单位", "本应发", "扣分", "实发", "扣分")


@app.callback()
def group() -> None:
    """Try supervision ladders."""


@app.command(name="dry-run")
def dry_run(
    first: Annotated[datetime, Option("--from", formats=["%Y-%m-%d"], help="Local day, included.")],
    last: Annotated[datetime, Option("--to", formats=["%Y-%m-%d"], help="Local day, included.")],
    preset: Annotated[str | None, Option("--preset", help="default, sanming, suqian or guangyuan.")] = None,
    file: Annotated[
        Path | None, Option("--file", help="A ladder of your own (YAML), in the place of a preset.")
    ] = None,
    data: Annotated[Path, Option("--data", help="The data folder of the stack.")] = Path(".yinuo"),
    as_json: Annotated[
        bool, Option("--json", help="Print each notice as a line of JSON, then the groups.")
    ] = False,
) -> None:
    """Print what a ladder would have sent on past limits and events, beside what was sent. It sends nothing.

    It goes by what is stored of each limit: its present dispatch, pauses, extension and end. Of what began
    anew since then, and of answers that notices would have wanted, it knows nothing.
    """
    ladder = which(preset, file)
    running = Running.find(data)
    api = Api("supervision", running.service_url("supervision"), running.token("supervision_office"))
    asked = {"from": f"{first:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}", "each": str(as_json).lower()}
    total: dict[Row, list[int]] = defaultdict(lambda: [0] * len(COUNTS))
    for page in pages(api, ladder, asked):
        add(total, page["groups"])
        for notice in page["notices"]:
            print(json.dumps(notice, ensure_ascii=False))
    if as_json:
        print(
            json.dumps({"preset": preset or str(file), "groups": list(as_groups(total))}, ensure_ascii=False)
        )
        return
    for line in table(total):
        print(line)


def which(preset: str | None, file: Path | None) -> Mapping[str, Any]:
    """How to ask for a shipped ladder, or for one in a file. Raises Problem."""
    if preset is not None and file is None:
        return {"method": "GET", "path": f"/ladders/{preset}/dry-run"}
    if file is None or preset is not None:
        raise Problem("name one ladder", "give either --preset NAME or --file FILE.yaml")
    try:
        return {"method": "POST", "path": "/ladders/dry-run", "content": file.read_bytes()}
    except OSError as unreadable:
        raise Problem(f"{file}: {unreadable.strerror}", "name a file that can be read") from unreadable


def pages(api: Api, ladder: Mapping[str, Any], asked: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Every page, one at a time."""
    after: str | None = None
    while True:
        page = api.call(params={**asked, **({"after": after} if after else {})}, **ladder)
        yield page
        after = page["next"]
        if after is None:
            return


def add(total: dict[Row, list[int]], groups: Sequence[Mapping[str, Any]]) -> None:
    """Add a page's groups to those before."""
    for one in groups:
        row = total[one["what"], one["rung"], one["colour"], one["measure"], one["unit"]]
        for place, name in enumerate(COUNTS):
            row[place] += one[name]


def as_groups(total: Mapping[Row, Sequence[int]]) -> Iterator[Mapping[str, Any]]:
    """The sums, as the API names them."""
    names = ("what", "rung", "colour", "measure", "unit")
    for row in sorted(total, key=_order):
        yield {**dict(zip(names, row, strict=True)), **dict(zip(COUNTS, total[row], strict=True))}


def table(total: Mapping[Row, Sequence[int]]) -> Iterator[str]:
    """A line a rung and unit, and the sum; tabs between, so that it can be pasted into a sheet."""
    yield "\t".join(HEAD)
    for row in sorted(total, key=_order):
        what, rung, colour, measure, unit = row
        shown = (NAMES.get(what, what), rung or "–", NAMES[colour], NAMES[measure], unit, *total[row])
        yield "\t".join(map(str, shown))
    sums = [sum(counts) for counts in zip(*total.values(), strict=True)] or [0] * len(COUNTS)
    yield "\t".join(map(str, ("合计", "", "", "", "", *sums)))


def _order(row: Row) -> tuple[str, ...]:
    what, rung, colour, measure, unit = row
    return what, f"{rung or 99:02}", colour, measure, unit


NAMES: Final = {
    "sign_for": "签收",
    "complete": "办结",
    "rectification": "整改",
    "assist": "协办",
    "letter_receipt": "督办函签收",
    "letter_reply": "督办函回复",
    "project_report": "项目进展报告",
    "listing_report": "挂牌进展报告",
    "follow_up": "会议交办",
    "notice_reply": "督办单答复",
    "bad_rating": "群众差评",
    "repeat": "重复诉求",
    "finding": "巡查问题",
    "consequence": "督办后果",
    "blue": "蓝",
    "yellow": "黄",
    "orange": "橙",
    "red": "红",
    "reminder": "提醒",
    "warning": "警告",
    "overdue": "逾期",
    "special_letter": "专函督办",
    "interview": "约谈",
}
