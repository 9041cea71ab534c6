"""Reads the folder of files that an authority edits into a `Directory`, with all its problems.

The only file of the rules that reads from disk. A byte-order mark and CRLF line ends are tolerated, blank
rows skipped; anything else unexpected is a problem that names file, row (as a spreadsheet shows it), column.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
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
HEADER = 1
UNREAD = Authority(code="unread", name="未读", name_en="unread", backstop_unit="unread", issuer="未读")
"""Stands in for an authority that can't be read, so that the other files can be looked at."""


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
    """What was read so far: per file the entries and their row numbers, and the problems on the way.

    `unread`: per file every cell of the rows that couldn't be read; `lost`: files that couldn't be read to
    their end; `missing`: per file the columns that aren't there.
    """

    entries: dict[str, list[Value]] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    problems: list[DirectoryProblem] = field(default_factory=list)
    unread: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lost: set[str] = field(default_factory=set)
    missing: dict[str, list[str]] = field(default_factory=dict)

    def may_have(self, file: str, code: str) -> bool:
        """Whether an entry of this code may be among what couldn't be read."""
        return file in self.lost or code in self.unread[file]

    def tells(self, problem: DirectoryProblem) -> bool:
        """Not where its column is missing, which is told once for the whole file."""
        return problem.column not in self.missing.get(problem.file, ()) or problem.row == HEADER


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """A folder as it was read: a directory, with every problem of it.

    It may be used only where there is none: what couldn't be read isn't in it, and an authority.yaml that
    couldn't be is another one.
    """

    directory: Directory
    problems: tuple[DirectoryProblem, ...]
    may_have: Callable[[str, str], bool]

    def has_unit(self, code: str) -> bool:
        """Whether a unit is there, or may be among what couldn't be read."""
        return code in self.directory.units_by_code or self.may_have("units.csv", code)


def read_folder(folder: Path) -> ReadFolder:
    """All that can be read of a folder, with all its problems.

    What is wrong between entries (unknown codes, cycles, overlaps) is looked for among those that can be
    read; a code that may stand in a row that can't be isn't missed.
    """
    reading = Reading()
    authority = _read_authority(folder, reading)
    for table in TABLES:
        _read_table(folder, table, reading)
    directory = Directory.model_validate(
        {"authority": authority or UNREAD}
        | {table.into: tuple(reading.entries[table.file]) for table in TABLES}
    )
    between = problems(directory, reading.rows, reading.may_have)
    if authority is None:
        between = [one for one in between if one.file != AUTHORITY]
    found = filter(reading.tells, [*reading.problems, *_located(folder, between)])
    return ReadFolder(directory, tuple(found), reading.may_have)


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
        reading.lost.add(table.file)
        return
    records = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(records, [])]
        if _header_holds(table, header, reading):
            for number, cells in enumerate(records, start=HEADER + 1):
                _read_row(table, number, header, cells, reading)
        else:
            reading.lost.add(table.file)
    except csv.Error as error:
        reading.lost.add(table.file)
        what = f"不是有效的 CSV：{error}"
        problem = DirectoryProblem(
            file=table.file, row=records.line_num, what=what, remedy="检查引号是否成对"
        )
        reading.problems.append(problem)


def _header_holds(table: Table, header: list[str], reading: Reading) -> bool:
    """Whether the rows can be read by it: where a column is missing or unknown, they can by the others."""
    reading.missing[table.file] = [name for name in table.columns if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    wrong = [
        *((name, "缺少这一列", f"在首行补上 {name}") for name in reading.missing[table.file]),
        *(
            (name, "不认识的列", f"首行只能有：{','.join(table.columns)}")
            for name in header
            if name not in table.columns
        ),
        *((name, "列名重复", "删去多余的一列") for name in twice),
    ]
    reading.problems += [
        DirectoryProblem(file=table.file, row=HEADER, column=column or None, what=what, remedy=remedy)
        for column, what, remedy in wrong
    ]
    return not twice and len(reading.missing[table.file]) < len(table.columns)


def _read_row(table: Table, number: int, header: list[str], cells: list[str], reading: Reading) -> None:
    if not any(cell.strip() for cell in cells):
        return
    if len(cells) != len(header):
        what = f"有 {len(cells)} 格，首行有 {len(header)} 列"
        remedy = "补齐或删去多余的格；含逗号的内容要加英文引号"
        reading.problems.append(DirectoryProblem(file=table.file, row=number, what=what, remedy=remedy))
        reading.unread[table.file].update(map(str.strip, cells))
        return
    known = {name: cell for name, cell in zip(header, cells, strict=True) if name in table.columns}
    try:
        entry = table.value.model_validate(_present(known))
    except ValidationError as error:
        reading.unread[table.file].update(map(str.strip, cells))
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
