"""What the business clock makes due: draft the weeks that are over, issue those whose hour has come."""

from datetime import date

from services.kit import metrics
from services.kit.clock import LOCAL, monday
from services.kit.postgres import Database
from services.reporting.draft import draft_next
from services.reporting.facts import week_after
from services.reporting.issue import Refused, issue_instant, issue_next, sign
from services.reporting.send_circular import send_circular
from services.reporting.store_books import PostgresBooks
from services.reporting.store_circulars import PostgresCirculars, WeeksSoFar, weeks_so_far


class Schedule:
    """The steps of reporting. Each looks first without a lock, since it is asked ten times a second."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(self) -> int:
        """Draft one week, the oldest first; 1 if one was drafted."""
        now = await weeks_so_far(self._database.pool)
        week = next_week(now)
        if week is None or now.reached is None or now.reached < week_after(week):
            return 0
        with metrics.CIRCULAR_SECONDS.time():
            async with self._database.writing() as writing:
                drafted = await draft_next(PostgresBooks(writing))
        return int(drafted is not None)

    async def issue(self) -> int:
        """Issue one circular by policy, the oldest first; 1 if one was issued."""
        if not issue_due(await weeks_so_far(self._database.pool)):
            return 0
        async with self._database.writing() as writing:
            number = await issue_next(PostgresCirculars(writing), writing.now, LOCAL)
            await send_circular(writing.connection, number)
        metrics.CIRCULARS.inc(1 if number else 0)
        return int(number is not None)

    async def sign(self, week: date, by: str) -> str | Refused:
        """Draft up to a week where need be, and issue it in somebody's name; its number, old or new."""
        async with self._database.writing() as writing:
            books, circulars = PostgresBooks(writing), PostgresCirculars(writing)
            while (drafted := await draft_next(books, until=week)) is not None and drafted < week:
                pass
            if number := await circulars.number(week):
                return number
            signed = await sign(circulars, week, writing.now, LOCAL, by)
            await send_circular(writing.connection, None if isinstance(signed, Refused) else signed)
        metrics.CIRCULARS.inc(0 if isinstance(signed, Refused) else 1)
        return signed

    async def due(self) -> int:
        """Weeks over by the clock and not drafted, and drafts whose hour has come."""
        now = await weeks_so_far(self._database.pool)
        return weeks_undrafted(now) + issue_due(now)


def next_week(now: WeeksSoFar) -> date | None:
    """The Monday of the next week to draft; None before anything was read."""
    return week_after(now.last_drafted) if now.last_drafted else now.first


def weeks_undrafted(now: WeeksSoFar) -> int:
    """Weeks that are over by the clock; 0 until every service has begun its record: none can be cut yet."""
    week = next_week(now)
    if week is None or now.reached is None:
        return 0
    return max(0, (monday(now.now) - week).days // 7)


def issue_due(now: WeeksSoFar) -> bool:
    """Whether the oldest draft's hour has come, where its policy is automatic."""
    week = now.oldest_automatic_draft
    return week is not None and issue_instant(week, LOCAL) <= now.now
