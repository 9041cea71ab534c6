"""Circulars in PostgreSQL: numbers without gaps, reading, what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.contracts.circular import CircularIssued
from services.kit.postgres import Connection, Pool, Writing
from services.reporting.circular import Circular, Edition, Issued
from services.reporting.store_books import DRAFTING, PARTITIONS


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of circulars."""

    week: date
    state: str
    number: str | None
    drafted_at: datetime
    issued_at: datetime | None
    figures_sha256: str


class PostgresCirculars:
    """The Circulars of issue.py over one writing transaction."""

    def __init__(self, writing: Writing) -> None:
        self._connection = writing.connection
        self._writing = writing

    async def oldest_draft(self) -> tuple[date, str] | None:
        await self._connection.execute("SELECT pg_advisory_xact_lock($1)", DRAFTING)
        row = await self._connection.fetchrow(
            "SELECT week, policy FROM circulars WHERE state = 'draft' ORDER BY week LIMIT 1 FOR UPDATE"
        )
        return (row["week"], row["policy"]) if row else None

    async def number(self, week: date) -> str | None:
        """The number of a week's circular once it is issued."""
        number: str | None = await self._connection.fetchval(
            "SELECT number FROM circulars WHERE kind = 'weekly' AND week = $1", week
        )
        return number

    async def next_count(self, year: int) -> int:
        count: int = await self._connection.fetchval(
            """
            INSERT INTO numbers AS n (kind, year, last) VALUES ('weekly', $1, 1)
            ON CONFLICT (kind, year) DO UPDATE SET last = n.last + 1 RETURNING last
            """,
            year,
        )
        return count

    async def issue(self, week: date, number: str, at: datetime, by: str) -> str:
        sha256: str = await self._connection.fetchval(
            """
            UPDATE circulars SET state = 'issued', number = $2, issued_at = $3, issued_by = $4
            WHERE kind = 'weekly' AND week = $1 AND state = 'draft' RETURNING figures_sha256
            """,
            week,
            number,
            at,
            by,
        )
        return sha256

    def publish(self, event: CircularIssued) -> None:
        self._writing.publish(event)


async def find(
    connection: Connection | Pool, *, number: str | None = None, week: date | None = None
) -> Edition | None:
    """A circular by its number, or by the Monday of its week."""
    row = await connection.fetchrow(
        "SELECT * FROM circulars WHERE kind = 'weekly' AND (number = $1 OR week = $2)", number, week
    )
    return _edition(row) if row else None


def _edition(row: Any) -> Edition:
    return Edition(
        circular=Circular.model_validate_json(row["document"]),
        figures_sha256=row["figures_sha256"],
        drafted_at=row["drafted_at"],
        issue=Issued(number=row["number"], issued_at=row["issued_at"], issued_by=row["issued_by"]),
    )


async def listed(pool: Pool, *, before: date | None, limit: int, states: Sequence[str]) -> list[Listed]:
    """Circulars, the newest week first, from before a week on."""
    rows = await pool.fetch(
        """
        SELECT week, state, number, drafted_at, issued_at, figures_sha256 FROM circulars
        WHERE kind = 'weekly' AND state = ANY($3) AND ($1::date IS NULL OR week < $1)
        ORDER BY week DESC LIMIT $2
        """,
        before,
        limit,
        list(states),
    )
    return [Listed(**dict(row)) for row in rows]


@dataclass(frozen=True, slots=True)
class WeeksSoFar:
    """How far reporting is: what it needs to know what is due."""

    first: date | None
    last_drafted: date | None
    oldest_automatic_draft: date | None
    reached: date | None
    now: datetime


async def weeks_so_far(pool: Pool) -> WeeksSoFar:
    """Where the weeks stand by the business clock; `reached` is None until every partition has begun."""
    row = await pool.fetchrow(
        """
        SELECT (SELECT least(min(week), (SELECT min(week) FROM facts)) FROM cuts) AS first,
               (SELECT max(week) FROM circulars) AS last_drafted,
               (SELECT CASE WHEN policy = 'automatic' THEN week END FROM circulars
                WHERE state = 'draft' ORDER BY week LIMIT 1) AS oldest_automatic_draft,
               (SELECT min(week) FROM positions HAVING count(*) = $1) AS reached,
               clock.now() AS now
        """,
        PARTITIONS,
    )
    return WeeksSoFar(**dict(row))  # type: ignore[arg-type]
