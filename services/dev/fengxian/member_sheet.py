"""The spreadsheet in which a county hands in its members' promises: Chinese headings, days as days."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from openpyxl import Workbook

from services.dev.fengxian.actions import MakePromise

HEADINGS: Final = ("编号", "层级", "单位", "姓名", "承诺内容", "承诺日期", "完成期限", "场合")


def write_members(file: Path, rows: Sequence[MakePromise]) -> None:
    """One member's promise a row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("普通党员承诺")
    sheet.append(HEADINGS)
    for one in rows:
        said = one.words, one.made_on, one.due
        sheet.append((one.number, "普通党员", one.unit, one.member, *said, "书面"))
    book.save(file)
