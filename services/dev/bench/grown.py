"""What costs the same after years as after weeks: a week's circular, its assessment, a claim of due limits.

Each is measured after a short and after a long history. What is open and due is as much in both.
"""

import time
from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final

import asyncpg

from services.dev.bench.circular import (
    WEEK,
    Laid,
    draft,
    draft_history,
    empty,
    lay,
    lay_history,
    pass_weeks,
    reporting,
)
from services.dev.bench.figures import GROWN_ASSESSMENT, GROWN_CIRCULAR, GROWN_FIRED, Aim, Figure
from services.dev.bench.firing import Laid as LaidLimits
from services.dev.bench.firing import Pace, fire_all, sown, supervising
from services.dev.bench.firing import lay as lay_limits
from services.dev.bench.ground import NOON, Ground, TooSlow
from services.dev.bench.indexes import without_indexes
from services.dev.bench.scale import Scale
from services.kit.clock import local_midnight, monday
from services.kit.postgres import Database
from services.reporting import store_assessment
from services.reporting.assess.compose import period_of
from services.supervision.app import shipped_policies
from services.supervision.store_calendars import PostgresCalendars

ROUNDS: Final = 5
ALL: Final = 10
"""Of ten cases of the history: nothing of it lies open for good."""
LIMIT: Final = Aim(1.5, at_most=True)
_REDONE: Final = (Path(__file__).parent / "redone.sql").read_text(encoding="utf-8")


async def measure(ground: Ground, scale: Scale) -> list[Figure]:
    """Needs a stack whose services are stopped. Empties reporting's and supervision's tables."""
    short, long = scale.grown
    drafted, assessed = zip(*[await _reported(ground, cases, scale) for cases in scale.grown], strict=True)
    fired = [await _fired(ground, limits, scale) for limits in scale.grown]
    return [
        *_figures(GROWN_CIRCULAR, f"after {short:,} cases instead of {long:,}", *drafted),
        *_figures(GROWN_ASSESSMENT, f"after {short:,} cases instead of {long:,}", *assessed),
        *_figures(GROWN_FIRED, f"after {short:,} limits instead of {long:,}", *fired),
    ]


def _figures(name: str, beside: str, short: float, long: float) -> Iterator[Figure]:
    yield Figure(name, long, "s", beside, short)
    yield Figure(f"{name}: times as long", long / short, "×", aim=LIMIT)


def weeks(cases: int, a_week: int, last: date) -> Iterator[Laid]:
    """The weeks of a history of so many cases, oldest first, then the one to report."""
    ago = max(1, round(cases / a_week))
    for number in range(ago + 1):
        first = number * a_week
        yield Laid(last - (ago - number) * WEEK, a_week, first, a_week if number else 0)


async def _reported(ground: Ground, cases: int, scale: Scale) -> tuple[float, float]:
    """Seconds to draft the circular of a week, and to count its assessment."""
    *history, week = weeks(cases, scale.week_cases, monday(NOON))
    async with reporting(ground) as (admin, database):
        await empty(admin)
        async with without_indexes(admin, "facts"):
            await lay_history(ground, admin, history, ALL)
            ground.report(f"Indexing the facts of {cases:,} cases")
        await draft_history(ground, admin, database, history)
        await lay(admin, week, ALL)
        await admin.execute(_REDONE, week.week, week.cases // 50, week.first)
        await pass_weeks(admin, week.week)
        await admin.execute("CHECKPOINT")
        return await _by_turns(ground, admin, database, week)


async def _by_turns(
    ground: Ground, admin: asyncpg.Connection, database: Database, week: Laid
) -> tuple[float, float]:
    drafted, assessed = [], []
    for turn in range(1, ROUNDS + 1):
        ground.report(f"Drafting and assessing the week after {week.first:,} cases, round {turn}")
        drafted.append(await draft(database, week.week, keep=False))
        await admin.execute("VACUUM ledger")
        assessed.append(await _assess(database, week.week))
    return median(drafted), median(assessed)


async def _assess(database: Database, week: date) -> float:
    """Seconds to count a week's assessment."""
    directory = await store_assessment.directory_before(database.pool, week + WEEK)
    began = time.perf_counter()
    await store_assessment.count(database.pool, period_of(week, week + WEEK, local_midnight), [], directory)
    return time.perf_counter() - began


async def _fired(ground: Ground, limits: int, scale: Scale) -> float:
    """Seconds to claim and fire a batch of due limits."""
    policies = shipped_policies()
    async with supervising(ground) as (admin, database):
        async with database.pool.acquire() as connection:
            policy = await policies.current(PostgresCalendars(connection))
        now: datetime = await admin.fetchval("SELECT clock.now()")
        ground.report(f"Laying {limits:,} limits, and {scale.due_limits:,} due ones")
        laid = LaidLimits(due=scale.due_limits, later=scale.due_limits, met=limits)
        await lay_limits(admin, database, list(sown(policy, now)), now, laid)
        ground.report(f"Firing what is due after {limits:,} limits")
        batches: list[float] = []
        for _ in count():
            pace = Pace()
            if not await fire_all(database, policies, pace, 1):
                break
            batches.append(pace.seconds)
    if not batches:
        raise TooSlow("no limit was fired")
    return median(batches)
