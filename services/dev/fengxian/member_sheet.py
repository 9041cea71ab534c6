"""The spreadsheet in which a county hands in its members' promises: Chinese headings, days as days."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from services.dev.fengxian.actions import MakePromise
from services.kit.documents.workbook import Sheet, Value, to_xlsx

HEADINGS: Final = ("编号", "层级", "单位", "姓名", "承诺内容", "承诺日期", "完成期限", "场合")


def write_members(file: Path, rows: Sequence[MakePromise]) -> None:
    """One member's promise a row."""
    file.write_bytes(to_xlsx([Sheet("普通党员承诺", HEADINGS, map(_row, rows))]))


def _row(one: MakePromise) -> tuple[Value, ...]:
    return one.number, "普通党员", one.unit, one.member, one.words, one.made_on, one.due, "书面"
