"""How far drafting and issuing are, asked ten times a second: what is due follows from it by pure rules."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import orjson

from services.contracts.flow import TOPICS, topics_read_by
from services.kit.postgres import Connection, Pool
from services.reporting.issue import Draft
from services.reporting.periods import SCHEDULED, Editions, SoFar

PARTITIONS: Final = sum(TOPICS[topic].partitions for topic in topics_read_by("reporting"))
PATIENCE: Final = 300.0
"""Seconds that closing a book may take on an overloaded machine; a week's takes about one."""


async def so_far(connection: Connection | Pool) -> SoFar:
    """How far drafting is, as `periods` wants to know it."""
    row = await connection.fetchrow(
        """
        SELECT (SELECT least(min(day), (SELECT min(day) FROM facts)) FROM cuts) AS began,
               (SELECT min(day) FROM positions HAVING count(*) = $1) AS reached,
               ARRAY(SELECT (SELECT max(first) FROM circulars WHERE kind = k AND corrects IS NULL)
                     FROM unnest($2::text[]) WITH ORDINALITY AS t(k, place) ORDER BY place) AS lasts,
               (SELECT coalesce(jsonb_agg(jsonb_build_array(day, body -> 'editions') ORDER BY version), '[]')
                FROM directory_entries WHERE kind = 'authority' AND NOT retired) AS editions
        """,
        PARTITIONS,
        list(SCHEDULED),
    )
    assert row is not None  # noqa: S101  a SELECT without FROM has one row
    return SoFar(
        began=row["began"],
        reached=row["reached"],
        last={kind: last for kind, last in zip(SCHEDULED, row["lasts"], strict=True) if last},
        editions=[
            Editions(date.fromisoformat(day), frozenset(kinds or ()))
            for day, kinds in orjson.loads(row["editions"])
        ],
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """What is drafted, the oldest circular of each kind that isn't issued, and the business time (aware)."""

    so_far: SoFar
    waiting: list[Draft]
    now: datetime


async def progress(pool: Pool) -> Progress:
    """Where the circulars stand by the business clock."""
    async with pool.acquire() as connection:
        now: datetime = await connection.fetchval("SELECT clock.now()")
        return Progress(await so_far(connection), await waiting(connection), now)


async def waiting(connection: Connection) -> list[Draft]:
    """The oldest circular of each scheduled kind that isn't issued: its kind's next number is for it."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (kind) ref, kind, first, until, state, policy, corrects FROM circulars
        WHERE state <> 'issued' AND kind = ANY ($1::text[]) AND corrects IS NULL ORDER BY kind, first
        """,
        list(SCHEDULED),
    )
    return [Draft(**dict(row)) for row in rows]
