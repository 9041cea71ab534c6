"""What an assessment reads in PostgreSQL: counts set-wise, single rows of cases, what was excluded."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import orjson

from services.kit.postgres import Connection, Pool
from services.reporting.assess.assessment import Excluded
from services.reporting.assess.compose import Leader, Numbers
from services.reporting.assess.observe import OBSERVED, CaseFact, Period
from services.reporting.assess.score import Key, Tally
from services.reporting.directory import Directory, build
from services.reporting.store_progress import PARTITIONS, PATIENCE

_COUNT: Final = (Path(__file__).parent / "sql" / "assessment.sql").read_text(encoding="utf-8")
_FACTS: Final = """
SELECT event_id, at, day, kind, case_id, dispatch, version, unit, post, receipt, sign_for_due,
       complete_due, colour, outcome
FROM {facts} WHERE day < $1 AND kind = ANY($2::text[]) AND case_id IS NOT NULL {which}
"""

_TOUCHED: Final = """ARRAY(
    WITH last AS (SELECT book, until FROM books WHERE until <= $1 ORDER BY until DESC, book LIMIT 1)
    SELECT case_id FROM facts
    WHERE day >= coalesce((SELECT until FROM last), '-infinity') AND day < $2 AND case_id IS NOT NULL
    UNION
    SELECT case_id FROM ledger WHERE book = (SELECT book FROM last) AND closed_as IS NULL
)"""
"""Cases of which anything happened in a period or since the last book before it, or that were open then."""


async def reached(connection: Connection | Pool, until: date) -> bool:
    """Whether every partition has passed the beginning of a day: what lies before can't change any more."""
    passed: bool | None = await connection.fetchval(
        "SELECT min(day) >= $2 FROM positions HAVING count(*) = $1", PARTITIONS, until
    )
    return bool(passed)


async def now(connection: Connection | Pool) -> datetime:
    """Business time, aware."""
    instant: datetime = await connection.fetchval("SELECT clock.now()")
    return instant


async def directory_before(connection: Connection | Pool, until: date) -> Directory:
    """The directory as it was known before a day."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (kind, code) kind, body FROM directory_entries WHERE day < $1
        ORDER BY kind, code, version DESC
        """,
        until,
    )
    return build((row["kind"], orjson.loads(row["body"])) for row in rows)


async def tallies(
    connection: Connection | Pool, period: Period, exclusions: Sequence[Excluded], directory: Directory
) -> list[Any]:
    """Rows of `sql/assessment.sql`: counts, shares and Wilson bounds by unit and by leader."""
    out = [(one.unit, one.case_id, name) for one in exclusions for name in one.indicators]
    held = directory.holders
    async with _hashing(connection) as hashing:
        return await hashing.fetch(
            _COUNT,
            *period,
            *([row[column] for row in out] for column in range(3)),
            [one.post for one in held],
            [one.person for one in held],
            [one.since for one in held],
            [one.until for one in held],
            timeout=PATIENCE,
        )


@asynccontextmanager
async def _hashing(connection: Connection | Pool) -> AsyncIterator[Connection]:
    """A transaction, or a part of one, in which the planner, who can't know how many rows the parts of a long
    statement have, may not bet on few."""
    if isinstance(connection, asyncpg.Pool):
        async with connection.acquire() as one, _hashing(one) as hashing:
            yield hashing
        return
    async with connection.transaction():
        await connection.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        yield connection
        await connection.execute("SET LOCAL enable_nestloop = on")


async def count(
    connection: Connection | Pool, period: Period, exclusions: Sequence[Excluded], directory: Directory
) -> Numbers:
    """All counts of a period."""
    units: dict[str, dict[Key, Tally]] = defaultdict(dict)
    leaders: dict[Leader, dict[Key, Tally]] = defaultdict(dict)
    for row in await tallies(connection, period, exclusions, directory):
        key, tally = Key(row["indicator"], row["colour"]), Tally(row["n"], row["hits"])
        if row["of_leader"]:
            leaders[Leader(row["post"], row["person"])][key] = tally
        else:
            units[row["unit"]][key] = tally
    return Numbers(units, leaders)


async def cases_of_unit(connection: Connection | Pool, unit: str, period: Period) -> list[UUID]:
    """The cases of a unit that a period's assessment can count."""
    return await _cases(connection, "unit", unit, period)


async def cases_of_post(connection: Connection | Pool, post: str, period: Period) -> list[UUID]:
    """The cases that a post answered for and a period's assessment can count."""
    return await _cases(connection, "post", post, period)


async def _cases(
    connection: Connection | Pool, column: Literal["unit", "post"], whose: str, period: Period
) -> list[UUID]:
    sql = (
        f"SELECT DISTINCT case_id FROM facts WHERE {column} = $3 AND day < $2 AND case_id = ANY ({_TOUCHED})"
    )
    rows = await connection.fetch(sql, period.first, period.until, whose, timeout=PATIENCE)
    return [row["case_id"] for row in rows]


async def facts_of_cases(connection: Connection | Pool, cases: Iterable[UUID], until: date) -> list[CaseFact]:
    """All facts of some cases known before a day, in no order."""
    sql = _FACTS.format(facts="facts", which="AND case_id = ANY($3::uuid[])")
    rows = await connection.fetch(sql, until, list(OBSERVED), list(cases), timeout=PATIENCE)
    return [CaseFact(**dict(row)) for row in rows]


async def case_by_case(connection: Any, until: date, facts: str = "facts") -> AsyncIterator[list[CaseFact]]:
    """Every case's facts known before a day, inside a transaction: one case in memory at a time.

    `facts` is the table, or the view that the audit may read.
    """
    sql = _FACTS.format(facts=facts, which="ORDER BY case_id")
    together: list[CaseFact] = []
    async for row in connection.cursor(sql, until, list(OBSERVED), prefetch=5000):
        fact = CaseFact(**dict(row))
        if together and together[0].case_id != fact.case_id:
            yield together
            together = []
        together.append(fact)
    if together:
        yield together
