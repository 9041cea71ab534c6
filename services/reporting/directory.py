"""The authority as it was known at a cut: names of units, posts, holders, categories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from services.contracts.directory import (
    AssessmentRules,
    AuthorityRecorded,
    CategoryRecorded,
    DirectoryEvent,
    HolderRecorded,
    PostRecorded,
    UnitRecorded,
)

TERRITORIAL: Final = frozenset({"town", "district", "county", "city"})
"""Kinds of units that answer for a territory; the others answer for a trade."""

SEATS: Final = frozenset({"county", "city", "district"})
"""Kinds of units that can be an authority of their own."""

_EVENTS: Final[Mapping[str, type[DirectoryEvent]]] = {
    "authority": AuthorityRecorded,
    "unit": UnitRecorded,
    "post": PostRecorded,
    "holder": HolderRecorded,
    "category": CategoryRecorded,
}


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory at one cut. Units and categories keep the retired: rows may still name them."""

    authority: AuthorityRecorded | None = None
    units: Mapping[str, UnitRecorded] = field(default_factory=dict)
    posts: Mapping[str, PostRecorded] = field(default_factory=dict)
    holders: tuple[HolderRecorded, ...] = ()
    categories: Mapping[str, CategoryRecorded] = field(default_factory=dict)

    def unit_name(self, code: str | None) -> str:
        """The unit's name, or its code where no directory has told it."""
        unit = self.units.get(code or "")
        return unit.name if unit else code or "未标明"

    def is_root(self, code: str | None) -> bool:
        """Whether the unit is the authority itself: its county's or city's government, under nobody."""
        unit = self.units.get(code or "")
        return unit is not None and not unit.retired and unit.kind in SEATS and unit.parent is None

    @property
    def assessment(self) -> AssessmentRules:
        """How the authority assesses; the shipped rules where no directory has told it."""
        return self.authority.assessment if self.authority else AssessmentRules()

    @property
    def own_unit(self) -> str | None:
        """The authority itself, above its backstop unit: no territory under it."""
        return self.top_unit(self.authority.backstop_unit if self.authority else None)

    def post_title(self, code: str | None) -> str:
        post = self.posts.get(code or "")
        return post.title if post else code or ""

    def holder(self, post: str | None, day: date) -> str | None:
        """Who held the post on a local day; None while it was vacant."""
        for held in self.holders:
            if held.post == post and held.since <= day and (held.until is None or day < held.until):
                return held.person
        return None

    def top_category(self, code: str | None) -> str | None:
        """The ancestor without a parent, under which the category is counted."""
        return _top(code, self.categories)

    def top_unit(self, code: str | None) -> str | None:
        """The unit at the top over a unit: for one of the authority's own, the authority itself."""
        return _top(code, self.units)

    def category_name(self, code: str | None) -> str:
        entry = self.categories.get(code or "")
        return entry.name if entry else code or "未分类"

    def categories_under(self, top: str) -> list[str]:
        """The category and all that are counted under it."""
        return sorted({top, *(code for code in self.categories if self.top_category(code) == top)})


def _top(
    code: str | None, entries: Mapping[str, UnitRecorded] | Mapping[str, CategoryRecorded]
) -> str | None:
    """Up from parent to parent, as far as entries are known and no cycle closes."""
    seen: set[str] = set()
    while code and code not in seen:
        seen.add(code)
        entry = entries.get(code)
        if entry is None or entry.parent is None:
            return code
        code = entry.parent
    return code


def build(entries: Iterable[tuple[str, Any]]) -> Directory:
    """A directory of entries: (kind, body as it travelled), the newest version of each."""
    events = [_EVENTS[kind].model_validate(body) for kind, body in entries]
    authorities = [event for event in events if isinstance(event, AuthorityRecorded) and not event.retired]
    return Directory(
        authority=max(authorities, key=lambda event: event.version, default=None),
        units={event.code: event for event in events if isinstance(event, UnitRecorded)},
        posts={event.code: event for event in events if isinstance(event, PostRecorded)},
        holders=tuple(event for event in events if isinstance(event, HolderRecorded) and not event.retired),
        categories={event.code: event for event in events if isinstance(event, CategoryRecorded)},
    )
