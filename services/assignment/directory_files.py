"""Reads the folder of files that an authority edits into a `Directory`, or into all its problems.

The only file of the rules that reads from disk. A byte-order mark and CRLF line ends are tolerated, blank
rows skipped; anything else unexpected is a problem that names file, row (as a spreadsheet shows it), column.
"""

import csv
import io
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from services.assignment.complaints import complaints
from services.assignment.directory import (
    Authority,
    Category,
    Directory,
    DirectoryProblem,
    Holder,
    Place,
    Post,
    Route,
    Unit,
    Value,
    Word,
    problems,
)

AUTHORITY = "authority.yaml"
ALIAS_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file: the list of the directory that it fills, the value of a row, its columns in order."""

    file: str
    into: str
    value: type[Value]
    columns: tuple[str, ...]


TABLES = (
    Table("units.csv", "units", Unit, ("code", "name", "kind", "parent", "party_committee", "post")),
    Table("posts.csv", "posts", Post, ("code", "title", "unit", "tier")),
    Table("holders.csv", "holders", Holder, ("post", "person", "from", "to")),
    Table("categories.csv", "categories", Category, ("code", "name", "parent")),
    Table("places.csv", "places", Place, ("code", "name", "aliases", "unit")),
    Table("routes.csv", "routes", Route, ("category", "place", "unit", "post")),
    Table("lexicon.csv", "words", Word, ("field", "value", "word", "weight")),
)


@dataclass(slots=True)
class Reading:
    """What was read so far: per file the entries and their row numbers, and the problems on the way."""

    entries: dict[str, list[Value]] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    problems: list[DirectoryProblem] = field(default_factory=list)


def read_directory(folder: Path) -> Directory | list[DirectoryProblem]:
    """The directory in `folder`, free of problems, or all problems found (never an empty list).

    Problems between files (unknown codes, overlaps) are looked for only where every row could be read.
    """
    reading = Reading()
    authority = _read_authority(folder, reading)
    for table in TABLES:
        _read_table(folder, table, reading)
    if reading.problems or authority is None:
        return reading.problems
    directory = Directory.model_validate(
        {"authority": authority} | {table.into: tuple(reading.entries[table.file]) for table in TABLES}
    )
    return _located(folder, problems(directory, reading.rows)) or directory


def _read_authority(folder: Path, reading: Reading) -> Authority | None:
    text = _text(folder, AUTHORITY, reading)
    if text is None:
        return None
    try:
        return Authority.model_validate(yaml.load(text, _Loader))  # noqa: S506  a safe one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else None
        what = f"不是有效的 YAML：{getattr(error, 'problem', None) or error}"
        reading.problems.append(
            DirectoryProblem(file=AUTHORITY, row=row, what=what, remedy="检查缩进、冒号和引号")
        )
    except ValidationError as error:
        reading.problems += [
            DirectoryProblem(
                file=AUTHORITY, row=_line_of(text, column), column=column, what=what, remedy=remedy
            )
            for column, what, remedy in complaints(error)
        ]
    return None


class _Loader(yaml.SafeLoader):
    """As YAML 1.2 (section 3.2.1.1) asks: a key stands once. PyYAML would take the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if not isinstance(name, Hashable):
                raise yaml.constructor.ConstructorError(None, None, "键不能是列表或键值", key.start_mark)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{name} 写了两次，只能写一次", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


def _read_table(folder: Path, table: Table, reading: Reading) -> None:
    reading.entries[table.file], reading.rows[table.file] = [], []
    text = _text(folder, table.file, reading)
    if text is None:
        return
    records = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(records, [])]
        if _header_holds(table, header, reading):
            for number, cells in enumerate(records, start=2):
                _read_row(table, number, header, cells, reading)
    except csv.Error as error:
        what = f"不是有效的 CSV：{error}"
        problem = DirectoryProblem(
            file=table.file, row=records.line_num, what=what, remedy="检查引号是否成对"
        )
        reading.problems.append(problem)


def _header_holds(table: Table, header: list[str], reading: Reading) -> bool:
    wrong = [
        *((name, "缺少这一列", f"在首行补上 {name}") for name in table.columns if name not in header),
        *(
            (name, "不认识的列", f"首行只能有：{','.join(table.columns)}")
            for name in header
            if name not in table.columns
        ),
        *(
            (name, "列名重复", "删去多余的一列")
            for name in sorted({n for n in header if header.count(n) > 1})
        ),
    ]
    reading.problems += [
        DirectoryProblem(file=table.file, row=1, column=column or None, what=what, remedy=remedy)
        for column, what, remedy in wrong
    ]
    return not wrong


def _read_row(table: Table, number: int, header: list[str], cells: list[str], reading: Reading) -> None:
    if not any(cell.strip() for cell in cells):
        return
    if len(cells) != len(header):
        what = f"有 {len(cells)} 格，首行有 {len(header)} 列"
        remedy = "补齐或删去多余的格；含逗号的内容要加英文引号"
        reading.problems.append(DirectoryProblem(file=table.file, row=number, what=what, remedy=remedy))
        return
    try:
        entry = table.value.model_validate(_present(dict(zip(header, cells, strict=True))))
    except ValidationError as error:
        reading.problems += [
            DirectoryProblem(file=table.file, row=number, column=column, what=what, remedy=remedy)
            for column, what, remedy in complaints(error)
        ]
        return
    reading.entries[table.file].append(entry)
    reading.rows[table.file].append(number)


def _present(cells: Mapping[str, str]) -> dict[str, Any]:
    """Filled cells only: an empty cell is absent. Aliases become a list."""
    filled: dict[str, Any] = {column: cell.strip() for column, cell in cells.items() if cell.strip()}
    if "aliases" in filled:
        filled["aliases"] = [
            name for name in map(str.strip, filled["aliases"].split(ALIAS_SEPARATOR)) if name
        ]
    return filled


def _text(folder: Path, file: str, reading: Reading) -> str | None:
    try:
        return (folder / file).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        what, remedy = "缺少这个文件", f"在 {folder.name} 中建立 {file}（可照 examples/ 中的样式）"
    except UnicodeDecodeError as error:
        what, remedy = f"第 {error.start + 1} 字节不是 UTF-8", "另存为 UTF-8 编码的 CSV"
    reading.problems.append(DirectoryProblem(file=file, what=what, remedy=remedy))
    return None


def _line_of(text: str, column: str) -> int | None:
    """The line of a key in the YAML text; None where it doesn't stand there."""
    key = re.compile(rf"^\s*[\"']?{re.escape(column.split('.')[-1])}[\"']?\s*:")
    return next((number for number, line in enumerate(text.splitlines(), 1) if key.match(line)), None)


def _located(folder: Path, found: list[DirectoryProblem]) -> list[DirectoryProblem]:
    """Problems of authority.yaml with their line."""
    if not any(problem.file == AUTHORITY for problem in found):
        return found
    text = (folder / AUTHORITY).read_bytes().decode("utf-8-sig")
    return [
        problem.model_copy(update={"row": _line_of(text, problem.column)})
        if problem.file == AUTHORITY and problem.column
        else problem
        for problem in found
    ]
