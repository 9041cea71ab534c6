"""Rows of a county's promise list, as text in cells: each becomes a promise, with everything wrong with it.

Cells may say what people say: a unit by its full name, a post by its title, 镇, 电视; several projects
with 、 between their ledger numbers. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from pydantic import ValidationError

from services.assignment.complaints import complaints
from services.assignment.directory import Directory
from services.assignment.promise import Complaint, NewPromise
from services.assignment.sheet_words import TIERS_ZH, day_of, tier_of, whole_title
from services.contracts.vocabulary import Occasion

OCCASIONS: Final[Mapping[str, Occasion]] = {"会议": "meeting", "电视": "television", "书面": "written"}
_OCCASIONS: Final[Mapping[str, Occasion]] = {**OCCASIONS, **{code: code for code in OCCASIONS.values()}}
DAYS: Final = ("made_on", "due", "aired_on")
"""The columns that hold days."""

STAND_INS: Final[Mapping[str, Any]] = {
    "number": "未读",
    "tier": "department",
    "unit": "unread",
    "words": "未读",
    "made_on": date.min,
    "due": date.max,
    "occasion": "meeting",
}
"""What a promise holds where a cell that it needs can't be read, so that the others can be judged."""
RESTS_ON: Final[Mapping[str, Set[str]]] = {
    "due": frozenset({"made_on"}),
    "post": frozenset({"tier", "unit", "made_on"}),
    "member": frozenset({"tier"}),
    "tier": frozenset({"post"}),
    "number": frozenset({"member"}),
    "words": frozenset({"member"}),
    "evidence": frozenset({"member"}),
    "programme": frozenset({"occasion", "aired_on", "clip"}),
    "aired_on": frozenset({"occasion", "programme", "clip"}),
}
"""Column → those that it is judged by: where one of them can't be read, nothing is said of it."""

PARTED: Final = re.compile(r"[、，,；;\n]+")

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadPromise:
    """What was read of a row. In `unread` columns the promise holds a stand-in, or nothing."""

    promise: NewPromise
    complaints: tuple[Complaint, ...] = ()
    unread: frozenset[str] = frozenset()

    def with_found(self, found: Iterable[Complaint]) -> Iterator[Complaint]:
        """Those of reading, and of those `found` in the promise the ones that don't stem from a stand-in."""
        yield from self.complaints
        for one in found:
            if not self.unread & {one.column, *RESTS_ON.get(one.column, ())}:
                yield one


def whole_row(fault: str) -> Complaint:
    """A row that can't be read as such; nothing is said of its cells: they may stand under wrong headings."""
    return Complaint(column="整行", what=fault, remedy="改正这一行，或另存为 XLSX")


def heading_complaints(rows: Sequence[Cells]) -> list[Complaint]:
    """Columns that are missing or unknown, told once for the whole list."""
    present = dict.fromkeys(column for cells in rows for column in cells)
    missing = [column for column in STAND_INS if column not in present]
    unknown = [column for column in present if column not in NewPromise.model_fields]
    return [
        *(
            Complaint(column=column, what="缺少这一列", remedy="在首行补上（可先导出一份作样表）")
            for column in missing
        ),
        *(
            Complaint(column=column, what="不认识的列", remedy="删去这一列，或改正它的名称（可照导出的样表）")
            for column in unknown
        ),
    ]


