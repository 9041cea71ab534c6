"""Firing limits: supervision's own step over many open rows, beside the bare UPDATE on the same table."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final
from uuid import uuid4

import asyncpg

from services.contracts.case import CaseAssigned
from services.contracts.public_text import PublicText
from services.dev.bench.figures import FIRED, Aim, Figure
from services.dev.bench.ground import Ground, TooSlow
from services.dev.bench.indexes import without_indexes
from services.dev.bench.scale import Scale
from services.kit.postgres import Database
from services.supervision.app import shipped_policies
from services.supervision.calendars import Policies
from services.supervision.ladder import NoticeDecision, notices_due
from services.supervision.policy import Policy
from services.supervision.schedule import fire_due
from services.supervision.store import DUE, FIRED_AT_ONCE, PostgresLimits
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.watched import Watched, ladder_state, opened

ALONE: Final = "UPDATE … RETURNING alone"
TURNS: Final = 5
"""How many batches are fired before the bare UPDATE has its turn."""
SOON: Final = timedelta(hours=1)
LATER: Final = timedelta(hours=2)
LOOKED_BACK: Final = timedelta(days=40)
_FIELDS: Final = ", ".join(Watched._fields)
_COPIED: Final = Watched._fields[3:]


def _multiplied(**instead: str) -> str:
    """$1: how many; $2: the time; $4: whether of seeds that are due. `instead`: SQL for some columns."""
    copied = ", ".join(instead.get(name, name) for name in _COPIED)
    return f"""
INSERT INTO limits ({_FIELDS})
SELECT gen_random_uuid(), kind, gen_random_uuid(), {copied}
FROM generate_series(1, $1::int) AS number
JOIN (SELECT *, row_number() OVER () - 1 AS place FROM seeds WHERE (fires_at <= $2) = $4) AS seed
    ON place = number % (SELECT count(*) FROM seeds WHERE (fires_at <= $2) = $4)
"""


_MULTIPLY: Final = _multiplied(fires_at="coalesce($3, fires_at)")
_MET: Final = _multiplied(state="'met'", met_at="coalesce($3, due_at)", fires_at="NULL")
_UPDATE: Final = f"""
UPDATE limits SET next_rung = next_rung + 1, fires_at = limits.fires_at + interval '60 days'
FROM (SELECT subject_id, kind FROM limits WHERE state = 'open' AND fires_at > $1 AND fires_at <= $2
      ORDER BY fires_at, subject_id LIMIT {FIRED_AT_ONCE} FOR UPDATE SKIP LOCKED) AS due
WHERE limits.subject_id = due.subject_id AND limits.kind = due.kind
RETURNING {", ".join(f"limits.{name}" for name in Watched._fields)}
"""


@dataclass(slots=True)
class Pace:
    """Limits and the seconds they took."""

    limits: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return self.limits / self.seconds


@dataclass(frozen=True, slots=True)
class Laid:
    """How many open limits there are: due now, and, where any are due `later`, as many due in an hour; and
    how many are met."""

    due: int
    later: int = 0
    met: int = 0


async def measure(ground: Ground, scale: Scale) -> list[Figure]:
    """Needs a stack whose services are stopped. Empties supervision's tables."""
    policies = shipped_policies()
    async with supervising(ground) as (admin, database):
        async with database.pool.acquire() as connection:
            policy = await policies.current(PostgresCalendars(connection))
        now = await admin.fetchval("SELECT clock.now()")
        seeds = list(sown(policy, now))
        few = Pace()
        for turn in range(1, scale.rounds + 1):
            ground.report(f"Firing {scale.few_limits:,} limits, all there are open, round {turn}")
            await lay(admin, database, seeds, now, Laid(due=scale.few_limits))
            await fire_all(database, policies, few)
        ground.report(f"Laying {scale.open_limits:,} open limits")
        laid = Laid(due=scale.due_limits, later=scale.open_limits - 2 * scale.due_limits)
        await lay(admin, database, seeds, now, laid)
        plan = "\n".join(row[0] for row in await admin.fetch(f"EXPLAIN {DUE}", now))
        ground.report(f"Firing {scale.due_limits:,} of them, and updating as many")
        fired, updated = await by_turns(admin, database, policies, now)
    return figures(fired.rate, updated.rate, few.rate, "limits_due" in plan)


