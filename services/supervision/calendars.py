"""Calendars: the years the package knows, and those an administrator loaded, which stand before them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from services.supervision.calendar import (
    UnknownYear,
    WorkCalendar,
    YearCalendar,
    from_chinesecalendar,
    parse_year,
)
from services.supervision.policy import Policy, Presets

FIRST_YEAR: Final = 2004
"""The first year that the package `chinesecalendar` knows."""


class WrongYear(ValueError):
    """The file holds another year than the one it was sent for."""

    def __init__(self, asked: int, found: int) -> None:
        super().__init__(f"the file holds {found}, not {asked}")
        self.asked = asked
        self.found = found


@dataclass(frozen=True, slots=True)
class Choice:
    """The presets in force, and the revision of the loaded calendars."""

    limits: str
    ladder: str
    revision: int


class Calendars(Protocol):
    """Loaded calendars and chosen presets, within one transaction."""

    async def choice(self) -> Choice: ...
    async def loaded(self) -> Sequence[YearCalendar]: ...
    async def load(self, year: YearCalendar, now: datetime, by: str) -> None:
        """Keep a year, in the place of an earlier one, and begin the next revision."""
        ...


def built_in_years() -> tuple[YearCalendar, ...]:
    """Every year that the package `chinesecalendar` knows. It takes half a second: once a process."""
    return tuple(_known_years())


def _known_years() -> Iterator[YearCalendar]:
    year = FIRST_YEAR
    while True:
        try:
            yield from_chinesecalendar(year)
        except UnknownYear:
            return
        year += 1


@dataclass(slots=True)
class Policies:
    """The policy in force, kept in this process until another is chosen or a calendar is loaded."""

    presets: Presets
    built_in: Sequence[YearCalendar]
    kept: Mapping[Choice, Policy] = field(default_factory=dict)

    async def current(self, calendars: Calendars) -> Policy:
        """Looks the choice up each time: one small query."""
        choice = await calendars.choice()
        if choice not in self.kept:
            calendar = WorkCalendar.of([*self.built_in, *await calendars.loaded()])
            self.kept = {choice: Policy.of(self.presets, choice.limits, choice.ladder, calendar)}
        return self.kept[choice]


async def load_calendar(calendars: Calendars, year: int, text: str, now: datetime, by: str) -> YearCalendar:
    """Load one year from its CSV text. Raises `InvalidCalendar` with every fault, and `WrongYear`.

    Limits that run stay as they are; those that awaited this year are computed by the schedule.
    """
    found = parse_year(text, source=f"loaded by {by}")
    if found.year != year:
        raise WrongYear(year, found.year)
    await calendars.load(found, now, by)
    return found
