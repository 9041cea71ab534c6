"""A table from its rows by its columns: each column says what stands in it, how wide, what in it alarms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.kit.documents.official import Table
from services.reporting.part import Part
from services.reporting.render.wording import or_dash

Row = TypeVar("Row")
Counts = TypeVar("Counts", bound=Part)


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """`width`: its share of the line. `alarming`: whether a row's cell shall be seen at once.

    `total`: what stands beneath all rows; a table has such a last row where any column says so.
    `group`: a heading that it shares with its neighbours.
    """

    heading: str
    text: Callable[[Row], str]
    width: float = 1.0
    left: bool = False
    alarming: Callable[[Row], bool] = lambda _: False
    total: Callable[[Sequence[Row]], str] | None = None
    group: str = ""


def touched(rows: Sequence[Counts]) -> list[Counts]:
    """The rows in which anything is counted."""
    return [row for row in rows if any(type(value) is int and value for value in dict(row).values())]


def sum_of(_: Sequence[Any]) -> str:
    """What heads a row of sums."""
    return "合计"


def counted(
    heading: str,
    count: Callable[[Row], int],
    group: str = "",
    *,
    width: float = 1.0,
    alarming: bool = False,
) -> Column[Row]:
    """A column of counts with their sum; noughts as dashes. `alarming`: any count is."""
    return Column(
        heading,
        lambda row: or_dash(count(row)),
        width,
        alarming=lambda row: alarming and count(row) > 0,
        total=lambda rows: or_dash(sum(map(count, rows))),
        group=group,
    )


def table(rows: Sequence[Row], columns: Sequence[Column[Row]], caption: str = "") -> Table:
    """The columns from left to right."""
    totals = [column.total(rows) if column.total else "" for column in columns]
    return Table(
        headings=tuple(column.heading for column in columns),
        rows=tuple(tuple(column.text(row) for column in columns) for row in rows),
        widths=tuple(column.width for column in columns),
        left=frozenset(at for at, column in enumerate(columns) if column.left),
        alarming=frozenset(
            (at, place)
            for at, row in enumerate(rows)
            for place, column in enumerate(columns)
            if column.alarming(row)
        ),
        total=tuple(totals) if any(totals) else (),
        caption=caption,
        groups=tuple(column.group for column in columns) if any(one.group for one in columns) else (),
    )