def figures(fired: float, updated: float, few: float, indexed: bool) -> list[Figure]:
    """The rate, its share of the rate with few open rows, and whether the partial index is used."""
    few_open = "the rate with 10 k open"
    return [
        Figure(FIRED, fired, "limits/s", ALONE, updated, Aim(5000)),
        Figure(f"{FIRED}: share of {few_open}", fired / few, "of 1", few_open, few, Aim(0.8)),
        Figure(f"{FIRED}: EXPLAIN shows the partial index", float(indexed), "1 = yes", aim=Aim(1)),
    ]


@asynccontextmanager
async def supervising(ground: Ground) -> AsyncIterator[tuple[asyncpg.Connection, Database]]:
    """The schema as its administrator, and as the service sees it."""
    async with ground.admin() as admin, ground.database("supervision") as database:
        await admin.execute("SET search_path TO supervision")
        yield admin, database


def sown(policy: Policy, now: datetime) -> list[Watched]:
    """Limits of cases dispatched each hour before, as the service would have set them: later ones, and due
    ones with a single rung to fire, as when nothing stood still."""
    hours = int(LOOKED_BACK / timedelta(hours=1))
    limits = [opened(_case(), now - timedelta(hours=hour), policy).complete for hour in range(hours)]
    later = [one for one in limits if one.fires_at and one.fires_at > now + LATER]
    return later + [one for one in limits if len(_rungs_due(one, policy, now)) == 1]


def _rungs_due(limit: Watched, policy: Policy, now: datetime) -> list[NoticeDecision]:
    state = ladder_state(limit, policy.ladder, policy.calendar)
    return list(notices_due(state, now, policy.ladder.tolerance))


def _case() -> CaseAssigned:
    return CaseAssigned(
        case_id=uuid4(),
        demand_id=uuid4(),
        version=1,
        dispatch=1,
        receipt="",
        citizen_ref=uuid4(),
        channel="bulk",
        kind="help",
        urgency="normal",
        category="water",
        place=None,
        town=None,
        unit="water",
        post="water-head",
        backstop=False,
        summary=PublicText(""),
    )


async def lay(
    admin: asyncpg.Connection, database: Database, seeds: Sequence[Watched], now: datetime, laid: Laid
) -> None:
    """Fill the table anew."""
    await admin.execute("TRUNCATE limits, notices, deliveries, outbox")
    async with database.pool.acquire() as connection:
        await PostgresLimits(connection).add(seeds)
    await admin.execute("CREATE TEMP TABLE seeds AS TABLE limits; TRUNCATE limits")
    async with without_indexes(admin, "limits"):
        await admin.execute(_MET, laid.met, now, None, False)
    await admin.execute(_MULTIPLY, laid.due, now, None, True)
    if laid.later:
        await admin.execute(_MULTIPLY, laid.due, now, now + SOON, False)
        await admin.execute(_MULTIPLY, laid.later, now, None, False)
    await admin.execute("DROP TABLE seeds")
    await admin.execute("VACUUM ANALYZE limits")
    await admin.execute("CHECKPOINT")


async def fire_all(database: Database, policies: Policies, pace: Pace, most: int | None = None) -> bool:
    """Fire batches until nothing is due, or so many; whether anything was due to the last."""
    for batch in count():
        if batch == most:
            return True
        began = time.perf_counter()
        fired = await fire_due(database, policies)
        if not fired:
            return False
        pace.limits += fired
        pace.seconds += time.perf_counter() - began
    return False


async def by_turns(
    admin: asyncpg.Connection, database: Database, policies: Policies, now: datetime
) -> tuple[Pace, Pace]:
    """Fire a few batches, update a few, until nothing is due. Raises TooSlow when none was fired."""
    fired, updated = Pace(), Pace()
    more = True
    while more:
        more = await fire_all(database, policies, fired, TURNS)
        for _ in range(TURNS):
            began = time.perf_counter()
            rows = await admin.fetch(_UPDATE, now, now + SOON)
            if rows:
                updated.limits += len(rows)
                updated.seconds += time.perf_counter() - began
    if not fired.limits or not updated.limits:
        raise TooSlow(f"{fired.limits} limits fired, {updated.limits} updated")
    return fired, updated
