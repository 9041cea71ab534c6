"""Rows that weren't accepted, in a CSV for whoever corrects them: why, what to do, and the row as it was."""

import csv
import json
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from services.dev.messages import Refusal, text_of

REASONS: Final = ("行号", "字段", "原因", "办法")
REST: Final = "其他"
"""Cells that the first refused row didn't have, as JSON."""


class RefusedRows:
    """The file is made with its first row, readable by its owner only: it holds citizens' words."""

    def __init__(self, folder: Path, name: str, now: datetime) -> None:
        self.path = folder / f"{name}-{now.strftime('%Y%m%dT%H%M%S')}.csv"
        self._stream: IO[str] | None = None
        self._columns: list[str] = []
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream:
            self._stream.close()

    @property
    def written(self) -> Path | None:
        """Where it lies; None where nothing was refused."""
        return self.path if self._stream else None

    def write(self, refusal: Refusal) -> None:
        """Add a row."""
        cells = {name: text_of(cell) for name, cell in refusal.row.cells.items()}
        if self._stream is None:
            self._begin([name for name in cells if name not in REASONS])
        rest = {
            name: cell for name, cell in cells.items() if name not in self._columns and name not in REASONS
        }
        reasons = [refusal.row.number, refusal.field, refusal.reason, refusal.remedy]
        known = [cells.get(name, "") for name in self._columns]
        self._writer.writerow([*reasons, *known, json.dumps(rest, ensure_ascii=False) if rest else ""])

    def _begin(self, columns: list[str]) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._stream = os.fdopen(made, "w", encoding="utf-8-sig", newline="", errors="surrogatepass")
        self._columns = columns
        self._writer = csv.writer(self._stream)
        self._writer.writerow([*REASONS, *columns, REST])
