"""附件: a row for each unit, towns and departments apart, each with its sum."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from services.kit.documents.official import Block, Heading, Remark
from services.reporting.circular import UnitRow
from services.reporting.part import rate
from services.reporting.render.read import Read
from services.reporting.render.table import Column, counted, sum_of, table
from services.reporting.render.wording import or_dash, percent

TITLE: Final = "各单位诉求办理情况"
NOTE: Final = (
    "注：按期办结率＝按期办结÷应办结。应办结＝按期办结＋超期办结＋期末超期未办结＋逾期退回；"
    "超期未办结的，办结以前每期均计入。按期、超期以办结时刻"
    "对照办结时限，每件只判定一次；时限在以后各期才确定的，到确定的那一期补判，未确定的不计入应办结。"
    "应办结为零的不计率，以“—”表示。上期结转＋本期交办－办结－退回－转办－撤回、不受理－并办＝结转下期。"
)


def units(one: Read) -> Iterator[Block]:
    """How the rate is reckoned, then towns and departments in their order."""
    yield Remark(NOTE)
    for kind, rows in kinds(one).items():
        yield Heading(2, kind)
        yield table(rows, columns(one.ranking.ranks))


def kinds(one: Read) -> Mapping[str, Sequence[UnitRow]]:
    """What the territorial units are called here (镇, or 区、县) and 部门, with their units; none without."""
    both = {one.territory: one.ranking.towns, "部门": one.ranking.departments}
    return {kind: rows for kind, rows in both.items() if rows}


def columns(ranks: Mapping[str, int | None]) -> Sequence[Column[UnitRow]]:
    """Every count of a unit, between its rank and what it has overdue."""
    return (
        Column("名次", lambda unit: or_dash(ranks[unit.code] or 0), 0.75),
        Column("单位", _name, 3.1, left=True, total=sum_of),
        counted("上期结转", lambda unit: unit.carried_over),
        counted("本期交办", lambda unit: unit.dispatched),
        counted("签收", lambda unit: unit.signed),
        counted("按时签收", lambda unit: unit.signed_in_time),
        counted("办结", lambda unit: unit.completed),
        counted("按期办结", lambda unit: unit.completed_on_time),
        counted("应办结", lambda unit: unit.due),
        Column(
            "按期办结率",
            lambda unit: percent(unit.on_time_rate),
            1.55,
            alarming=lambda unit: unit.below_threshold,
            total=lambda rows: percent(rate(_sum(rows, _on_time), _sum(rows, lambda unit: unit.due))),
        ),
        counted("退回", lambda unit: unit.returned),
        counted("逾期退回", lambda unit: unit.returned_overdue, alarming=True),
        counted("转办", lambda unit: unit.reassigned),
        counted("撤回、不受理", lambda unit: unit.withdrawn + unit.refused, width=1.4),
        counted("结转下期", lambda unit: unit.carried_forward),
        counted("超期未结", lambda unit: unit.overdue, alarming=True),
    )


def _name(unit: UnitRow) -> str:
    return f"{unit.name}（已撤）" if unit.retired else unit.name


def _on_time(unit: UnitRow) -> int:
    return unit.completed_on_time


def _sum(rows: Sequence[UnitRow], count: Callable[[UnitRow], int]) -> int:
    return sum(map(count, rows))
