"""点名通报: units below the share that is demanded."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.kit.documents.official import Bar, Bars, Block, Paragraph
from services.reporting.circular import UnitRow
from services.reporting.render.read import Read
from services.reporting.render.table import Column, table
from services.reporting.render.wording import percent

DRAWN: Final = 10
"""Bars at most: the table above has all."""


def named(one: Read) -> Iterator[Block]:
    """The worst first; without any, the sentence that says so."""
    below = one.ranking.below
    if not below:
        yield Paragraph(f"本期无按期办结率低于{one.threshold}的单位。")
        return
    yield Paragraph(f"按期办结率低于{one.threshold}的单位共{len(below)}个，予以点名，责令立即整改：")
    yield table(below, COLUMNS)
    worst = below[:DRAWN]
    bars = tuple(Bar(u.name, u.on_time_rate or 0.0, percent(u.on_time_rate), alarming=True) for u in worst)
    which = f"，最低的{DRAWN}个" if len(below) > DRAWN else ""
    caption = f"按期办结率{which}（虚线：标准{one.threshold}）"
    yield Bars(bars, whole=1.0, mark=one.circular.authority.threshold, caption=caption)


def _completed_late(unit: UnitRow) -> int:
    return unit.due - unit.completed_on_time - unit.overdue - unit.returned_overdue


COLUMNS: Final[Sequence[Column[UnitRow]]] = (
    Column("单位", lambda unit: unit.name, 2.4, left=True),
    Column("按期办结率", lambda unit: percent(unit.on_time_rate), 1.2, alarming=lambda _: True),
    Column("应办结", lambda unit: str(unit.due)),
    Column("按期办结", lambda unit: str(unit.completed_on_time)),
    Column("超期办结", lambda unit: str(_completed_late(unit))),
    Column("超期未办结", lambda unit: str(unit.overdue), 1.2),
    Column("逾期退回", lambda unit: str(unit.returned_overdue)),
)
