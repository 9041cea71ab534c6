"""`yinuo up`, `down`, `status`, `logs`: the embedded stack in the background."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from services.dev.problem import Problem
from services.dev.steps import Steps

if TYPE_CHECKING:
    from services.dev.processes import Row

DataOption = Annotated[Path, typer.Option("--data", help="The data folder of the stack.")]
DATA = Path(".yinuo")
LAST_LINES = 50
FOLLOW_SECONDS = 0.2
MEBIBYTE = 2**20


@contextmanager
def visible_steps() -> Iterator[Steps]:
    """Show progress while a block works; where it fails, the last step isn't ticked off."""
    steps = Steps(Console(stderr=True))
    with steps.status:
        yield steps
        steps.finish()


def up(
    data: DataOption = DATA,
    clock: Annotated[
        str | None, typer.Option(help="Set the business clock, e.g. 2021-03-01T08:00+08:00; it stands still.")
    ] = None,
    free_ports: Annotated[
        bool, typer.Option("--free-ports", help="Pick free ports and remember them in the data folder.")
    ] = False,
    only_infrastructure: Annotated[
        bool, typer.Option("--only-infrastructure", help="Kafka and PostgreSQL, no services.")
    ] = False,
) -> None:
    """Start Kafka, PostgreSQL and the services; on a running stack, start what is missing."""
    from services.dev import stack

    began = time.monotonic()
    with visible_steps() as steps:
        found = asyncio.run(stack.start(data, steps, clock, free_ports, only_infrastructure))
    _print_addresses(found, only_infrastructure, time.monotonic() - began)


def _print_addresses(stack: dict[str, Any], only_infrastructure: bool, seconds: float) -> None:
    table = Table(box=None, show_header=False)
    if not only_infrastructure:
        table.add_row("console", stack["console"], "[bold]open this first[/]")
    for name, address in {} if only_infrastructure else stack["services"].items():
        table.add_row(name, address, f"[dim]{address}/docs[/]")
    table.add_row("kafka", stack["kafka"])
    table.add_row("postgres", "{host}:{port}/{database}".format(**stack["postgres"]))
    console = Console()
    console.print(table)
    console.print(f"Up after {seconds:.1f} s. Stop with `yinuo down`.", highlight=False)


def down(data: DataOption = DATA) -> None:
    """Stop the services, then Kafka, then PostgreSQL; wait until all are gone."""
    from services.dev import stack

    with visible_steps() as steps:
        stack.stop(data, steps)


def status(
    data: DataOption = DATA,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list instead of a table.")] = False,
) -> None:
    """Show every process: pid, port, state, resident memory. Exits 1 when one isn't RUNNING."""
    from services.dev.processes import process_rows

    rows = process_rows(data)
    if as_json:
        fields = ("name", "pid", "port", "state", "resident_bytes")
        print(json.dumps([{field: getattr(row, field) for field in fields} for row in rows]))
    else:
        _print_rows(rows)
    if any(row.state != "RUNNING" for row in rows):
        raise typer.Exit(1)


def _print_rows(rows: "list[Row]") -> None:
    table = Table(box=None)
    for heading in ("name", "state"):
        table.add_column(heading)
    for heading in ("pid", "port", "resident"):
        table.add_column(heading, justify="right")
    for row in rows:
        colour = "green" if row.state == "RUNNING" else "red"
        resident = f"{row.resident_bytes / MEBIBYTE:.0f} MB"
        table.add_row(row.name, f"[{colour}]{row.state}[/]", str(row.pid or "–"), str(row.port), resident)
    Console().print(table)


def logs(
    name: Annotated[str | None, typer.Argument(help="One process, as `yinuo status` names it.")] = None,
    data: DataOption = DATA,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come in.")] = False,
) -> None:
    """Show the last lines of one process's log, or of all."""
    files = log_files(data, name)
    for file in files:
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]:
            _print_line(file, line)
    if follow:
        _follow(files)


def log_files(data: Path, name: str | None) -> list[Path]:
    """The logs of a data folder, or the one of a process. Errors: Problem where there is none."""
    from services.dev.folder import DataFolder

    files = sorted(DataFolder.at(data).logs.glob("*.log"))
    chosen = [file for file in files if name is None or _process_of(file) == name]
    if not chosen:
        known = ", ".join(map(_process_of, files)) or f"none in {data}"
        raise Problem(f"there is no log of {name or 'any process'}", f"there are: {known}")
    return chosen


def _process_of(file: Path) -> str:
    return file.stem.removeprefix("yinuo-")


def _print_line(file: Path, line: str) -> None:
    print(f"{_process_of(file):<12} {line}")


def _follow(files: list[Path]) -> None:
    """Print what is added, until interrupted; a rotated file is taken up from its beginning."""
    opened: dict[Path, IO[str]] = {file: file.open(encoding="utf-8", errors="replace") for file in files}
    for stream in opened.values():
        stream.seek(0, os.SEEK_END)
    try:
        while True:
            for file in files:
                opened[file] = _print_new(file, opened[file])
            sys.stdout.flush()
            time.sleep(FOLLOW_SECONDS)
    except KeyboardInterrupt:
        return


def _print_new(file: Path, stream: IO[str]) -> IO[str]:
    for line in stream:
        _print_line(file, line.rstrip("\n"))
    if file.exists() and file.stat().st_ino != os.fstat(stream.fileno()).st_ino:
        stream.close()
        return file.open(encoding="utf-8", errors="replace")
    return stream
