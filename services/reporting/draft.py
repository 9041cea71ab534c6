"""Draft the circular of the next week whose end has been passed in every partition."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.reporting.circular import Circular
from services.reporting.compose import Numbers, compose
from services.reporting.directory import Directory


@dataclass(frozen=True, slots=True)
class Week:
    """A week to be closed: its Monday, and the instant of its cut (aware): the next Monday, 00:00 local."""

    monday: date
    cut_at: datetime


class Books(Protocol):
    """What drafting needs of the store, inside one transaction."""

    async def next_week(self) -> Week | None:
        """The oldest week without a circular, once every partition has passed its end; else None."""
        ...

    async def close(self, week: Week) -> Numbers:
        """Write the week's book and count it."""
        ...

    async def directory(self, week: Week) -> Directory:
        """The directory as it was known at the cut."""
        ...

    async def before(self, week: Week) -> Circular | None:
        """The circular of the week before."""
        ...

    async def keep(self, circular: Circular, policy: str) -> None:
        """Freeze the draft."""
        ...


async def draft_next(books: Books, until: date = date.max) -> date | None:
    """Draft one circular, the oldest that is due, of no later week than `until`; its Monday, or None."""
    week = await books.next_week()
    if week is None or week.monday > until:
        return None
    numbers = await books.close(week)
    directory = await books.directory(week)
    circular = compose(week.monday, week.cut_at, numbers, directory, await books.before(week))
    await books.keep(circular, directory.authority.issue if directory.authority else "automatic")
    return week.monday
