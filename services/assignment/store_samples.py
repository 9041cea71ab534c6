"""Call-back samples in PostgreSQL: what can be drawn from, what was drawn, who was called since."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg

from services.assignment.sample import Replied, Sample
from services.contracts.vocabulary import AFTER_REPLY
from services.kit.clock import local_midnight
from services.kit.connection import Connection
from services.kit.page import Cursor

_REPLIED: Final = f"""
SELECT case_id, unit FROM cases
WHERE state IN {AFTER_REPLY}
  AND completed_at >= $1 AND completed_at < $2
"""
_ADD: Final = """
INSERT INTO call_back_samples (
    sample_id, first_day, last_day, share, seed, seed_given, population, drawn, drawn_by, drawn_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_DRAWN_BEFORE: Final = """
SELECT sample_id FROM call_back_samples
WHERE (first_day, last_day, share, drawn_by) = ($1, $2, $3, $4)
  AND CASE WHEN $5::text IS NULL THEN NOT seed_given ELSE seed_given AND seed = $5 END
  AND (drawn_at AT TIME ZONE 'Asia/Shanghai')::date = $6
"""
DRAWING: Final = zlib.crc32(b"yinuo/assignment/call-back-sample")
"""Number of the lock under which samples are drawn, one at a time."""
# Called back: since the sample was drawn, whoever asked for it and whatever became of the case by the call.
_CALLED: Final = """
(SELECT max(s.at) FROM steps AS s
 WHERE s.case_id = c.case_id AND s.step = 'call_back' AND s.at >= p.drawn_at)
"""
# The page first, so that cases are looked at for its samples alone.
_PAGE: Final = f"""
SELECT p.*, called.* FROM (
    SELECT * FROM call_back_samples
    WHERE $2::timestamptz IS NULL OR (drawn_at, sample_id) < ($2, $3::uuid)
    ORDER BY drawn_at DESC, sample_id DESC LIMIT $1
) AS p CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE {_CALLED} IS NOT NULL) AS called_back
    FROM call_back_sampled AS d JOIN cases AS c USING (case_id) WHERE d.sample_id = p.sample_id AND d.drawn
) AS called
ORDER BY p.drawn_at DESC, p.sample_id DESC
"""
_CASES: Final = f"""
SELECT c.case_id, c.receipt, c.summary, d.unit, c.state, {_CALLED} AS called_back_at
FROM call_back_samples AS p JOIN call_back_sampled AS d USING (sample_id) JOIN cases AS c USING (case_id)
WHERE p.sample_id = $1 AND d.drawn ORDER BY d.unit, c.case_id
"""
_POPULATION: Final = """
SELECT case_id, unit, drawn FROM call_back_sampled
WHERE sample_id = $1 AND ($2::uuid IS NULL OR case_id > $2) ORDER BY case_id LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class PostgresSamples:
    """It never commits."""

    connection: Connection

    async def lock(self) -> None:
        """Held until commit: whoever asks again while a sample is being drawn finds it."""
        await self.connection.execute("SELECT pg_advisory_xact_lock($1)", DRAWING)

    async def drawn_before(
        self, days: tuple[date, date], share: Decimal, seed: str | None, by: str, day: date
    ) -> UUID | None:
        """The sample that somebody drew in the same words on a local day; `seed` None: none was named."""
        found: UUID | None = await self.connection.fetchval(_DRAWN_BEFORE, *days, share, by, seed, day)
        return found

    async def replied(self, first_day: date, last_day: date) -> list[Replied]:
        """The cases with a reply of these local days that stands."""
        begin, end = local_midnight(first_day), local_midnight(last_day + timedelta(days=1))
        rows = await self.connection.fetch(_REPLIED, begin, end)
        return [Replied(**dict(row)) for row in rows]

    async def add(self, sample: Sample) -> None:
        values = (sample.first_day, sample.last_day, sample.share, sample.seed, sample.seed_given)
        counts = (len(sample.replied), len(sample.drawn))
        by = (sample.drawn_by, sample.drawn_at)
        await self.connection.execute(_ADD, sample.sample_id, *values, *counts, *by)
        rows = [(sample.sample_id, one.case_id, one.unit, one in sample.drawn) for one in sample.replied]
        await self.connection.copy_records_to_table(
            "call_back_sampled", columns=("sample_id", "case_id", "unit", "drawn"), records=rows
        )

    async def page(self, after: Cursor | None, limit: int) -> Sequence[asyncpg.Record]:
        """At most `limit`, those drawn last first, each with how many of it were called back."""
        at, entry = (after.at, after.id) if after else (None, None)
        return await self.connection.fetch(_PAGE, limit, at, entry)

    async def one(self, sample_id: UUID) -> asyncpg.Record | None:
        sql = "SELECT * FROM call_back_samples WHERE sample_id = $1"
        return await self.connection.fetchrow(sql, sample_id)

    async def cases(self, sample_id: UUID) -> Sequence[asyncpg.Record]:
        """The cases drawn, by unit; `called_back_at` None: not called since the sample was drawn."""
        return await self.connection.fetch(_CASES, sample_id)

    async def population(self, sample_id: UUID, after: UUID | None, limit: int) -> Sequence[asyncpg.Record]:
        """At most `limit` of the cases drawn from, by id."""
        return await self.connection.fetch(_POPULATION, sample_id, after, limit)
