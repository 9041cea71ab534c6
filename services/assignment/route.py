"""Which unit and post handle a case: by category and place, the most specific route first.

(category or its nearest ancestor, place), then (category or ancestor, any place), then (any category,
place); what no route covers goes to the backstop unit, never nowhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from services.assignment.directory import Directory, Route, lineage

Key = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Routing:
    """The lead unit and the post that answers; `backstop`: no route covered the case."""

    unit: str
    post: str
    backstop: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Router:
    """Routes of one directory, made ready to be asked. It remembers its answers: there are few."""

    routes: Mapping[Key, Routing]
    ancestors: Mapping[str, tuple[str, ...]]
    backstop: Routing
    _answers: dict[Key, Routing] = field(default_factory=dict)

    @classmethod
    def build(cls, directory: Directory) -> "Router":
        """Raises KeyError where the directory has problems (unknown unit)."""
        parents = directory.category_parents
        return cls(
            routes={(route.category, route.place): _routing(directory, route) for route in directory.routes},
            ancestors={code: lineage(code, parents) for code in parents},
            backstop=_backstop(directory),
        )

    def route(self, category: str, place: str | None) -> Routing:
        asked = category, place
        answer = self._answers.get(asked)
        if answer is None:
            answer = self._answers[asked] = self._found(category, place)
        return answer

    def _found(self, category: str, place: str | None) -> Routing:
        for key in self._keys(category, place):
            found = self.routes.get(key)
            if found is not None:
                return found
        return self.backstop

    def _keys(self, category: str, place: str | None) -> Iterator[Key]:
        chain = self.ancestors.get(category, (category,))
        if place is not None:
            yield from ((code, place) for code in chain)
        yield from ((code, None) for code in chain)
        if place is not None:
            yield None, place


def _routing(directory: Directory, route: Route) -> Routing:
    return Routing(route.unit, route.post or _post_of(directory, route.unit))


def _backstop(directory: Directory) -> Routing:
    unit = directory.authority.backstop_unit
    return Routing(unit, _post_of(directory, unit), backstop=True)


def _post_of(directory: Directory, unit: str) -> str:
    post = directory.units_by_code[unit].post
    if post is None:
        raise LookupError(f"unit {unit} has no post; the directory was not checked")
    return post
