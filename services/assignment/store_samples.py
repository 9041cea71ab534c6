"""Call-back samples in PostgreSQL: what can be drawn from, what was drawn, who was called since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.assignment.sample import Replied, Sample
from services.contracts.vocabulary import AFTER_REPLY
from services.kit.connection import Connection

_REPLIED: Final = f"""
SELECT case_id, unit FROM cases
WHERE state IN {AFTER_REPLY}
  AND (completed_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN $1 AND $2
"""
_ADD: Final = """
INSERT INTO call_back_samples (sample_id, first_day, last_day, share, seed, population, drawn_by, drawn_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# Called back: asked about the reply that stands now, whoever asked for it.
_CALLED: Final = """
(SELECT max(s.at) FROM steps AS s
 WHERE s.case_id = c.case_id AND s.step = 'call_back' AND s.at >= c.completed_at)
"""
_LISTED: Final = f"""
SELECT p.*, count(*) AS drawn, count({_CALLED}) AS called_back
FROM call_back_samples AS p JOIN call_back_sampled AS d USING (sample_id) JOIN cases AS c USING (case_id)
GROUP BY p.sample_id ORDER BY p.drawn_at DESC, p.sample_id LIMIT $1
"""
_CASES: Final = f"""
SELECT c.case_id, c.receipt, c.summary, d.unit, c.state, {_CALLED} AS called_back_at
FROM call_back_sampled AS d JOIN cases AS c USING (case_id)
WHERE d.sample_id = $1 ORDER BY d.unit, c.case_id
"""


@dataclass(frozen=True, slots=True)
class PostgresSamples:
    """It never commits."""

    connection: Connection

    async def replied(self, first_day: date, last_day: date) -> list[Replied]:
        """The cases with a reply of these local days that stands."""
        rows = await self.connection.fetch(_REPLIED, first_day, last_day)
        return [Replied(**dict(row)) for row in rows]

    async def add(self, sample: Sample) -> None:
        values = (sample.first_day, sample.last_day, sample.share, sample.seed, sample.population)
        await self.connection.execute(_ADD, sample.sample_id, *values, sample.drawn_by, sample.drawn_at)
        rows = [(sample.sample_id, one.case_id, one.unit) for one in sample.drawn]
        await self.connection.copy_records_to_table(
            "call_back_sampled", columns=("sample_id", "case_id", "unit"), records=rows
        )

    async def listed(self, most: int) -> Sequence[asyncpg.Record]:
        """Those drawn last first, each with how many were drawn and how many called back."""
        return await self.connection.fetch(_LISTED, most)

    async def one(self, sample_id: UUID) -> asyncpg.Record | None:
        sql = "SELECT * FROM call_back_samples WHERE sample_id = $1"
        return await self.connection.fetchrow(sql, sample_id)

    async def cases(self, sample_id: UUID) -> Sequence[asyncpg.Record]:
        """The cases drawn, by unit; `called_back_at` None: still to be called."""
        return await self.connection.fetch(_CASES, sample_id)
