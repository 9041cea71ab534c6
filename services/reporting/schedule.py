"""What the business clock makes due: draft what is over, issue what may go by policy; and people's steps."""

from services.contracts.public_text import PublicText
from services.kit import metrics
from services.kit.clock import LOCAL, local_day
from services.kit.postgres import Database
from services.reporting.circular import Circular
from services.reporting.correct import CantCorrect, correct
from services.reporting.draft import NotClosed, draft_next, order
from services.reporting.issue import Draft, Refused, due_by_policy, issue_next, take
from services.reporting.periods import Period, next_over, over
from services.reporting.send_circular import send_circular
from services.reporting.steps import Verb
from services.reporting.store_books import PostgresBooks
from services.reporting.store_circulars import PostgresCirculars
from services.reporting.store_progress import Progress, progress, so_far


class Schedule:
    """The steps of reporting. Each looks first without a lock, since it is asked ten times a second."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(self) -> int:
        """Draft one circular, the oldest first; 1 if one was drafted."""
        if next_over(await so_far(self._database.pool)) is None:
            return 0
        with metrics.CIRCULAR_SECONDS.time():
            async with self._database.writing() as writing:
                drafted = await draft_next(PostgresBooks(writing))
        return int(drafted is not None)

    async def issue(self) -> int:
        """Issue one circular by policy, the oldest first; 1 if one was issued."""
        if not _by_policy(await progress(self._database.pool)):
            return 0
        async with self._database.writing() as writing:
            number = await issue_next(PostgresCirculars(writing), writing.now, LOCAL)
            await send_circular(writing.connection, number)
        metrics.CIRCULARS.inc(1 if number else 0)
        return int(number is not None)

    async def order(self, period: Period, by: str) -> Circular | NotClosed:
        """Draft a county circular in somebody's name; the same one where it was drafted before."""
        with metrics.CIRCULAR_SECONDS.time():
            async with self._database.writing() as writing:
                return await order(PostgresBooks(writing), period, by)

    async def correct(
        self, ref: str, reason: PublicText, remark: PublicText | None, by: str
    ) -> Circular | CantCorrect | None:
        """Draft the correction of an issued circular in somebody's name."""
        async with self._database.writing() as writing:
            corrections = PostgresCirculars(writing)
            return await correct(PostgresBooks(writing), corrections, ref, reason, remark, by)

    async def take(self, ref: str, verb: Verb, by: str) -> Draft | Refused | None:
        """Lead a circular one step on in somebody's name."""
        async with self._database.writing() as writing:
            taken = await take(PostgresCirculars(writing), ref, verb, writing.now, LOCAL, by)
            issued = isinstance(taken, Draft) and verb == "issue" and taken.state != "issued"
            if issued:
                await send_circular(writing.connection, ref)
        metrics.CIRCULARS.inc(1 if issued else 0)
        return taken

    async def due(self) -> int:
        """Periods over by the clock and not drafted, and drafts whose hour has come."""
        now = await progress(self._database.pool)
        return undrafted(now) + _by_policy(now)


def undrafted(now: Progress) -> int:
    """Periods that are over by the clock; 0 until every service has begun its record: none can be cut yet."""
    if now.so_far.reached is None:
        return 0
    return len(list(over(now.so_far, local_day(now.now))))


def _by_policy(now: Progress) -> int:
    return sum(due_by_policy(draft, now.now, LOCAL) for draft in now.waiting)
