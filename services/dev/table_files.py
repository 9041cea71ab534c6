"""Rows of JSONL, CSV and XLSX files as they stand there, one after the other, whatever the file's size."""

import codecs
import csv
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from services.dev.problem import Problem

CHUNK_BYTES: Final = 2**20
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FALLBACK: Final = "gb18030"
"""What Chinese spreadsheets write without saying so; it contains GBK and GB 2312."""
DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the file's reader counts (the heading is row 1; JSONL: the line), and its cells.

    `fault` says why the row itself can't be read; the cells then hold what there is of it.
    """

    number: int
    cells: Mapping[str, Any]
    fault: str | None = None


def read_rows(file: Path) -> Iterator[Row]:
    """The rows of a file by its ending. Errors: Problem where the file as a whole can't be read."""
    if not file.is_file():
        raise Problem(f"there is no file {file}", "name a JSONL, CSV or XLSX file")
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise Problem(f"{file.name} is no kind of file that can be read", f"give {', '.join(READERS)}")
    return reader(file)


def encoding_of(file: Path) -> str:
    """By its byte order mark, else UTF-8 where all of it is, else GB 18030. Raises Problem."""
    with file.open("rb") as stream:
        start = stream.read(4)
    for mark, name in BOMS:
        if start.startswith(mark):
            return name
    for name in ("utf-8", FALLBACK):
        if (fault := _decoding_fault(file, name)) is None:
            return name
    raise Problem(f"{file.name} is neither UTF-8 nor GBK: {fault}", "save it as UTF-8")


def _decoding_fault(file: Path, encoding: str) -> UnicodeDecodeError | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with file.open("rb") as stream:
        try:
            while chunk := stream.read(CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as fault:
            return fault
    return None


def _json_lines(file: Path) -> Iterator[Row]:
    with file.open(encoding=encoding_of(file)) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _json_row(number, line)


def _json_row(number: int, line: str) -> Row:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Row(number, {"line": line.rstrip("\n")}, f"not JSON: {error}")
    if not isinstance(found, dict):
        return Row(number, {"line": line.rstrip("\n")}, "not a JSON object")
    return Row(number, found)


def _csv_rows(file: Path) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    with file.open(encoding=encoding_of(file), newline="") as lines:
        first = lines.readline()
        lines.seek(0)
        records = csv.reader(lines, delimiter=max(DELIMITERS, key=first.count), strict=True)
        try:
            yield from _under_headings(file, records)
        except csv.Error as error:
            raise Problem(
                f"{file.name} line {records.line_num}: {error}", "close the quotation mark"
            ) from error


def _sheet_rows(file: Path) -> Iterator[Row]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Problem(f"{file.name} is no XLSX file: {error}", "save it anew as .xlsx") from error
    try:
        sheet = book.worksheets[0]
        yield from _under_headings(file, ([*record] for record in sheet.iter_rows(values_only=True)))
    finally:
        book.close()


def _under_headings(file: Path, records: Iterator[list[Any]]) -> Iterator[Row]:
    """Cells by the headings of row 1. Empty rows are left out; more cells than headings are a fault."""
    headings = [str(cell).strip() if cell is not None else "" for cell in next(iter(records), [])]
    if not any(headings):
        raise Problem(f"{file.name} has no headings", "its first row must name the columns")
    if twice := sorted({name for name in headings if name and headings.count(name) > 1}):
        raise Problem(f"{file.name} has two columns {', '.join(twice)}", "give each column its own name")
    for number, record in enumerate(records, start=2):
        if any(cell not in (None, "") for cell in record):
            yield _row(number, headings, record)


def _row(number: int, headings: list[str], record: list[Any]) -> Row:
    cells = {name: cell for name, cell in zip_longest(headings, record[: len(headings)]) if name}
    extra = [cell for cell in record[len(headings) :] if cell not in (None, "")]
    if extra:
        more = {f"+{position}": cell for position, cell in enumerate(extra, start=1)}
        return Row(
            number, cells | more, f"{len(extra)} cells more than headings: a comma without quotation marks?"
        )
    return Row(number, cells)


def count_rows(file: Path) -> int | None:
    """How many rows a text file has, by reading it once; None for a spreadsheet, where that takes too long.

    Errors: Problem where the file can't be read to its end, so that nothing of it goes in.
    """
    rows = read_rows(file)
    return None if file.suffix.lower() == ".xlsx" else sum(1 for _ in rows)


READERS: Final = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _csv_rows,
    ".tsv": _csv_rows,
    ".txt": _csv_rows,
    ".xlsx": _sheet_rows,
}
