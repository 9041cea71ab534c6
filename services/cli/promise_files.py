"""A county's promise list as a spreadsheet: headings in Chinese, cells as text, and the same written."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from services.assignment.promise_rows import OCCASIONS
from services.assignment.promise_words import STATES
from services.assignment.sheet_words import TIERS_ZH, day_of
from services.dev.problem import Problem
from services.dev.table_files import Row, read_rows
from services.kit.documents.workbook import Sheet, to_xlsx

FIELDS: Final = {
    "编号": "number",
    "层级": "tier",
    "单位": "unit",
    "职务": "post",
    "姓名": "member",
    "承诺内容": "words",
    "项目台账号": "projects",
    "承诺日期": "made_on",
    "完成期限": "due",
    "场合": "occasion",
    "栏目": "programme",
    "播出日期": "aired_on",
    "视频编号": "clip",
    "依据": "evidence",
}
"""Heading → field of a promise; a file may have the fields' own names, too."""
SHOWN: Final = {"任职人": "holder", "最初期限": "first_due", "状态": "state", "销账日期": "settled_on"}
"""What an export has besides; an import passes over it."""
CAPTIONS: Final = {
    "栏目": "programme",
    "播出日期": "aired_on",
    "视频编号": "clip",
    "单位": "unit_name",
    "职务": "post_title",
    "任职人": "holder",
    "承诺内容": "words",
    "完成期限": "due",
    "编号": "number",
}
HEADING: Final = {field: heading for heading, field in (FIELDS | SHOWN).items()}
WIDTHS: Final = {"承诺内容": 60, "单位": 22, "职务": 26, "依据": 26}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def import_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a file as the API takes them, which checks them. Errors: Problem where there are none."""
    rows = list(read_rows(file))
    if not rows:
        raise Problem(f"{file.name} has no rows", "put one promise on each row below the headings")
    return [{"row": row.number, "cells": dict(_cells(row)), "fault": row.fault} for row in rows]


def _cells(row: Row) -> Iterator[tuple[str, str]]:
    """Empty ones, too: they tell which columns there are."""
    for name, value in row.cells.items():
        if name not in SHOWN:
            yield FIELDS.get(name, name), "" if value is None else cell_text(value)


def cell_text(value: object) -> str:
    """A cell as text: dates as 2021-06-30 however they stand there, whole numbers without a point."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    day = day_of(text)
    return day.isoformat() if day else text


def problem_line(file: Path, problem: Mapping[str, Any]) -> str:
    """`list.xlsx 第 3 行 完成期限 列：what。办法：remedy`."""
    column = HEADING.get(problem["column"], problem["column"])
    return f"{file.name} 第 {problem['row']} 行 {column} 列：{problem['what']}。办法：{problem['remedy']}"


def write_list(file: Path, promises: Iterable[Mapping[str, Any]]) -> int:
    """Write an XLSX that `import` takes again without adding anything; how many promises."""
    fields = [*FIELDS.values(), *SHOWN.values()]
    rows = [[_cell(row[field]) for field in fields] for row in map(_spoken, promises)]
    file.write_bytes(to_xlsx([Sheet("承诺清单", [HEADING[field] for field in fields], rows, WIDTHS)]))
    return len(rows)


def _spoken(promise: Mapping[str, Any]) -> dict[str, Any]:
    """As people write it: 镇, 电视, a unit's name. A name behind a commitment is never exported."""
    return {
        **promise,
        "tier": TIERS_ZH[promise["tier"]],
        "occasion": _key(OCCASIONS, promise["occasion"]),
        "state": STATES[promise["state"]],
        "projects": "、".join(promise["projects"]) or None,
        "member": None,
    }


def _key(words: Mapping[str, str], code: str) -> str:
    return next(word for word, value in words.items() if value == code)


def _cell(value: object) -> str | None:
    """Always text: what is read again is what was written."""
    return None if value is None else str(value)


def write_captions(file: Path, promises: Iterable[Mapping[str, Any]]) -> int:
    """The televised promises as a caption list for the station, in the order of broadcast; how many."""
    aired = sorted(
        promises, key=lambda one: (one["aired_on"], one["programme"], one["clip"] or "", one["number"])
    )
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(CAPTIONS)
        table.writerows([_plain(one[field]) for field in CAPTIONS.values()] for one in aired)
    return len(aired)


def _plain(value: object) -> str:
    """A spreadsheet program takes what begins like a formula for one."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
