"""Listings and their steps in PostgreSQL, within one transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.contracts.listing import Listable, ListingEvent
from services.kit.connection import Connection
from services.kit.page import Cursor
from services.supervision.listing import Ground, Listing
from services.supervision.listing_rules import Rating
from services.supervision.listings import Known, Past
from services.supervision.store_letters import lock_id

Rows = Sequence[Mapping[str, Any]]

_GROUND: Final = tuple(Ground.__dataclass_fields__)
_MOVED: Final = ("version", "state", "reports", "reported_at", "ended_at")
"""What a step may change."""
_LIES: Final = ("unit", "post")
"""What a hand-over changes of its ground."""
_OWN: Final = ("listing_id", "times", "opened_at", "opened_by", *_MOVED)
_COLUMNS: Final = (*_OWN, *_GROUND)
_ADD: Final = f"""
INSERT INTO listings ({", ".join(_COLUMNS)})
VALUES ({", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))})
"""
_PUT: Final = f"""
UPDATE listings SET {", ".join(f"{name} = ${number}" for number, name in enumerate((*_MOVED, *_LIES), 2))}
WHERE listing_id = $1
"""
_STEP: Final = """
INSERT INTO listing_steps (listing_id, version, step, state, at, by, words, type, data)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)
"""
_ROW: Final = f"SELECT {', '.join(_COLUMNS)} FROM listings"
_LAST: Final = f"{_ROW} WHERE subject_id = $1 ORDER BY times DESC LIMIT 1"
_OPEN: Final = f"""
{_ROW} WHERE subject_id = ANY($1::uuid[]) AND state <> 'struck_off' ORDER BY listing_id FOR UPDATE
"""
# Shared with whatever moves the subject on: a listing is opened before that and follows it, or after it.
_KNOWN: Final = """
SELECT l.unit, l.post, coalesce(p.ledger, '') AS reference, coalesce(p.name, '') AS title,
       l.state = 'closed' AS over
FROM limits AS l LEFT JOIN projects AS p ON p.project_id = l.subject_id AND $2 = 'project'
WHERE l.subject_id = $1 AND l.subject = $2
  AND l.kind = CASE $2 WHEN 'case' THEN 'complete' ELSE 'project_report' END
FOR SHARE OF l
"""
_RATINGS: Final[Mapping[Listable, str]] = {
    "case": """
SELECT subject_id, at, 'dissatisfied' AS level FROM happenings
WHERE subject_id = ANY($1::uuid[]) AND trigger = 'bad_rating' AND subject = 'case'
""",
    "project": """
SELECT project_id AS subject_id, at, level FROM project_ratings WHERE project_id = ANY($1::uuid[])
""",
}
_RATE: Final = """
INSERT INTO project_ratings (project_id, demand_id, level, at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
ON CONFLICT DO NOTHING
"""
_SHOWN: Final = """
SELECT l.*, u.name AS unit_name, p.ledger, r.due_at AS report_due,
       coalesce(r.state = 'open' AND r.due_at <= clock.now(), false) AS overdue
FROM listings AS l LEFT JOIN units AS u ON u.code = l.unit
LEFT JOIN projects AS p ON p.project_id = l.subject_id
LEFT JOIN limits AS r
    ON r.subject_id = l.listing_id AND r.kind = 'listing_report' AND r.about = '' AND l.state = 'listed'
"""
_PAGE: Final = f"""
{_SHOWN}
WHERE ($1::text IS NULL OR l.unit = $1) AND ($2::text IS NULL OR l.state = $2)
  AND ($3::text IS NULL OR l.subject_kind = $3)
  AND ($4::timestamptz IS NULL OR (l.opened_at, l.listing_id) < ($4, $5::uuid))
ORDER BY l.opened_at DESC, l.listing_id DESC LIMIT $6
"""


class ListingFilter(NamedTuple):
    """Which listings; None: all."""

    unit: str | None = None
    state: str | None = None
    subject_kind: str | None = None


class ProjectRating(NamedTuple):
    """What the citizen of a demand said of a project."""

    project_id: UUID
    demand_id: UUID
    level: str
    at: datetime


class PostgresListings:
    """It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def past(self, subject_id: UUID) -> Past:
        await lock_id(self._connection, subject_id)
        row = await self._connection.fetchrow(_LAST, subject_id)
        if row is None:
            return Past(0, None, None)
        last = listing_of(dict(row))
        return Past(last.times, last if last.ended_at is None else None, last.ended_at)

    async def one(self, listing_id: UUID) -> Listing | None:
        row = await self._connection.fetchrow(f"{_ROW} WHERE listing_id = $1 FOR UPDATE", listing_id)
        return listing_of(dict(row)) if row else None

    async def open_of(self, subjects: Sequence[UUID]) -> list[Listing]:
        return [listing_of(dict(row)) for row in await self._connection.fetch(_OPEN, subjects)]

    async def open(self, listing: Listing, event: ListingEvent) -> None:
        own = [getattr(listing, name) for name in _OWN]
        await self._connection.execute(_ADD, *own, *(getattr(listing.ground, name) for name in _GROUND))
        by = (listing.opened_at, listing.opened_by)
        await self._keep(listing, "open", listing.ground.reason, event, *by)

    async def record(
        self, listing: Listing, step: str, words: str | None, event: ListingEvent, at: datetime, by: str
    ) -> None:
        moved = [getattr(listing, name) for name in _MOVED]
        lies = [getattr(listing.ground, name) for name in _LIES]
        await self._connection.execute(_PUT, listing.listing_id, *moved, *lies)
        await self._keep(listing, step, words, event, at, by)

    async def _keep(
        self, listing: Listing, step: str, words: str | None, event: ListingEvent, at: datetime, by: str
    ) -> None:
        kept = (listing.listing_id, listing.version, step, listing.state, at, by, words)
        await self._connection.execute(_STEP, *kept, event.type, event.model_dump_json())

    async def known(self, kind: Listable, subject_id: UUID) -> Known | None:
        row = await self._connection.fetchrow(_KNOWN, subject_id, kind)
        return Known(*row) if row else None

    async def rate(self, ratings: Sequence[ProjectRating]) -> None:
        """Keep what was said of projects; said before, it stays."""
        if ratings:
            await self._connection.execute(_RATE, *zip(*sorted(ratings), strict=True))

    async def ratings(self, kind: Listable, subjects: Sequence[UUID]) -> Mapping[UUID, Sequence[Rating]]:
        found: dict[UUID, list[Rating]] = defaultdict(list)
        for row in await self._connection.fetch(_RATINGS[kind], subjects):
            found[row["subject_id"]].append(Rating(row["at"], row["level"]))
        return found

    async def page(self, wanted: ListingFilter, after: Cursor | None, limit: int) -> Rows:
        """Those opened last first, at most `limit`."""
        at, entry = (after.at, after.id) if after else (None, None)
        return [dict(row) for row in await self._connection.fetch(_PAGE, *wanted, at, entry, limit)]

    async def shown(self, listing_id: UUID) -> Mapping[str, Any] | None:
        """One listing with the names that it needs."""
        row = await self._connection.fetchrow(f"{_SHOWN} WHERE l.listing_id = $1", listing_id)
        return dict(row) if row else None

    async def steps(self, listing_id: UUID) -> Rows:
        """What was done with a listing, in order."""
        sql = "SELECT step, state, at, by, words FROM listing_steps WHERE listing_id = $1 ORDER BY version"
        return [dict(row) for row in await self._connection.fetch(sql, listing_id)]


def listing_of(row: Mapping[str, Any]) -> Listing:
    """A listing from its row."""
    ground = Ground(**{name: row[name] for name in _GROUND})
    return Listing(ground=ground, **{name: row[name] for name in _OWN})
