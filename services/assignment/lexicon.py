"""The words of a directory in one Aho-Corasick automaton: categories, kinds, urgency and places together."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from services.assignment.directory import Directory, lineage

PLACE = "place"


class Meaning(NamedTuple):
    """What one word speaks for: `field` is a lexicon field or `PLACE`, `value` its value or place code.

    A category's word has a meaning for each category of its family, nearest first.
    """

    field: str
    value: str
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A word that was found, with all that it means; one object per word, so that comparing costs nothing.

    `places` and `speaks` are the meanings apart: the place codes it names, and all that it weighs for.
    """

    word: str
    meanings: tuple[Meaning, ...]
    places: tuple[str, ...]
    speaks: tuple[Meaning, ...]

    @classmethod
    def of(cls, word: str, meanings: Sequence[Meaning]) -> "Hit":
        places = tuple(meaning.value for meaning in meanings if meaning.field == PLACE)
        speaks = tuple(meaning for meaning in meanings if meaning.field != PLACE)
        return cls(word, tuple(meanings), places, speaks)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Finds the words of a directory in a text: leftmost, longest, not overlapping, whatever the case."""

    automaton: AhoCorasick
    entries: tuple[Hit, ...]

    @classmethod
    def build(cls, directory: Directory) -> "Lexicon":
        entries = tuple(Hit.of(word, meanings) for word, meanings in _meanings(directory).items())
        # Small enough for the processor's caches: between other work a DFA takes longer.
        automaton = AhoCorasick(
            [entry.word for entry in entries],
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
        )
        return cls(automaton, entries)

    def hits(self, text: str) -> list[Hit]:
        """The words of `text` in their order; a word that stands twice comes twice."""
        entries = self.entries
        return [entries[found[0]] for found in self.automaton.find_matches_as_indexes(text.lower())]


def _meanings(directory: Directory) -> dict[str, list[Meaning]]:
    grouped: defaultdict[str, list[Meaning]] = defaultdict(list)
    for word, meaning in (*_words(directory), *_names(directory)):
        grouped[word.lower()].append(meaning)
    return grouped


def _words(directory: Directory) -> Iterator[tuple[str, Meaning]]:
    parents = directory.category_parents
    for word in directory.words:
        of_category = word.field in ("category", "support")
        for value in lineage(word.value, parents) if of_category else (word.value,):
            yield word.word, Meaning(word.field, value, word.weight)


def _names(directory: Directory) -> Iterator[tuple[str, Meaning]]:
    for place in directory.places:
        for name in {place.name: None, **dict.fromkeys(place.aliases)}:
            yield name, Meaning(PLACE, place.code, 1.0)
