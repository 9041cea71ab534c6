"""The agenda of the leading group's meeting: what is overdue or badly rated, the worst first. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, get_args
from uuid import UUID

from services.contracts.meeting import AgendaItem, ItemKind
from services.contracts.public_text import PublicText

ORDER: Final[tuple[ItemKind, ...]] = ("follow_up", "listing", "overdue", "bad_rating", "consequence")
"""What the group set itself first, then what is under special supervision, then the rest."""
assert set(ORDER) == set(get_args(ItemKind))  # noqa: S101  each kind has its place
RATED_WITHIN: Final = timedelta(days=30)
"""Bad ratings of a meeting's agenda: the leading group hears reports monthly (定期听取汇报)."""


class Found(NamedTuple):
    """What supervision's tables hold of a kind about a unit; fields as in `AgendaItem`, `times` its count."""

    kind: ItemKind
    unit: str
    what: str
    times: int
    since: datetime
    due: date | None = None
    source: UUID | None = None
    title: str | None = None


def agenda(found: Iterable[Found]) -> tuple[AgendaItem, ...]:
    """Numbered from 1: by kind, of one kind the most, then the oldest first. Any order of finds gives it."""
    ordered = sorted(found, key=_place)
    return tuple(_item(number, one) for number, one in enumerate(ordered, 1))


def _place(one: Found) -> tuple[int, int, datetime, str, str, str]:
    return (ORDER.index(one.kind), -one.times, one.since, one.unit, one.what, str(one.source))


def _item(number: int, one: Found) -> AgendaItem:
    values = one._asdict()
    title, count = values.pop("title"), values.pop("times")
    said = None if title is None else PublicText(title)
    return AgendaItem(number=number, count=count, title=said, **values)
