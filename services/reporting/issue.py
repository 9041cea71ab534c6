"""Issue circulars: by policy on the Monday after their week, or when somebody signs them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from services.contracts.circular import CircularIssued
from services.reporting.circular import number_of

AT: Final = time(8)
"""When a circular is issued by policy, local time on the Monday after its week."""
BY_POLICY: Final = "policy"
AUTOMATIC: Final = "automatic"


class Circulars(Protocol):
    """What issuing needs of the store, inside one transaction."""

    async def oldest_draft(self) -> tuple[date, str] | None:
        """Week and policy of the oldest draft, locked against a second issuer; None when all are issued."""
        ...

    async def next_count(self, year: int) -> int:
        """The next number of a year, counted from 1 without gaps."""
        ...

    async def issue(self, week: date, number: str, at: datetime, by: str) -> str:
        """Mark the draft as issued; the SHA-256 of its figures."""
        ...

    def publish(self, event: CircularIssued) -> None: ...


def issue_instant(week: date, local: ZoneInfo) -> datetime:
    """When the circular of a week is issued by policy (aware, UTC)."""
    return datetime.combine(week + timedelta(days=7), AT, local).astimezone(UTC)


async def issue_next(circulars: Circulars, now: datetime, local: ZoneInfo) -> str | None:
    """Issue the oldest draft if its policy and the business clock let it go; its number, or None."""
    draft = await circulars.oldest_draft()
    if draft is None:
        return None
    week, policy = draft
    if policy != AUTOMATIC or now < issue_instant(week, local):
        return None
    return await issue_draft(circulars, week, now, local, BY_POLICY)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a week's circular can't be issued now. `waiting`: the older draft that has to go first."""

    waiting: date | None


async def sign(circulars: Circulars, week: date, now: datetime, local: ZoneInfo, by: str) -> str | Refused:
    """Issue the draft of a week because somebody signs it: its number. Weeks are numbered in their order."""
    draft = await circulars.oldest_draft()
    if draft is None or draft[0] != week:
        return Refused(draft[0] if draft and draft[0] < week else None)
    return await issue_draft(circulars, week, now, local, by)


async def issue_draft(circulars: Circulars, week: date, now: datetime, local: ZoneInfo, by: str) -> str:
    """Give a week's draft, which the caller has locked, the next number of the local year; the number."""
    year = now.astimezone(local).year
    number = number_of(year, await circulars.next_count(year))
    sha256 = await circulars.issue(week, number, now, by)
    circulars.publish(CircularIssued(number=number, kind="weekly", week=week, figures_sha256=sha256))
    return number
