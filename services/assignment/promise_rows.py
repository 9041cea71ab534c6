"""Rows of a county's promise list, as text in cells: each becomes a promise, or everything wrong with it.

Cells may say what people say: a unit by its full name, a post by its title, 镇, 电视; several projects with 、
between their ledger numbers. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pydantic import ValidationError

from services.assignment.complaints import complaints
from services.assignment.directory import Directory
from services.assignment.promise import Complaint, NewPromise
from services.contracts.vocabulary import Occasion, PromiseTier

TIERS: Final[Mapping[str, PromiseTier]] = {
    "县级领导": "county_leader",
    "镇": "town",
    "部门": "department",
    "科级干部": "section_leader",
    "普通党员": "ordinary_member",
}
OCCASIONS: Final[Mapping[str, Occasion]] = {"会议": "meeting", "电视": "television", "书面": "written"}

PARTED: Final = re.compile(r"[、，,；;\n]+")

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Reader:
    """Reads rows by one directory, whose names it knows."""

    directory: Directory

    def read(self, cells: Cells) -> NewPromise | list[Complaint]:
        """The promise of a row, or what is wrong with its cells (never an empty list)."""
        filled = {column: text.strip() for column, text in cells.items() if text and text.strip()}
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
            return found
        return found or promise

    def _spoken(self, filled: dict[str, str]) -> Iterator[Complaint]:
        """Put codes where people's words stand; complain about words that mean nothing, or two things."""
        for column, words in (("tier", TIERS), ("occasion", OCCASIONS)):
            said = filled.get(column)
            if said is not None and said not in words.values():
                if said in words:
                    filled[column] = words[said]
                else:
                    what = f"不能是 {said}"
                    yield Complaint(column=column, what=what, remedy=f"改为 {'、'.join(words)} 之一")
        yield from self._coded(filled, "unit", self._units)
        yield from self._coded(filled, "post", self._posts.get(filled.get("unit", ""), {}))

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
        """Unit → title → codes."""
        titles: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for post in self.directory.posts:
            titles[post.unit][post.title].append(post.code)
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
