"""Which open projects answer a case: by category (with all below it) and place.

Certain: the case's category is the project's or below it, its place is the project's or within it, and no
other project fits as closely. Possible, for a clerk to decide: the category fits and the case names no
place, or a wider one, or the project has none; the place fits and the case's category is above the
project's; or several projects fit equally closely.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.assignment.directory import Directory, lineage
from services.assignment.places import Gazetteer

OFFERED: Final = 5
"""How many projects a clerk is shown for one case, those that fit closest first."""


@dataclass(frozen=True, slots=True)
class OpenProject:
    """What matching needs of a project that is not done."""

    project_id: UUID
    ledger: str
    category: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Fit:
    """A project that answers a case, certainly or possibly; `why` in Chinese words."""

    project: OpenProject
    certain: bool
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """The open projects of one moment under one directory. It remembers its answers: there are few."""

    directory: Directory
    gazetteer: Gazetteer
    by_category: Mapping[str, Sequence[OpenProject]]
    _answers: dict[tuple[str, str | None], tuple[Fit, ...]] = field(default_factory=dict)

    @classmethod
    def build(cls, directory: Directory, projects: Iterable[OpenProject]) -> "Matcher":
        """Projects without a category match nothing by rule."""
        by_category: defaultdict[str, list[OpenProject]] = defaultdict(list)
        for project in projects:
            if project.category is not None:
                by_category[project.category].append(project)
        return cls(directory, Gazetteer.build(directory), by_category)

    def fits(self, category: str, place: str | None) -> tuple[Fit, ...]:
        """One certain fit alone, or at most OFFERED possible ones, those that fit closest first."""
        asked = category, place
        if asked not in self._answers:
            self._answers[asked] = self._found(category, place) if self.by_category else ()
        return self._answers[asked]

    def _found(self, category: str, place: str | None) -> tuple[Fit, ...]:
        parents = self.directory.category_parents
        above = lineage(category, parents)
        below = [
            code for code in self.by_category if code not in above and category in lineage(code, parents)
        ]
        exact = [project for code in above for project in self.by_category.get(code, ())]
        vaguer = [project for code in below for project in self.by_category[code]]
        sure = [project for project in exact if self._covers(project.place, place)]
        closest = [one for one in sure if self._closeness(one) == max(map(self._closeness, sure))]
        if len(closest) == 1:
            return (Fit(closest[0], True, self._why(closest[0], category, place)),)
        possible = {
            one.project_id: one
            for one in (
                *sorted(sure, key=self._closeness, reverse=True),
                *(one for one in exact if self._could_cover(one.place, place)),
                *(one for one in vaguer if self._covers(one.place, place)),
            )
        }
        shown = list(possible.values())[:OFFERED]
        return tuple(Fit(one, False, self._why(one, category, place)) for one in shown)

    def _covers(self, wider: str | None, place: str | None) -> bool:
        """Whether a case's place is a project's, or certainly within it."""
        if wider is None or place is None or wider not in self.gazetteer.units_above:
            return False
        return place == wider or (place in self.gazetteer.units_above and self.gazetteer.within(place, wider))

    def _could_cover(self, wider: str | None, place: str | None) -> bool:
        """Whether it might be: one of the two isn't said, or the case names a wider place."""
        return wider is None or place is None or self._covers(place, wider)

    def _closeness(self, project: OpenProject) -> tuple[int, int]:
        depth = len(self.gazetteer.units_above.get(project.place or "", ()))
        return len(lineage(project.category or "", self.directory.category_parents)), depth

    def _why(self, project: OpenProject, category: str, place: str | None) -> str:
        return (
            f"{self._category_words(project.category, category)}，{self._place_words(project.place, place)}"
        )

    def _category_words(self, of_project: str | None, of_case: str) -> str:
        wide, narrow = self._category(of_project), self._category(of_case)
        if of_project == of_case:
            return f"类别同为“{narrow}”"
        if of_project in lineage(of_case, self.directory.category_parents):
            return f"类别“{narrow}”属于项目的“{wide}”"
        return f"类别“{narrow}”比项目的“{wide}”宽"

    def _place_words(self, of_project: str | None, of_case: str | None) -> str:
        if of_project is None:
            return "项目未限地点"
        if of_case is None:
            return f"诉求未写地点，项目在“{self._place(of_project)}”"
        if of_project == of_case:
            return f"地点同为“{self._place(of_case)}”"
        if self._covers(of_project, of_case):
            return f"地点“{self._place(of_case)}”在项目的“{self._place(of_project)}”之内"
        return f"地点“{self._place(of_case)}”比项目的“{self._place(of_project)}”宽"

    def _category(self, code: str | None) -> str:
        found = self.directory.categories_by_code.get(code or "")
        return found.name if found else code or ""

    def _place(self, code: str) -> str:
        found = self.directory.places_by_code.get(code)
        return found.name if found else code
