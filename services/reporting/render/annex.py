"""The annex on paper: a row for each unit, towns and departments apart, each with its sum."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from services.kit.documents.official import Block, Heading, Remark, Table
from services.reporting.circular import UnitRow
from services.reporting.part import rate
from services.reporting.render.html import TERRITORY_ZH, or_dash, percent
from services.reporting.render.summary import Read

Sum = Callable[[UnitRow], int]

RATE: Final = "按期办结率"
OVERDUE: Final = "超期未结"
COLUMNS: Final[Sequence[tuple[str, Sum]]] = (
    ("上期结转", lambda unit: unit.carried_over),
    ("本期交办", lambda unit: unit.dispatched),
    ("签收", lambda unit: unit.signed),
    ("按时签收", lambda unit: unit.signed_in_time),
    ("办结", lambda unit: unit.completed),
    ("按期办结", lambda unit: unit.completed_on_time),
    ("应办结", lambda unit: unit.due),
    ("退回", lambda unit: unit.returned),
    ("逾期退回", lambda unit: unit.returned_overdue),
    ("转办", lambda unit: unit.reassigned),
    ("撤回、不受理", lambda unit: unit.withdrawn + unit.refused),
    ("结转下期", lambda unit: unit.carried_forward),
    (OVERDUE, lambda unit: unit.overdue),
)
"""Heading → what stands in it; the rate stands after 应办结."""
RATE_AT: Final = 7
HEADINGS: Final = tuple(heading for heading, _ in COLUMNS)
WIDTHS: Final = (0.75, 3.1, *(1.0,) * RATE_AT, 1.55, 1.0, 1.0, 1.0, 1.4, 1.0, 1.0)
NOTE: Final = (
    "注：按期办结率＝按期办结÷应办结。应办结＝按期办结＋超期办结＋期末超期未办结＋逾期退回。按期、超期以办结时刻"
    "对照办结时限，每件只判定一次；时限在以后各期才确定的，到确定的那一期补判，未确定的不计入应办结。"
    "应办结为零的不计率，以“—”表示。上期结转＋本期交办－办结－退回－转办－撤回、不受理－并办＝结转下期。"
)


def units(one: Read) -> Iterator[Block]:
    """How the rate is reckoned, then towns and departments in their order."""
    yield Remark(NOTE)
    for kind, rows in kinds(one).items():
        yield Heading(2, kind)
        yield _table(rows, one)


def kinds(one: Read) -> dict[str, tuple[UnitRow, ...]]:
    """What the territorial units are called here (镇, or 区、县) and 部门, with their units; none without."""
    there = {unit.kind for unit in one.ranking.towns}
    territory = "、".join(zh for kind, zh in TERRITORY_ZH.items() if kind in there)
    both = {territory: one.ranking.towns, "部门": one.ranking.departments}
    return {kind: rows for kind, rows in both.items() if rows}


def _table(rows: Sequence[UnitRow], one: Read) -> Table:
    late = _with_rate(HEADINGS, RATE).index(OVERDUE) + 2
    alarming = {(at, RATE_AT + 2) for at, unit in enumerate(rows) if unit.below_threshold}
    alarming |= {(at, late) for at, unit in enumerate(rows) if unit.overdue}
    return Table(
        ("名次", "单位", *_with_rate(HEADINGS, RATE)),
        tuple(_row(unit, one.ranking.ranks[unit.code]) for unit in rows),
        WIDTHS,
        left=frozenset({1}),
        alarming=frozenset(alarming),
        total=_total(rows),
    )


def _row(unit: UnitRow, rank: int | None) -> tuple[str, ...]:
    counts = [or_dash(count(unit)) for _, count in COLUMNS]
    name = f"{unit.name}（已撤）" if unit.retired else unit.name
    return (or_dash(rank or 0), name, *_with_rate(counts, percent(unit.on_time_rate)))


def _total(rows: Sequence[UnitRow]) -> tuple[str, ...]:
    sums = [str(sum(map(count, rows))) for _, count in COLUMNS]
    due, kept = (sum(getattr(unit, name) for unit in rows) for name in ("due", "completed_on_time"))
    return ("", "合计", *_with_rate(sums, percent(rate(kept, due))))


def _with_rate(cells: Sequence[str], of_rate: str) -> list[str]:
    return [*cells[:RATE_AT], of_rate, *cells[RATE_AT:]]
