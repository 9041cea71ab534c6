"""What stands in each list at a cut: what stood at the cut before, and what its facts did to it. Pure.

A cut costs what stands open and what happened since the last one, whatever the history.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

import orjson

from services.reporting.list_facts import ListFact


class Item(NamedTuple):
    """What stands in its list: promise, project, letter, listing, further limit; columns of `list_standing`.

    `part` tells the further limits of one case apart. `opening`: the version of the event that opened it.
    `changes` counts new dates and words. `milestone_due`: the earliest of the milestones not yet reached.
    """

    list: str
    item: UUID
    part: str
    opening: int
    version: int
    state: str
    opened_at: datetime
    number: str | None = None
    unit: str | None = None
    post: str | None = None
    holder: str | None = None
    tier: str | None = None
    due: datetime | None = None
    changes: int = 0
    amount: Decimal | None = None
    funded: Decimal | None = None
    milestones: str | None = None
    reached: str | None = None
    milestone_due: datetime | None = None
    text: str | None = None
    closed_at: datetime | None = None
    closed_in: date | None = None


COLUMNS: Final = Item._fields
Key = tuple[str, UUID, str]
STAND: Final = frozenset({"promise", "project", "letter", "listing"})
"""The lists whose items stand until they end; what else is told happens once."""
ENDS: Final = frozenset(
    {
        *("kept", "kept_late", "broken", "withdrawn", "done", "replaced", "dropped", "met", "ended"),
        *("voided", "struck_off"),
    }
)
"""The states in which an item leaves its list."""


class Folded(NamedTuple):
    """What stands open now, and what was closed on the way."""

    standing: list[Item]
    closed: list[Item]


def fold(before: Iterable[Item], facts: Iterable[ListFact]) -> Folded:
    """The lists after some facts of what stands in them, each item's in the order of their versions."""
    items = {(one.list, one.item, one.part): one for one in before}
    closed: list[Item] = []
    for fact in sorted(facts, key=lambda one: (one.list, one.item, one.version)):
        if fact.list not in STAND or fact.kind == "rated":
            continue
        key: Key = (fact.list, fact.item, "")
        there = items.get(key)
        after = _opened(fact) if there is None else _moved(there, fact)
        if after.state in ENDS:
            items.pop(key, None)
            closed.append(after)
        else:
            items[key] = after
    return Folded(sorted(items.values(), key=_order), closed)


def _order(one: Item) -> tuple[str, UUID, str]:
    return one.list, one.item, one.part


def _opened(fact: ListFact) -> Item:
    """An item whose first facts were never told stands from what is known of it."""
    begun = Item(fact.list, fact.item, "", fact.version, 0, fact.state or "open", fact.at)
    return _moved(begun, fact)._replace(changes=0)


def _moved(item: Item, fact: ListFact) -> Item:
    given = {name: value for name in _TAKEN if (value := getattr(fact, name)) is not None}
    if fact.kind == "milestone":
        names = [*orjson.loads(item.reached or "[]"), given.pop("text")]
        given["reached"] = orjson.dumps(names).decode()
    if fact.state in ENDS:
        given |= {"closed_at": fact.at, "closed_in": fact.day}
    changes = item.changes + (fact.kind == "changed")
    after = item._replace(version=fact.version, changes=changes, **given)
    return after._replace(milestone_due=_next_milestone(after))


_TAKEN: Final = (
    *("number", "unit", "post", "holder", "tier", "state", "due", "amount", "funded", "milestones", "text"),
)
"""What a fact that says it sets anew."""


def _next_milestone(item: Item) -> datetime | None:
    """A milestone once reached stays so in a plan that still names it."""
    reached = frozenset(orjson.loads(item.reached or "[]"))
    dues = (due for name, due in orjson.loads(item.milestones or "[]") if name not in reached)
    return min(map(datetime.fromisoformat, dues), default=None)
