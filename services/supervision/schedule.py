"""What supervision does by itself: fire due rungs, compute what awaited a calendar, measure."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.kit import metrics
from services.kit.clock import LOCAL
from services.kit.postgres import Database
from services.supervision.calendars import Policies
from services.supervision.fire import Fired, fire
from services.supervision.policy import Policy
from services.supervision.set_further import compute_further
from services.supervision.set_limits import compute_awaiting
from services.supervision.store import PostgresLimits
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_metrics import LimitCounts, count_limits
from services.supervision.store_notices import PostgresDueLimits

MEASURED_EVERY: Final = 15.0


async def fire_due(database: Database, policies: Policies) -> int:
    """Fire a bounded number of due limits in one transaction; how many.

    Looks first without the writers' lock, so that asking often costs little.
    """
    due = "SELECT EXISTS (SELECT FROM limits WHERE state = 'open' AND fires_at <= clock.now())"
    if not await database.pool.fetchval(due):
        return 0
    async with database.writing() as writing:
        policy = await policies.current(PostgresCalendars(writing.connection))
        fired = await fire(PostgresDueLimits(writing.connection), writing.publish, policy, writing.now)
        now = writing.now
    _count(fired, now)
    return len(fired)


def _count(fired: Iterable[Fired], now: datetime) -> None:
    notices = [slip.notice for one in fired for slip in one.notices]
    for (colour, outcome), times in Counter((one.colour, one.outcome) for one in notices).items():
        metrics.NOTICES.labels(colour, outcome).inc(times)
    for notice in notices:
        metrics.FIRING_LATENESS.observe((now - notice.at).total_seconds())


async def compute_what_awaits(database: Database, policies: Policies) -> int:
    """Compute a bounded number of cases whose missing year is loaded now; how many."""
    async with database.pool.acquire() as connection:
        policy = await policies.current(PostgresCalendars(connection))
        if not await PostgresLimits(connection).any_awaiting(sorted(policy.years)):
            return 0
    async with database.writing() as writing:
        policy = await policies.current(PostgresCalendars(writing.connection))
        limits = PostgresDueLimits(writing.connection)
        cases = await compute_awaiting(limits, writing.publish, policy)
        return cases + await compute_further(limits, writing.publish, policy)


async def due(database: Database, policies: Policies) -> int:
    """Rows that are due and not done: rungs to fire, limits to compute."""
    async with database.pool.acquire() as connection:
        policy = await policies.current(PostgresCalendars(connection))
        return await PostgresLimits(connection).left_to_do(sorted(policy.years))


@dataclass(slots=True)
class Gauges:
    """Keeps the gauges fresh, at its own pace: a million open limits aren't counted ten times a second."""

    database: Database
    policies: Policies
    measured: float = float("-inf")

    async def measure(self) -> int:
        """A step that never has more to do."""
        if time.monotonic() - self.measured >= MEASURED_EVERY:
            self.measured = time.monotonic()
            async with self.database.pool.acquire() as connection:
                policy = await self.policies.current(PostgresCalendars(connection))
                show(await count_limits(connection), policy)
        return 0


def show(now: LimitCounts, policy: Policy) -> None:
    """Set the gauges."""
    for kind, running in now.open.items():
        metrics.LIMITS_OPEN.labels(kind).set(running)
    metrics.LIMITS_AWAITING.set(now.awaiting)
    metrics.OVERDUE.clear()
    for unit, cases in now.overdue.items():
        metrics.OVERDUE.labels(unit).set(cases)
    metrics.CALENDAR_DAYS_LEFT.set(days_left(policy, now.at.astimezone(LOCAL).date()))


def days_left(policy: Policy, today: date) -> int:
    """Days from a local day to the last day of the years loaded without a gap from it on; -1 for none."""
    year = today.year
    while year in policy.years:
        year += 1
    return (date(year, 1, 1) - today).days - 1 if year > today.year else -1
