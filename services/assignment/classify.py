"""What a demand is: kind, urgency, category, place, and from these unit and post.

Each word found adds its weight to its value, in the title twice. A category's word also counts for the
categories above it: first the widest category with the highest sum is taken, then, step by step, the
narrower one with the highest sum. Ties go to what stands first in categories.csv.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from services.assignment.directory import OTHER, Directory, lineage
from services.assignment.lexicon import Hit, Lexicon
from services.assignment.places import Gazetteer
from services.assignment.route import Router
from services.contracts.vocabulary import Kind, Urgency

TITLE_FACTOR = 2.0
BODY_FACTOR = 1.0
KINDS: tuple[Kind, ...] = ("report", "complaint", "suggestion", "consultation", "help")
"""Of kinds with equal sums the first wins: the one whose misreading would cost the citizen most."""
URGENCIES: tuple[Urgency, ...] = ("urgent", "priority", "normal")
DEFAULT_KIND: Kind = "help"
DEFAULT_URGENCY: Urgency = "normal"

Sums = Mapping[str, float]
Value = TypeVar("Value", bound=str)
Ranks = Mapping[str, tuple[int, Value]]
"""Values with their rank: of equal ones the lowest comes first."""


def _ranks(values: Iterable[Value]) -> dict[str, tuple[int, Value]]:
    return {value: (rank, value) for rank, value in enumerate(values)}


KIND_RANKS: Final = _ranks(KINDS)
URGENCY_RANKS: Final = _ranks(URGENCIES)


@dataclass(frozen=True, slots=True)
class Classification:
    """The rules' decision; `words` are those found, in the order of place, title, body, each once."""

    kind: Kind
    urgency: Urgency
    category: str
    place: str | None
    unit: str
    post: str
    backstop: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classifier:
    """The rules of one directory, made ready. Build once, classify many."""

    lexicon: Lexicon
    gazetteer: Gazetteer
    router: Router
    roots: Mapping[str, str]
    children: Mapping[str | None, Ranks[str]]

    @classmethod
    def build(cls, directory: Directory) -> "Classifier":
        """`directory` must be free of problems."""
        parents = directory.category_parents
        return cls(
            lexicon=Lexicon.build(directory),
            gazetteer=Gazetteer.build(directory),
            router=Router.build(directory),
            roots={code: lineage(code, parents)[-1] for code in parents},
            children=_children(parents),
        )

    def classify(self, title: str, body: str, place_text: str = "") -> Classification:
        sources = [self.lexicon.hits(text) if text else [] for text in (place_text, title, body)]
        sums = _sums(sources[1], sources[2])
        category = self._category(sums["category"], sums["support"])
        place = self.gazetteer.settle([[code for hit in hits for code in hit.places] for hits in sources])
        routing = self.router.route(category, place)
        return Classification(
            kind=_best(sums["kind"], KIND_RANKS, DEFAULT_KIND),
            urgency=_best(sums["urgency"], URGENCY_RANKS, DEFAULT_URGENCY),
            category=category,
            place=place,
            unit=routing.unit,
            post=routing.post,
            backstop=routing.backstop,
            words=tuple({hit.word: None for hits in sources for hit in hits}),
        )

    def _category(self, sums: Sums, support: Sums) -> str:
        if not sums:
            return OTHER
        totals = self._supported(sums, support) if support else sums
        chosen = _best(totals, self.children[None], OTHER)
        while narrower := self.children.get(chosen):
            below = _best(totals, narrower, chosen)
            if below == chosen:
                break
            chosen = below
        return chosen

    def _supported(self, sums: Sums, support: Sums) -> Sums:
        """The sums with the support words' added to families that a word of their own speaks for."""
        totals = dict(sums)
        for code, weight in support.items():
            if sums.get(self.roots[code], 0.0) > 0:
                totals[code] = totals.get(code, 0.0) + weight
        return totals


def _sums(title: Iterable[Hit], body: Iterable[Hit]) -> dict[str, dict[str, float]]:
    """Field to value to sum of weights; a word counts once a text, however often it stands there."""
    sums: dict[str, dict[str, float]] = {"category": {}, "kind": {}, "urgency": {}, "support": {}}
    for hits, factor in ((title, TITLE_FACTOR), (body, BODY_FACTOR)):
        for hit in dict.fromkeys(hits):
            for field, value, weight in hit.speaks:
                of_field = sums[field]
                of_field[value] = of_field.get(value, 0.0) + weight * factor
    return sums


def _best(sums: Sums, ranks: Ranks[Value], default: Value) -> Value:
    """The ranked value with the highest sum above nought, the first of equals; `default` where there is none.

    It looks at the few values with a sum, not at the many that could have one.
    """
    best, highest, first = default, 0.0, 0
    for value, total in sums.items():
        if (found := ranks.get(value)) is not None:
            rank, candidate = found
            if total > highest or (total == highest > 0 and rank < first):
                best, highest, first = candidate, total, rank
    return best


def _children(parents: Mapping[str, str | None]) -> dict[str | None, Ranks[str]]:
    grouped: dict[str | None, list[str]] = {None: []}
    for code, parent in parents.items():
        grouped.setdefault(parent, []).append(code)
    return {parent: _ranks(codes) for parent, codes in grouped.items()}
