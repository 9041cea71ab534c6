"""Likely twins: open cases that seem to be of the same matter. Shown to a clerk, who decides. Pure."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.assignment.repeats import SIMILAR, Matter, likeness, pairs

WINDOW: Final = timedelta(days=30)
"""How far apart in time two reports of one matter may be dispatched."""
NEAR: Final = 0.1
"""Likeness of the texts from which two reports of one place, maybe a whole town, may be of one matter."""
MOST: Final = 5
"""Twins shown at most."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A case that may be of the same matter; `likeness` of the texts is 0 to 1."""

    case_id: str
    same_place: bool
    likeness: float

    @property
    def why(self) -> str:
        """What speaks for it, in words."""
        place = "类别、地点相同" if self.same_place else "类别相同"
        return f"{place}，文字相似度 {round(self.likeness * 100)}%"


def likely_twins(matter: Matter, others: Iterable[Matter]) -> list[Twin]:
    """The likeliest first: of the same category, with texts alike; somewhat alike is enough at one place."""
    near = (
        one
        for one in others
        if one.case_id != matter.case_id
        and one.category == matter.category
        and abs(one.at - matter.at) <= WINDOW
    )
    words = pairs(matter.text)
    found = [_compared(matter, words, one) for one in near]
    likely = [one for one in found if one.likeness >= (NEAR if one.same_place else SIMILAR)]
    return sorted(likely, key=lambda one: (not one.same_place, -one.likeness, one.case_id))[:MOST]


def _compared(matter: Matter, words: Set[str], other: Matter) -> Twin:
    same_place = matter.place is not None and matter.place == other.place
    return Twin(other.case_id, same_place, likeness(words, pairs(other.text)))