@dataclass(frozen=True)
class Reader:
    """Reads rows by one directory, whose names it knows."""

    directory: Directory

    def read(self, cells: Cells, missing: Set[str] = frozenset()) -> ReadPromise:
        """The promise of a row, with every cell that can't be read.

        Columns that no promise has, and those `missing` in the whole list, are told by `heading_complaints`.
        """
        filled = {
            column: text.strip()
            for column, text in cells.items()
            if column in NewPromise.model_fields and text.strip()
        }
        found = [*self._spoken(filled)]
        try:
            promise = NewPromise.model_validate({**filled, **_projects(filled)})
        except ValidationError as error:
            named = {complaint.column for complaint in found}
            found += [
                Complaint(column=column, what=what, remedy=remedy)
                for column, what, remedy in _by_cell(error)
                if column not in named
            ]
        if not found:
            return ReadPromise(promise)
        unread = frozenset(complaint.column.partition(".")[0] for complaint in found)
        return ReadPromise(
            _with_stand_ins(filled, unread), tuple(one for one in found if one.column not in missing), unread
        )

    def _spoken(self, filled: dict[str, str]) -> Iterator[Complaint]:
        """Put codes where people's words stand; complain about words that mean nothing, or two things."""
        yield from self._said(filled, "tier", tier_of, TIERS_ZH.values())
        yield from self._said(filled, "occasion", _OCCASIONS.get, OCCASIONS)
        yield from self._days(filled)
        yield from self._coded(filled, "unit", self._units)
        if filled.get("unit") in self._codes["unit"]:
            yield from self._coded(filled, "post", self._posts.get(filled["unit"], {}))
        elif filled.get("post") not in self._codes["post"]:
            filled.pop("post", None)  # a title that means nothing without its unit

    def _said(
        self,
        filled: dict[str, str],
        column: str,
        meaning: Callable[[str], str | None],
        words: Iterable[str],
    ) -> Iterator[Complaint]:
        said = filled.get(column)
        if said is None:
            return
        if (meant := meaning(said)) is None:
            yield Complaint(column=column, what=f"不能是 {said}", remedy=f"改为 {'、'.join(words)} 之一")
        else:
            filled[column] = meant

    def _days(self, filled: dict[str, str]) -> Iterator[Complaint]:
        for column in DAYS:
            said = filled.get(column)
            if said is None:
                continue
            if (day := day_of(said)) is None:
                yield Complaint(column=column, what=f"{said} 不是日期", remedy="写成 2021-03-01")
            else:
                filled[column] = day.isoformat()

    def _coded(
        self, filled: dict[str, str], column: str, names: Mapping[str, Sequence[str]]
    ) -> Iterator[Complaint]:
        said = filled.get(column)
        if said is None or said in self._codes[column]:
            return
        codes = names.get(said, ())
        if len(codes) == 1:
            filled[column] = codes[0]
        elif codes:
            what = f"{said} 指的可能是 {'、'.join(codes)}"
            yield Complaint(column=column, what=what, remedy="改用其中一个代码")
        else:
            where = "单位" if column == "unit" else "该单位的职务"
            yield Complaint(column=column, what=f"没有{where} {said}", remedy="改为名录中的代码或全称")

    @cached_property
    def _codes(self) -> Mapping[str, Mapping[str, object]]:
        return {"unit": self.directory.units_by_code, "post": self.directory.posts_by_code}

    @cached_property
    def _units(self) -> Mapping[str, list[str]]:
        names: defaultdict[str, list[str]] = defaultdict(list)
        for unit in self.directory.units:
            names[unit.name].append(unit.code)
        return names

    @cached_property
    def _posts(self) -> Mapping[str, Mapping[str, list[str]]]:
        """Unit → title, alone or after the unit's name → codes."""
        titles: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for post in self.directory.posts:
            for title in (post.title, whole_title(post, self.directory)):
                titles[post.unit][title].append(post.code)
        return titles


def _projects(filled: Cells) -> dict[str, list[str]]:
    said = PARTED.split(filled.get("projects", ""))
    return {"projects": found} if (found := [one.strip() for one in said if one.strip()]) else {}


def _by_cell(error: ValidationError) -> Iterator[tuple[str, str, str]]:
    """Of several projects in a cell the cell is named, and once."""
    told = set()
    for where, what, remedy in complaints(error):
        column = where.partition(".")[0]
        if column not in told:
            yield column, what, remedy
        told.add(column)


def _with_stand_ins(filled: Cells, unread: Set[str]) -> NewPromise:
    read = {column: text for column, text in filled.items() if column not in unread}
    stand_ins = {column: value for column, value in STAND_INS.items() if column in unread}
    return NewPromise.model_validate(stand_ins | read | _projects(read))
