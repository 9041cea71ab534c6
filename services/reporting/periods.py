"""Which days a circular reports: weeks, months, years one after the other; a county circular any range."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

Kind = Literal["weekly", "monthly", "yearly", "county"]
"""The kinds of circulars."""
BookKind = Literal["weekly", "monthly", "yearly", "county", "between"]
"""Kinds of books: `between` carries a balance over days without a circular, or is compared with."""

SCHEDULED: Final[tuple[Kind, ...]] = ("weekly", "monthly", "yearly")
"""What is drafted by itself, in the order in which those that end on one day are drafted."""
ALWAYS: Final = "weekly"
"""The kind that no policy switches off: its books are what every other book starts from."""
DAY: Final = timedelta(days=1)


class Period(NamedTuple):
    """The local days from `first` up to `until`, which is not in it."""

    kind: BookKind
    first: date
    until: date

    @property
    def last(self) -> date:
        return self.until - DAY

    @property
    def days(self) -> list[date]:
        return [self.first + number * DAY for number in range((self.until - self.first).days)]


def containing(kind: BookKind, day: date) -> Period:
    """The week, month or year that a day lies in."""
    if kind == "weekly":
        first = day - timedelta(days=day.weekday())
        return Period(kind, first, first + timedelta(days=7))
    if kind == "monthly":
        first = day.replace(day=1)
        return Period(kind, first, (first + timedelta(days=31)).replace(day=1))
    if kind == "yearly":
        return Period(kind, date(day.year, 1, 1), date(day.year + 1, 1, 1))
    raise ValueError(f"{kind} follows no calendar")


def following(period: Period) -> Period:
    """The week, month or year after."""
    return containing(period.kind, period.until)


def preceding(period: Period) -> Period:
    """What a period is compared with: the week, month or year before, else as many days as it has."""
    if period.kind in SCHEDULED:
        return containing(period.kind, period.first - DAY)
    return Period("between", period.first - (period.until - period.first), period.first)


class Editions(NamedTuple):
    """Which kinds besides the weekly the authority asked for, as known from a day on."""

    since: date
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class SoFar:
    """How far drafting is. `began`: the record's first day; `reached`: every partition has begun this day.

    Both are None until there is one. `last`: kind → first day of its newest circular.
    """

    began: date | None
    reached: date | None
    last: Mapping[str, date] = field(default_factory=dict)
    editions: Sequence[Editions] = ()


def over(so_far: SoFar, by: date) -> Iterator[Period]:
    """The periods without a circular that have ended by the beginning of a day, each kind's in order.

    A month or year gets one if its authority, as known at its end, asked for that kind.
    """
    if so_far.began is None:
        return
    for kind in SCHEDULED:
        last = so_far.last.get(kind)
        period = following(containing(kind, last)) if last else containing(kind, so_far.began)
        while period.until <= by:
            if _asked_for(so_far.editions, period):
                yield period
            period = following(period)


def next_over(so_far: SoFar) -> Period | None:
    """The period to draft next: the one that ended first, once every partition has passed its end."""
    if so_far.reached is None:
        return None
    ended = over(so_far, so_far.reached)
    return min(ended, key=lambda period: (period.until, SCHEDULED.index(period.kind)), default=None)


def _asked_for(editions: Sequence[Editions], period: Period) -> bool:
    if period.kind == ALWAYS:
        return True
    known = [told.kinds for told in editions if told.since < period.until]
    return bool(known) and period.kind in known[-1]
