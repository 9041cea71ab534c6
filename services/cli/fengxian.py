"""`yinuo demo fengxian`: replay Feng County's first half of 2021 and hold it against what was published."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.assignment.chain import Broken
from services.cli.promise_files import import_rows
from services.cli.promise_proof import prove
from services.dev import stack
from services.dev.audit import audit, print_findings
from services.dev.fengxian.deaths import Deaths
from services.dev.fengxian.document import DOCUMENT, document
from services.dev.fengxian.figures import FIGURES
from services.dev.fengxian.replay import (
    Compared,
    Watch,
    compare,
    play,
    read_published,
    stops,
    write_script,
)
from services.dev.http import Api
from services.dev.running import Running
from services.kit.clock import LOCAL

if TYPE_CHECKING:
    from services.dev.fengxian.papers import Paper

PAPERS = "papers"
MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "–"}
TITLES = {figure.name: figure.title for figure in FIGURES}


def fengxian(
    seed: Annotated[int | None, typer.Option(help="Play another county, drawn from this number.")] = None,
    kill: Annotated[bool, typer.Option("--kill", help="Kill each process once on the way.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="End with {figure: {published, expected, computed}}.")
    ] = False,
    data: Annotated[Path, typer.Option(help="A data folder; what is in it is deleted.")] = Path(
        ".yinuo-fengxian"
    ),
) -> None:
    """Replay Feng County's first half of 2021; compare; audit; print and measure papers; stop."""
    from services.dev.fengxian.papers import kept, printed  # what measures isn't part of a deployment

    console = Console(stderr=as_json)
    began = time.monotonic()
    script = write_script(seed)
    try:
        deaths = Deaths.drawn(Random(seed or 0), len(list(stops()))) if kill else None  # noqa: S311  a play
        found = asyncio.run(play(script, data, _report(console), _watch(console), import_rows, deaths))
        if deaths:
            console.print(f"杀死又起 · Killed and back: {'、'.join(deaths.killed)}")
        compared = compare(script, found, with_published=seed is None)
        console.rule("对账 · Do the books balance?")
        findings = asyncio.run(audit(Running.find(data)))
        print_findings(console, findings)
        broken = _verify(console, data)
        papers = [kept(one, data / PAPERS) for one in asyncio.run(printed(Running.find(data)))]
    finally:
        console.print("停止 · Stopping")
        stack.stop(data)
    for paper in papers:
        _print_paper(console, paper)
    _print(console, compared)
    equal = all(one.equal for one in compared)
    if seed is None and equal:
        DOCUMENT.write_text(document(read_published(), found), "utf-8")
        console.print(f"对照 · Side by side: [bold]{DOCUMENT}[/]", soft_wrap=True)
    console.print(f"用时 · Time: {time.monotonic() - began:.0f} s")
    if as_json:
        print(orjson.dumps(_as_json(compared)).decode())
    held = all(paper.holds for paper in papers)
    if not equal or broken or not held or not all(finding.balanced for finding in findings):
        raise typer.Exit(1)


def _verify(console: Console, data: Path) -> Broken | None:
    """The promise chain, as `yinuo promises verify` sees it; what doesn't hold, if anything."""
    api = Api("assignment", Running.find(data).service_url("assignment"))
    head, _, broken = prove(api, None, [])
    said = f"[red]✗ {escape(str(broken))}[/]" if broken else f"[green]✓[/] {head.seq:,} · {head.hash[:16]}…"
    console.print(f"承诺链 · Promise chain: {said}")
    return broken


def _report(console: Console) -> Callable[[str], None]:
    return lambda what: console.print(f"[dim]· {what}[/]")


def _watch(console: Console) -> Watch:
    def watch(now: datetime, played: int, of: int) -> None:
        console.print(f"{now.astimezone(LOCAL):%Y-%m-%d %H:%M}  已演 {played}/{of}")

    return watch


def _print(console: Console, compared: Sequence[Compared]) -> None:
    columns = ("", "指标 · figure", "公布 · published", "模型 · model", "算得 · computed")
    table = Table(*columns, title="凤县 · Feng County")
    for one in compared:
        published = "–" if one.published is None else f"{one.published:,}"
        table.add_row(MARKS[one.equal], TITLES[one.name], published, f"{one.expected:,}", f"{one.computed:,}")
    console.print(table)


def _print_paper(console: Console, paper: "Paper") -> None:
    table = Table("", "GB/T 9704-2012", "标准 · rule", title=paper.title)
    table.add_column("量得 · measured", overflow="fold")
    for one in paper.measures:
        table.add_row(MARKS[one.holds], one.what, one.rule, one.measured)
    console.print(table)
    said = f"{paper.file.resolve()}，{len(paper.pictures)} 面图 · pages as pictures beside it"
    console.print(said, soft_wrap=True)


def _as_json(compared: Sequence[Compared]) -> dict[str, dict[str, int | None]]:
    return {
        one.name: {"published": one.published, "expected": one.expected, "computed": one.computed}
        for one in compared
    }
