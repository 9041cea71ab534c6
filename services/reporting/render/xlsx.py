"""The annex of a circular as a spreadsheet: a row for each unit, and every figure by its name."""

from collections.abc import Iterator
from typing import Final

from services.kit.documents.workbook import Share, Sheet, Value
from services.kit.documents.workbook import to_xlsx as workbook
from services.reporting.answers import figure_lines
from services.reporting.circular import Circular, Edition, UnitRow
from services.reporting.render.csv import COLUMNS
from services.reporting.render.wording import dated

UNIT_WIDTHS: Final = {"单位代码": 22.0, "单位": 26.0}
FIGURE_HEADINGS: Final = ("数字", "名称", "Figure", "本期", "上期")
FIGURE_WIDTHS: Final = {"数字": 44.0, "名称": 36.0, "Figure": 36.0}


def to_xlsx(edition: Edition) -> bytes:
    """Rates are shares to reckon with, empty where nothing was due; the same edition has the same bytes."""
    circular = edition.circular
    units = ([_cell(row, field) for _, field in COLUMNS] for row in circular.units)
    sheets = (
        Sheet("各单位", [heading for heading, _ in COLUMNS], units, UNIT_WIDTHS, 11, frozen="C2"),
        Sheet("全部数字", FIGURE_HEADINGS, _figures(circular), FIGURE_WIDTHS, 10),
    )
    return workbook(sheets, dated(edition))


def _cell(row: UnitRow, field: str) -> Value | Share:
    value = getattr(row, field)
    match field, value:
        case "territorial", _:
            return "属地" if value else "部门"
        case "on_time_rate", float():
            return Share(value)
        case _, bool():
            return "是" if value else "否"
    return None if value is None else value


def _figures(circular: Circular) -> Iterator[tuple[Value, ...]]:
    for one in figure_lines(circular):
        before = circular.last_period.get(one.name) if circular.last_period else None
        yield one.name, one.zh, one.en, one.value, before
