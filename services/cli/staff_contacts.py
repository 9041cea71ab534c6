"""`contacts.csv` of a directory folder: by what the units' people are recognised. It goes to intake alone.

It stands apart from the reading of the directory, whose problems quote cells: here no value is ever shown.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from services.assignment.directory import DirectoryProblem
from services.intake.staff_contacts import StaffContact

FILE: Final = "contacts.csv"
PERSON: Final = "person"
"""A column for whoever edits the file; it is not sent."""
COLUMNS: Final = ("unit", PERSON, "phone", "email", "channel", "author_ref")
_COLUMN_OF: Final = {"half_author": "author_ref", "no_contact": "phone"}
_EXPLAINED: Final = {
    "missing": ("必填，但没有值", "填写这一格"),
    "no_phone": ("不是 7 至 15 位的电话号码", "写成 13 开头的手机号或带区号的座机号"),
    "string_pattern_mismatch": ("不是电子邮箱地址", "写成 name@example.com 的样式"),
    "literal_error": ("没有这个渠道", "改为渠道代码，如 wechat、douyin、hotline"),
    "string_too_long": ("太长", "缩短"),
    "half_author": ("渠道和该渠道的用户标识须同时填写", "补上 channel 或 author_ref，或两格都留空"),
    "no_contact": ("没有任何联系方式", "填写 phone、email，或 channel 和 author_ref"),
}
_OTHER: Final = ("内容不合要求", "改正这一格，可照 examples/fengxian/contacts.csv 的样式")


@dataclass(slots=True)
class ContactReading:
    """What was read, and the problems on the way; `there` False: the folder has no such file."""

    there: bool = False
    contacts: list[StaffContact] = field(default_factory=list)
    problems: list[DirectoryProblem] = field(default_factory=list)

    def note(self, row: int | None, column: str | None, what: str, remedy: str) -> None:
        self.problems.append(DirectoryProblem(file=FILE, row=row, column=column, what=what, remedy=remedy))


def read_contacts(folder: Path, has_unit: Callable[[str], bool]) -> ContactReading:
    """The file of a folder, whose directory may or may not have a unit of some code."""
    reading = ContactReading()
    try:
        text = (folder / FILE).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return reading
    except UnicodeDecodeError as error:
        reading.note(None, None, f"第 {error.start + 1} 字节不是 UTF-8", "另存为 UTF-8 编码的 CSV")
        return reading
    reading.there = True
    _read_rows(text, has_unit, reading)
    return reading


def _read_rows(text: str, has_unit: Callable[[str], bool], reading: ContactReading) -> None:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        if set(header) != set(COLUMNS) or len(header) != len(COLUMNS):
            reading.note(1, None, "首行的列不对", f"首行写成：{','.join(COLUMNS)}")
            return
        for number, cells in enumerate(rows, start=2):
            if any(cell.strip() for cell in cells):
                _read_row(number, header, cells, has_unit, reading)
    except csv.Error:
        reading.note(rows.line_num, None, "不是有效的 CSV", "检查引号是否成对")


def _read_row(
    number: int,
    header: list[str],
    cells: list[str],
    has_unit: Callable[[str], bool],
    reading: ContactReading,
) -> None:
    if len(cells) != len(header):
        what = f"有 {len(cells)} 格，首行有 {len(header)} 列"
        reading.note(number, None, what, "补齐或删去多余的格；含逗号的内容要加英文引号")
        return
    filled = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
    filled.pop(PERSON, None)
    try:
        contact = StaffContact.model_validate(filled)
    except ValidationError as wrong:
        for column, what, remedy in _complaints(wrong):
            reading.note(number, column, what, remedy)
        return
    if not has_unit(contact.unit):
        reading.note(number, "unit", f"单位 {contact.unit} 不在单位表中", "改为 units.csv 中已有的代码")
    reading.contacts.append(contact)


def _complaints(wrong: ValidationError) -> Iterator[tuple[str, str, str]]:
    """Column, what, remedy; never the value."""
    for error in wrong.errors(include_url=False, include_context=False, include_input=False):
        kind = error["type"]
        column = str(error["loc"][0]) if error["loc"] else _COLUMN_OF.get(kind, "unit")
        yield column, *_EXPLAINED.get(kind, _OTHER)
