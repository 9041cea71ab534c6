"""Rows of a county's promise list, as text in cells: each becomes a promise, or everything wrong with it.

Cells may say what people say: a unit by its full name, a post by its title, 镇, 电视. Pure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

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
            promise = NewPromise.model_validate(filled)
        except ValidationError as error:
            named = {complaint.column for complaint in found}
            found += [
                Complaint(column=column, what=what, remedy=remedy)
                for column, what, remedy in complaints(error)
                if column not in named
            ]
            return found
        return found or promise

    def _spoken(self, filled: dict[str, str]) -> Iterator[Complaint]:
        """Put codes where people's words stand; complain about words that mean nothing, or two things."""
        yield from self._said(filled, "tier", tier_of, TIERS_ZH.values())
        yield from self._said(filled, "occasion", _OCCASIONS.get, OCCASIONS)
        yield from self._days(filled)
        yield from self._coded(filled, "unit", self._units)
        yield from self._coded(filled, "post", self._posts.get(filled.get("unit", ""), {}))

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
