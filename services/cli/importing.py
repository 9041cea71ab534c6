"""`yinuo import`: bring messages in from a file, through the same HTTP API as every channel."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any, Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from typer import Argument, Option

from services.cli.refused_rows import RefusedRows
from services.cli.upload import Tally, import_rows
from services.dev.folder import read_json, write_private
from services.dev.http import Api
from services.dev.messages import FieldMap, Message, Refusal, fitting_map, message_of, read_map
from services.dev.running import Running
from services.dev.table_files import Row, count_rows, read_rows

__all__ = ["ChannelKeys", "app", "import_rows", "read_messages"]

LOOKED_AT: Final = 1000
"""So many rows show which columns a file has; JSONL names them row by row."""


def app(
    file: Annotated[Path, Argument(help="JSONL, CSV or XLSX; the encoding is found out.")],
    channel: Annotated[str | None, Option(help="The channel of all rows, whatever the file says.")] = None,
    map_file: Annotated[
        Path | None, Option("--map", help="Which column is which field; see examples/mappings.")
    ] = None,
    data: Annotated[Path, Option("--data", help="The data folder of the stack.")] = Path(".yinuo"),
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring messages in; again, it adds nothing. Refused rows go to a CSV under the data folder."""
    running = Running.find(data)
    mapping = read_map(map_file) if map_file else None
    total = count_rows(file)
    with RefusedRows(running.data / "refused", file.name, datetime.now(UTC)) as refused:
        messages = read_messages(file, mapping, channel)
        tally = asyncio.run(_import(running, file, messages, total, refused))
    _print(tally, refused.written, as_json)


async def _import(
    running: Running,
    file: Path,
    messages: Iterator[Message | Refusal],
    total: int | None,
    refused: RefusedRows,
) -> Tally:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        bar = progress.add_task(file.name, total=total)
        return await import_rows(
            messages,
            running.service_url("intake"),
            ChannelKeys(running),
            on_refused=refused.write,
            on_window=lambda tally: progress.update(bar, completed=tally.read),
        )


def read_messages(
    file: Path, mapping: FieldMap | None = None, channel: str | None = None
) -> Iterator[Message | Refusal]:
    """The rows of a file as demands, in the file's order. Errors: Problem where the mapping doesn't fit."""
    rows = read_rows(file)
    first = list(islice(rows, LOOKED_AT))
    columns = dict.fromkeys(name for row in first if not row.fault for name in row.cells)
    fitting = fitting_map(list(columns), mapping, channel)
    every: Iterator[Row] = chain(first, rows)
    return (message_of(row, fitting) for row in every)


class ChannelKeys:
    """The command line's own adapter keys, kept in the data folder; one is made where none works."""

    def __init__(self, running: Running) -> None:
        self._api = Api("intake", running.service_url("intake"), running.token("administrator"))
        self._file = running.data / "import-keys.json"
        self._known: dict[str, str] = {}
        self._working: set[int] | None = None

    async def __call__(self, channel: str) -> str:
        """The key of a channel. Errors: Problem."""
        if channel not in self._known:
            self._known[channel] = await asyncio.to_thread(self._kept_or_made, channel)
        return self._known[channel]

    def _kept_or_made(self, channel: str) -> str:
        kept = read_json(self._file)
        if self._working is None:
            self._working = {key["id"] for key in self._api.get("/keys") if not key["revoked_at"]}
        if channel not in kept or kept[channel]["id"] not in self._working:
            made = self._api.call("POST", "/keys", json={"channel": channel, "name": "yinuo import"})
            kept[channel] = {"id": made["id"], "key": made["key"]}
            write_private(self._file, json.dumps(kept))
        return str(kept[channel]["key"])


def _print(tally: Tally, refused: Path | None, as_json: bool) -> None:
    found: dict[str, Any] = {**asdict(tally), "refused_rows": str(refused) if refused else None}
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(f"读取 {tally.read} 行，已受理 {tally.accepted}，未受理 {tally.refused}")
    if refused:
        print(f"未受理的行及原因：{refused}")
