"""How a county writes the codes of its directory in a spreadsheet: by name where the name is clear."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, Self

from services.assignment.directory import Directory
from services.assignment.project_history import SEPARATOR
from services.assignment.sheet_words import whole_title

SUGGESTED: Final = 50
"""Unknown words of one sheet for which something close is looked for: each is compared with every label."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Codes and their labels, both ways; a code can always be written as it is."""

    of: Mapping[str, str]
    codes: Mapping[str, str]
    _close: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def named(cls, names: Iterable[tuple[str, str]], also: Iterable[tuple[str, str]] = ()) -> Self:
        """`names`: code and name; one that two codes share labels neither. `also`: further (code, name)."""
        pairs = list(names)
        times = Counter(name for _, name in pairs)
        of = {code: name if times[name] == 1 else code for code, name in pairs}
        further = {name: code for code, name in also if times[name] == 0}
        own = {code: code for code, _ in pairs}
        return cls(of, {**further, **{label: code for code, label in of.items()}, **own})

    def code(self, text: str) -> str:
        """The code that a text stands for; an unknown text stands for itself."""
        return self.codes.get(text, text)

    def close_to(self, unknown: str) -> list[str]:
        """Labels and codes that may have been meant by the first `SUGGESTED` unknown words.

        It remembers: a sheet repeats its mistakes.
        """
        if unknown not in self._close and len(self._close) < SUGGESTED:
            self._close[unknown] = get_close_matches(unknown, self.codes, 3, 0.5)
        return self._close.get(unknown, [])

    def label(self, code: str) -> str:
        return self.of.get(code, code)


@dataclass(frozen=True, slots=True)
class DirectoryLabels:
    """The labels of one directory: a post is its title, or unit and title where others have that title."""

    units: Labels
    posts: Labels
    categories: Labels
    places: Labels

    @classmethod
    def of(cls, directory: Directory) -> "DirectoryLabels":
        places = directory.places
        return cls(
            Labels.named((unit.code, unit.name) for unit in directory.units),
            _posts(directory),
            Labels.named((category.code, category.name) for category in directory.categories),
            Labels.named(
                ((place.code, place.name) for place in places),
                ((place.code, alias) for place in places for alias in place.aliases),
            ),
        )

    def of_field(self, name: str, text: str | None) -> str | None:
        """What a plan's field says, as `as_text` has it, by labels; None where it says nothing in codes."""
        kind = _CODED.get(name)
        if kind is None or text is None:
            return None
        labels: Labels = getattr(self, kind)
        return "、".join(labels.label(code) for code in text.split(SEPARATOR))


_CODED: Final = {
    "owner": "posts",
    "lead_unit": "units",
    "assisting_units": "units",
    "category": "categories",
    "place": "places",
}


def _posts(directory: Directory) -> Labels:
    titles = Counter(post.title for post in directory.posts)
    whole = [(post.code, whole_title(post, directory)) for post in directory.posts]
    short = [
        (post.code, post.title if titles[post.title] == 1 else name)
        for post, (_, name) in zip(directory.posts, whole, strict=True)
    ]
    return Labels.named(short, also=whole)
