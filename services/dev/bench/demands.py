"""Demands to measure with: the demonstration county's messages, again and again under new numbers."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from services.assignment.directory import Directory
from services.dev.directory import read_county
from services.dev.supervisor import checkout

COUNTY: Final = checkout() / "examples" / "fengxian"
CHANNEL: Final = "bulk"
_NUMBER: Final = "00000000"


def county() -> Directory:
    """The demonstration county's directory."""
    return read_county(COUNTY)


@cache
def _messages(path: Path = COUNTY / "messages.csv") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Bodies:
    """JSON bodies of demands, no two the same; all of one message have the same length.

    Each citizen (`author_ref`) writes once, as nearly all do.
    """

    def __init__(self) -> None:
        run = uuid4().hex[:12]
        self.run = run.encode()
        self._halves = [_halves(message, run) for message in _messages()]

    def numbered(self, number: int) -> bytes:
        """The body of a number, below a hundred million."""
        head, middle, tail = self._halves[number % len(self._halves)]
        digits = b"%08d" % number
        return b"".join((head, digits, middle, digits, tail))


def _halves(message: dict[str, str], run: str) -> tuple[bytes, bytes, bytes]:
    demand: dict[str, Any] = {
        "channel": CHANNEL,
        "title": message["title"],
        "body": message["body"],
        "external_id": f"{run}-{_NUMBER}",
        "author_ref": f"{run}/{_NUMBER}",
        **({"place": message["place"]} if message["place"] else {}),
    }
    head, middle, tail = json.dumps(demand, ensure_ascii=False).encode().split(_NUMBER.encode())
    return head, middle, tail
