"""Where a demand is: the place its texts name, the more specific one where they name several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.assignment.directory import Directory, lineage


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Per place the units from its own town or district up to the top: what lies within what."""

    units_above: Mapping[str, tuple[str, ...]]

    @classmethod
    def build(cls, directory: Directory) -> "Gazetteer":
        parents = directory.unit_parents
        return cls({place.code: lineage(place.unit, parents) for place in directory.places})

    def settle(self, mentions: Sequence[Sequence[str]]) -> str | None:
        """The place of a demand; `mentions`: place codes named in the place field, the title, the body.

        The first text that names a place decides; a later one only narrows it to a place within. In one
        text the most specific place wins, and of equals the one named first.
        """
        settled: str | None = None
        for named in mentions:
            if named:
                inside = [place for place in named if settled is None or self.within(place, settled)]
                settled = max(inside, key=self.depth, default=settled) if len(inside) != 1 else inside[0]
        return settled

    def depth(self, place: str) -> int:
        return len(self.units_above[place])

    def within(self, place: str, wider: str) -> bool:
        """True where the unit of `place` lies strictly below that of `wider`."""
        return self.units_above[wider][0] in self.units_above[place][1:]
