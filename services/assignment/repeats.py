"""Does a demand repeat an earlier matter of the same citizen? It is flagged, never dropped."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=90)
"""How long an earlier matter is looked back at, its last moment included."""
SIMILAR = 0.5
"""Jaccard similarity of two texts' character pairs from which they speak of one matter."""
COMPARED = 600
"""Characters of a text that are compared: what is sent again begins alike, and long texts stay cheap."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What the decision needs of a case; `at` is aware, `text` is title and body."""

    case_id: str
    citizen_ref: str
    category: str
    place: str | None
    text: str
    at: datetime


def repeated_case(matter: Matter, earlier: Iterable[Matter]) -> str | None:
    """The id of the case that `matter` repeats: the latest of those that match, None where none does."""
    candidates = [one for one in earlier if could_repeat(matter, one)]
    candidates.sort(key=lambda one: (one.at, one.case_id), reverse=True)
    return next((one.case_id for one in candidates if same_matter(matter, one)), None)


def could_repeat(matter: Matter, earlier: Matter) -> bool:
    """Same citizen, same category, within the window, and not the case itself."""
    return (
        earlier.case_id != matter.case_id
        and earlier.citizen_ref == matter.citizen_ref
        and earlier.category == matter.category
        and timedelta(0) <= matter.at - earlier.at <= WINDOW
    )


def same_matter(matter: Matter, earlier: Matter) -> bool:
    """Same place, or texts that are alike; the texts are compared only where the place doesn't decide."""
    if matter.place is not None and matter.place == earlier.place:
        return True
    return similarity(matter.text, earlier.text) >= SIMILAR


def similarity(one: str, other: str) -> float:
    """Jaccard similarity, 0 to 1, of the sets of neighbouring character pairs; white space doesn't count."""
    return likeness(pairs(one), pairs(other))


def likeness(left: Set[str], right: Set[str]) -> float:
    """Jaccard similarity, 0 to 1, of two texts' `pairs`."""
    if not left or not right:
        return 0.0
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)


def pairs(text: str) -> frozenset[str]:
    """Neighbouring character pairs of the first `COMPARED` characters, white space left out."""
    dense = "".join(text[:COMPARED].split())
    return frozenset(dense[at : at + 2] for at in range(len(dense) - 1))
