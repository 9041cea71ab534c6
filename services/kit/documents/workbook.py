"""Spreadsheets (XLSX): headings in bold, cells that are what they are, the same bytes for the same cells."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from services.kit.documents.printable import printable
from services.kit.documents.same_bytes import without_time

UNDATED: Final = date(1980, 1, 1)
DEFAULT_WIDTH: Final = 14.0
"""In characters, as spreadsheets measure."""
LONGEST_TITLE: Final = 31
_NOT_IN_TITLES: Final = re.compile(r"[\\/*?:\[\]]")

Value = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a whole, 0 to 1, written as 85.42%."""

    value: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. A text is a text even where it begins like a formula; a number can be reckoned with.

    `widths`: heading → width. `frozen`: the cell left of and above which nothing scrolls away. `wrapped`:
    long texts run over several lines of their cell.
    """

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Value | Share]]
    widths: Mapping[str, float] = field(default_factory=dict)
    default_width: float = DEFAULT_WIDTH
    frozen: str = "A2"
    wrapped: bool = False


def to_xlsx(sheets: Sequence[Sheet], dated: date = UNDATED) -> bytes:
    """The sheets as one file, as if it had been saved on a day. Control characters are left out.

    Raises ValueError where there is no sheet.
    """
    if not sheets:
        raise ValueError("a workbook has at least one sheet")
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book.create_sheet(_title(sheet.title)), sheet)
    made = io.BytesIO()
    book.save(made)
    return without_time(made.getvalue(), dated)


def _title(title: str) -> str:
    return _NOT_IN_TITLES.sub("", title)[:LONGEST_TITLE]


def _write(target: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    target.freeze_panes = sheet.frozen
    for at, heading in enumerate(sheet.headings, 1):
        width = sheet.widths.get(heading, sheet.default_width)
        target.column_dimensions[get_column_letter(at)].width = width
    bold = Font(bold=True)
    target.append([_cell(target, heading, sheet.wrapped, bold) for heading in sheet.headings])
    for row in sheet.rows:
        target.append([_cell(target, value, sheet.wrapped) for value in row])


def _cell(target: Any, value: Value | Share, wrapped: bool, font: Any = None) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    match value:
        case str():
            cell = WriteOnlyCell(target, printable(value))
            cell.data_type = "s"
        case Share():
            cell = WriteOnlyCell(target, value.value)
            cell.number_format = "0.00%"
        case _:
            cell = WriteOnlyCell(target, value)  # type: ignore[arg-type]  # days, too
    if font is not None:
        cell.font = font
    if wrapped:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
