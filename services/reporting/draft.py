"""Draft circulars: by themselves when their days are over in every partition, or to order."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from services.reporting.circular import Circular
from services.reporting.compose import Numbers, compose
from services.reporting.directory import Directory
from services.reporting.periods import ALWAYS, SCHEDULED, Period, SoFar, preceding

AUTOMATIC: Final = "automatic"
BY_HAND: Final = "after_signature"
BY_POLICY: Final = "policy"


class Books(Protocol):
    """What drafting needs of the store, inside one transaction."""

    async def next_over(self) -> Period | None:
        """The period to draft next, once every partition has passed its end; else None."""
        ...

    async def hold(self) -> None:
        """Let nobody else draft or issue until the transaction ends."""
        ...

    async def so_far(self) -> SoFar:
        """How far drafting is."""
        ...

    async def close(self, period: Period) -> Numbers:
        """Write the book of a period unless it is there, and count it."""
        ...

    async def directory(self, period: Period) -> Directory:
        """The directory as it was known at the cut."""
        ...

    async def circular(self, period: Period) -> Circular | None:
        """The circular of these days, of this kind if there is one."""
        ...

    async def keep(self, circular: Circular, policy: str, by: str) -> None:
        """Freeze the draft."""
        ...


async def draft_next(books: Books, until: date = date.max) -> Period | None:
    """Draft one circular, the first that is due, of days before `until`; its period, or None."""
    period = await books.next_over()
    if period is None or period.until > until:
        return None
    circular, policy = await drafted(books, period)
    await books.keep(circular, policy, BY_POLICY)
    return period


@dataclass(frozen=True, slots=True)
class NotClosed:
    """Why no circular of some days can be ordered. `last` day that is over everywhere; None before any."""

    began: date | None
    last: date | None


async def order(books: Books, period: Period, by: str) -> Circular | NotClosed:
    """The county circular of a range of closed days, drafted now unless it was before.

    It is issued by hand whatever the policy: that one was ordered, so somebody looks.
    """
    await books.hold()
    known = await books.circular(period)
    if known and known.kind == period.kind:
        return known
    so_far = await books.so_far()
    if so_far.reached is None or so_far.began is None:
        return NotClosed(None, None)
    if period.until > so_far.reached or period.first < so_far.began:
        return NotClosed(so_far.began, Period("between", so_far.began, so_far.reached).last)
    circular, _ = await drafted(books, period)
    await books.keep(circular, BY_HAND, by)
    return circular


async def drafted(books: Books, period: Period) -> tuple[Circular, str]:
    """The circular of a period that is over, and the policy under which it is issued."""
    before = await compared(books, period)
    numbers = await books.close(period)
    directory = await books.directory(period)
    policy = directory.authority.issue if directory.authority else AUTOMATIC
    return compose(period, numbers, directory, before), policy


async def compared(books: Books, period: Period) -> Circular | None:
    """What the figures are compared with: the circular of the period before, else its days are counted now.

    None where the record begins later than they do: a part of a period says nothing about a whole one.
    """
    earlier = preceding(period)
    if (kept := await books.circular(earlier)) or period.kind == ALWAYS:
        return kept
    began = (await books.so_far()).began
    if began is None or began > earlier.first:
        return None
    if earlier.kind in SCHEDULED:
        earlier = earlier._replace(kind="between")
    return compose(earlier, await books.close(earlier), await books.directory(earlier), None)
