"""One version of the directory made ready for deciding: classifier, towns, posts of units. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.assignment.classify import Classifier
from services.assignment.directory import Directory, lineage

TOWN_KINDS = ("town", "district")


class UnknownUnit(LookupError):
    """The directory in force has no such unit."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the directory has no unit {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Build once a version, ask many times. `towns`: place → code of its town or district, if it has one."""

    version: int
    directory: Directory
    classifier: Classifier
    towns: Mapping[str, str | None]

    @classmethod
    def build(cls, version: int, directory: Directory) -> "Rulebook":
        """`directory` must be free of problems."""
        return cls(version, directory, Classifier.build(directory), _towns(directory))

    @property
    def backstop_unit(self) -> str:
        return self.directory.authority.backstop_unit

    def post_of(self, unit: str) -> str:
        """The post that answers for what a unit handles. Raises UnknownUnit."""
        found = self.directory.units_by_code.get(unit)
        if found is None or found.post is None:
            raise UnknownUnit(unit)
        return found.post

    def family(self, category: str) -> list[str]:
        """A category and all below it; an unknown one stands alone (older cases may have it)."""
        parents = self.directory.category_parents
        below = [code for code in parents if category in lineage(code, parents)]
        return below or [category]


def _towns(directory: Directory) -> dict[str, str | None]:
    kinds = {unit.code: unit.kind for unit in directory.units}
    return {
        place.code: next(
            (code for code in lineage(place.unit, directory.unit_parents) if kinds[code] in TOWN_KINDS), None
        )
        for place in directory.places
    }
