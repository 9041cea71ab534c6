"""`yinuo demo`: play weeks of a county on a fresh stack, check the books, stop everything."""

import asyncio
import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli.circulars import print_circular
from services.cli.fengxian import fengxian
from services.dev import stack
from services.dev.accuracy import Accuracy, label_accuracy
from services.dev.audit import audit, print_findings
from services.dev.demo import Moment, Outcome, Script, play, write_script
from services.dev.running import Running
from services.kit.clock import LOCAL

COUNTY = Path(__file__).parent.parent.parent / "examples" / "fengxian"
LABELLED = "labelled-raw.jsonl"
WEEKDAYS = "一二三四五六日"

console = Console()


app = typer.Typer(help="Play a county on a fresh stack.", add_completion=False)
app.command("fengxian")(fengxian)


@app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    messages: Annotated[Path | None, typer.Option(help="Your messages: JSONL, CSV or XLSX.")] = None,
    directory: Annotated[Path, typer.Option(help="The authority's folder.")] = COUNTY,
    labelled: Annotated[Path | None, typer.Option(help="Messages with labels, for the accuracy.")] = None,
    data: Annotated[Path, typer.Option(help="A data folder; what is in it is deleted.")] = Path(
        ".yinuo-demo"
    ),
) -> None:
    """Play weeks of a county on a fresh stack; print the last circular; audit; stop."""
    if context.invoked_subcommand is not None:
        return
    began = time.monotonic()
    script = write_script(directory, messages)
    try:
        outcome = asyncio.run(_play(script, data))
        _print_outcome(script, outcome)
        _print_accuracy(script, labelled or _beside(messages))
        console.rule("对账 · Do the books balance?")
        balanced = _audit(data)
    finally:
        console.print("停止 · Stopping")
        stack.stop(data)
    console.print(f"周通报 · The circular: [bold]{outcome.html.resolve()}[/]", soft_wrap=True)
    console.print(f"用时 · Time: {time.monotonic() - began:.0f} s")
    if not balanced or outcome.accepted + len(outcome.refused) != outcome.messages:
        raise typer.Exit(1)


async def _play(script: Script, data: Path) -> Outcome:
    def report(what: str) -> None:
        console.print(f"[dim]· {what}[/]")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(script.stops))

        def watch(moment: Moment) -> None:
            line = _line(moment, len(script.messages))
            progress.update(task, completed=moment.number, description=line)
            if not console.is_terminal:
                console.print(f"{line}  {moment.number}/{moment.of}")

        return await play(script, data, report, watch)


def _line(moment: Moment, messages: int) -> str:
    local = moment.now.astimezone(LOCAL)
    when = f"{local:%Y-%m-%d} 周{WEEKDAYS[local.weekday()]} {local:%H:%M}"
    return f"{when}  诉求 {moment.sent}/{messages}  办理步骤 {moment.steps}"


def _print_outcome(script: Script, outcome: Outcome) -> None:
    console.rule("周通报 · The last weekly circular")
    print_circular(console, outcome.last)
    share = outcome.at_backstop / outcome.cases if outcome.cases else 0.0
    console.print(
        f"诉求 · messages {outcome.messages} = 受理 · accepted {outcome.accepted}"
        f" + 未受理 · refused {len(outcome.refused)}；周通报 · circulars {len(outcome.circulars)}"
    )
    for external_id, reason in outcome.refused[:10]:
        console.print(f"  未受理 · refused {external_id}: {reason}")
    backstop = script.directory.authority.backstop_unit
    console.print(f"兜底单位 · backstop unit {backstop}: {outcome.at_backstop}/{outcome.cases} = {share:.1%}")


def _beside(messages: Path | None) -> Path | None:
    """The labelled messages that lie beside the given ones, if any."""
    file = messages.parent / LABELLED if messages else None
    return file if file and file.exists() else None


def _print_accuracy(script: Script, labelled: Path | None) -> None:
    if labelled is None:
        return
    with labelled.open(encoding="utf-8") as lines:
        found: Accuracy = label_accuracy(script.directory, [json.loads(line) for line in lines])
    console.print(
        f"分类准确率 · category accuracy on {labelled.name}: {found.correct}/{found.n} = {found.share:.1%}，"
        f"高于总猜最常见类 · above always saying the commonest ({found.commonest_share:.1%})"
        f" by {found.points_above_commonest:.1f} points"
    )


def _audit(data: Path) -> bool:
    findings = asyncio.run(audit(Running.find(data)))
    print_findings(console, findings)
    return all(finding.balanced for finding in findings)
