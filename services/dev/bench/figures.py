"""What was measured: names, values, the limits beside them, as a table and as JSON."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

POST: Final = "POST /demands/s, one intake process"
END_TO_END: Final = "demands/s end to end"
LATENCY: Final = "receipt → case assigned at 200/s, p50 and p99"
FIRED: Final = "limits fired/s with 1 M open rows"
CIRCULAR: Final = "circular of a week of 100 k cases within 2 M of history"
GROWN_CIRCULAR: Final = "a week's circular after years of cases"
GROWN_ASSESSMENT: Final = "the assessment of a week after years of cases"
GROWN_FIRED: Final = "a claim of due limits fired after years of limits"
START: Final = "stopped → first demand assigned"
MEMORY: Final = "resident memory of each process"
GROWN: Final = (GROWN_CIRCULAR, GROWN_ASSESSMENT, GROWN_FIRED)
NAMES: Final = (POST, END_TO_END, LATENCY, FIRED, CIRCULAR, *GROWN, START, MEMORY)


@dataclass(frozen=True, slots=True)
class Aim:
    """What the value should reach: at least, or at most."""

    bound: float
    at_most: bool = False

    def reached_by(self, value: float) -> bool:
        return value <= self.bound if self.at_most else value >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {shown(self.bound)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `beside` says what its limit is, measured in the same run, if there is one."""

    figure: str
    value: float
    unit: str
    beside: str | None = None
    beside_value: float | None = None
    aim: Aim | None = None


def write_json(path: Path, figures: Iterable[Figure]) -> None:
    """A list of {figure, value, unit, beside, beside_value}."""
    names = ("figure", "value", "unit", "beside", "beside_value")
    rows = [{name: getattr(figure, name) for name in names} for figure in figures]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def print_table(console: Console, figures: Iterable[Figure]) -> None:
    table = Table(box=None, header_style="bold")
    table.add_column("figure", overflow="fold")
    for heading in ("value", "unit"):
        table.add_column(heading, justify="right" if heading == "value" else "left", no_wrap=True)
    table.add_column("beside it", overflow="fold")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("aim on 2 cores", no_wrap=True)
    for one in figures:
        beside = "" if one.beside_value is None else shown(one.beside_value)
        table.add_row(one.figure, shown(one.value), one.unit, one.beside or "–", beside, _aim(one))
    console.print(table)


def _aim(one: Figure) -> str:
    if one.aim is None:
        return ""
    colour, word = ("green", "holds") if one.aim.reached_by(one.value) else ("red", "below")
    return f"{one.aim} [{colour}]{word}[/]"


def shown(value: float) -> str:
    """Three figures are enough; thousands are set apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values don't exceed; NaN for none."""
    if not values:
        return math.nan
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)]
