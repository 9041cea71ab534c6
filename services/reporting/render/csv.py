"""The table of units as CSV (RFC 4180), with a byte order mark so that spreadsheets read the Chinese."""

import csv
import io
from typing import Final

from services.reporting.circular import Circular, UnitRow

BOM: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

COLUMNS: Final = (
    ("单位代码", "code"),
    ("单位", "name"),
    ("类别", "territorial"),
    ("上期结转", "carried_over"),
    ("本期交办", "dispatched"),
    ("签收", "signed"),
    ("按时签收", "signed_in_time"),
    ("逾期未签收", "unsigned_overdue"),
    ("办结", "completed"),
    ("按期办结", "completed_on_time"),
    ("待判定", "unjudged"),
    ("应办结", "due"),
    ("按期办结率", "on_time_rate"),
    ("退回", "returned"),
    ("逾期退回", "returned_overdue"),
    ("转办", "reassigned"),
    ("重办", "redone"),
    ("撤回", "withdrawn"),
    ("不予受理", "refused"),
    ("并办", "merged"),
    ("结转下期", "carried_forward"),
    ("超期未办结", "overdue"),
    ("低于标准", "below_threshold"),
)


def to_csv(circular: Circular) -> bytes:
    """One row a unit, idle ones too. A rate is empty where nothing was due."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([title for title, _ in COLUMNS])
    writer.writerows([_cell(row, name) for _, name in COLUMNS] for row in circular.units)
    return (BOM + text.getvalue()).encode()


def _cell(row: UnitRow, name: str) -> object:
    value = getattr(row, name)
    if name == "territorial":
        return "属地" if value else "部门"
    if name == "on_time_rate":
        return "" if value is None else f"{value:.2%}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
