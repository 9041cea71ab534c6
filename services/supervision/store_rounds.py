"""Rounds, draws, findings and photographs in PostgreSQL, within one transaction."""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from services.contracts.round import Barred, Target, Visit
from services.kit.connection import Connection
from services.kit.page import Cursor
from services.supervision.finding import Finding, Kept
from services.supervision.letters import Addressee
from services.supervision.round import Draw, Plan, Round, name_of
from services.supervision.rounds import History
from services.supervision.store_letters import PostgresLetters, Rows, lock_id

DRAWING: Final = zlib.crc32(b"yinuo/supervision/round-draw")
"""Number of the lock under which rounds are drawn, one after the other."""

_ROUND: Final = """
SELECT r.*, d.seed, d.seed_given, d.barred, d.drawn, d.drawn_by, d.drawn_at,
       CASE WHEN r.state = 'closed' THEN ARRAY(
           SELECT v.kind || ':' || v.key FROM round_visits AS v WHERE v.round_id = r.round_id AND v.visited
       ) END AS visited
FROM rounds AS r LEFT JOIN round_draws AS d USING (round_id)
"""
_PAGE: Final = f"""
{_ROUND} WHERE $1::timestamptz IS NULL OR (r.planned_at, r.round_id) < ($1, $2::uuid)
ORDER BY r.planned_at DESC, r.round_id DESC LIMIT $3
"""
_UNITS: Final = """
SELECT asked.kind, asked.key, coalesce(u.code, p.unit) AS unit
FROM unnest($1::text[], $2::text[]) AS asked (kind, key)
LEFT JOIN units AS u ON asked.kind = 'unit' AND u.code = asked.key AND NOT u.retired
LEFT JOIN projects AS p ON asked.kind = 'project' AND p.ledger = asked.key
WHERE coalesce(u.code, p.unit) IS NOT NULL
"""
_ADD: Final = """
INSERT INTO rounds (round_id, version, state, name, first_day, last_day, targets, visits, inspectors, team,
                    planned_at, planned_by, digest)
VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $13)
"""
_LAST_THERE: Final = """
SELECT DISTINCT ON (v.kind, v.key) v.kind || ':' || v.key AS name, v.inspectors
FROM round_visits AS v JOIN round_draws AS d USING (round_id)
WHERE v.kind || ':' || v.key = ANY($1::text[]) AND v.visited IS NOT FALSE
ORDER BY v.kind, v.key, d.place DESC
"""
_LAST_ROUND: Final = """
SELECT kind, key, unit, inspectors FROM round_visits
WHERE round_id = (SELECT round_id FROM round_draws ORDER BY place DESC LIMIT 1) AND visited IS NOT FALSE
ORDER BY place
"""
_DRAW: Final = """
INSERT INTO round_draws (round_id, seed, seed_given, barred, drawn, drawn_by, drawn_at)
VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7)
"""
_VISITS: Final = """
INSERT INTO round_visits (round_id, place, kind, key, unit, inspectors)
SELECT $1, place, kind, key, unit, ARRAY(SELECT jsonb_array_elements_text(inspectors::jsonb))
FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS v (place, kind, key, unit, inspectors)
"""
_CLOSE: Final = """
UPDATE rounds SET version = $2, state = 'closed', closed_at = $3, closed_by = $4 WHERE round_id = $1
"""
_VISITED: Final = """
UPDATE round_visits SET visited = (kind || ':' || key = ANY($2::text[])) WHERE round_id = $1
"""
_FINDING: Final = (
    "finding_id",
    "round_id",
    "unit",
    "project_id",
    "place",
    "found_at",
    "found",
    "required",
    "item",
    "photos",
    "needs_letter",
    "reply_days",
    "reply_by",
)
_RECORD: Final = f"""
INSERT INTO findings ({", ".join(_FINDING)}, digest, late, recorded_at, recorded_by)
VALUES ({", ".join(f"${number}" for number in range(1, len(_FINDING) + 5))})
"""
_FINDINGS: Final = """
SELECT f.*, u.name AS unit_name, p.ledger, p.name AS project_name, l.letter_id, l.word, l.year, l.serial,
       l.state AS letter_state,
       ARRAY(SELECT sha256 FROM photos WHERE sha256 = ANY(f.photos)) AS photos_there
FROM findings AS f LEFT JOIN units AS u ON u.code = f.unit LEFT JOIN projects AS p USING (project_id)
LEFT JOIN letters AS l USING (finding_id)
WHERE f.round_id = $1 ORDER BY f.found_at, f.finding_id
"""
# Seen: drawn and visited in a round that is closed, or something was found there in any round.
_COVERAGE: Final = """
WITH there AS (
    SELECT 'unit' AS kind, code AS key, name, code AS unit, NULL::uuid AS project_id
    FROM units WHERE kind = 'town' AND NOT retired
    UNION ALL
    SELECT 'project', ledger, name, unit, project_id FROM projects WHERE state = 'open'
), seen AS (
    SELECT v.kind, v.key, v.round_id, r.closed_at AS at
    FROM round_visits AS v JOIN rounds AS r USING (round_id)
    WHERE v.visited
    UNION ALL
    SELECT 'unit', unit, round_id, found_at FROM findings
    UNION ALL
    SELECT 'project', p.ledger, f.round_id, f.found_at
    FROM findings AS f JOIN projects AS p USING (project_id)
)
SELECT t.kind, t.key, t.name, t.unit, count(DISTINCT s.round_id) AS rounds, max(s.at) AS last_seen,
       (array_agg(s.round_id ORDER BY s.at DESC))[1] AS last_round,
       (array_agg(r.name ORDER BY s.at DESC))[1] AS last_round_name
FROM there AS t LEFT JOIN seen AS s USING (kind, key) LEFT JOIN rounds AS r USING (round_id)
GROUP BY t.kind, t.key, t.name, t.unit
HAVING NOT $1 OR count(s.round_id) = 0
ORDER BY t.kind DESC, max(s.at) NULLS FIRST, t.key
"""
_PHOTO: Final = """
INSERT INTO photos (sha256, media_type, bytes, at, by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
_SHOWN_TO: Final = "SELECT EXISTS (SELECT FROM findings WHERE photos @> ARRAY[$1] AND unit = $2)"


class Listed(NamedTuple):
    """A project on the list, and the unit that leads it."""

    project_id: UUID
    unit: str


class Photo(NamedTuple):
    """A photograph as it was sent."""

    media_type: str
    content: bytes


class PostgresRounds:
    """It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def one(self, round_id: UUID) -> Round | None:
        await lock_id(self._connection, round_id)
        return await self.shown(round_id)

    async def shown(self, round_id: UUID) -> Round | None:
        """A round, to look at only."""
        row = await self._connection.fetchrow(f"{_ROUND} WHERE r.round_id = $1", round_id)
        return _round(row) if row else None

    async def page(self, after: Cursor | None, limit: int) -> list[Round]:
        """Those planned last first, at most `limit`."""
        at, entry = (after.at, after.id) if after else (None, None)
        return [_round(row) for row in await self._connection.fetch(_PAGE, at, entry, limit)]

    async def units_of(self, targets: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        rows = await self._connection.fetch(_UNITS, *zip(*targets, strict=True))
        return {(row["kind"], row["key"]): row["unit"] for row in rows}

    async def add(self, planned: Round) -> None:
        plan = planned.plan
        await self._connection.execute(
            _ADD,
            planned.round_id,
            planned.version,
            planned.state,
            plan.name,
            plan.first_day,
            plan.last_day,
            _json(plan.targets),
            plan.visits,
            list(plan.inspectors),
            plan.team,
            planned.planned_at,
            planned.planned_by,
            planned.digest,
        )

    async def history(self, targets: Sequence[Target]) -> History:
        await self._connection.execute("SELECT pg_advisory_xact_lock($1)", DRAWING)
        there = await self._connection.fetch(_LAST_THERE, [name_of(one) for one in targets])
        visits = [
            Visit(
                target=Target(kind=row["kind"], key=row["key"], unit=row["unit"]),
                inspectors=tuple(row["inspectors"]),
            )
            for row in await self._connection.fetch(_LAST_ROUND)
        ]
        return History({row["name"]: row["inspectors"] for row in there}, visits)

    async def keep_draw(self, drawn: Round) -> None:
        draw = drawn.draw
        assert draw is not None  # noqa: S101  it was drawn
        seed = (draw.seed, draw.seed_given, _json(draw.barred), _json(draw.drawn))
        await self._connection.execute(_DRAW, drawn.round_id, *seed, draw.by, draw.at)
        moved = "UPDATE rounds SET version = $2, state = $3 WHERE round_id = $1"
        await self._connection.execute(moved, drawn.round_id, drawn.version, drawn.state)
        rows = [
            (place, one.target.kind, one.target.key, one.target.unit, json.dumps(one.inspectors))
            for place, one in enumerate(draw.drawn, 1)
        ]
        await self._connection.execute(_VISITS, drawn.round_id, *zip(*rows, strict=True))

    async def close(self, closed: Round, by: str) -> None:
        await self._connection.execute(_CLOSE, closed.round_id, closed.version, closed.closed_at, by)
        names = [name_of(one) for one in closed.visited or ()]
        await self._connection.execute(_VISITED, closed.round_id, names)

    async def finding(self, finding_id: UUID) -> Kept | None:
        await lock_id(self._connection, finding_id)
        row = await self._connection.fetchrow("SELECT * FROM findings WHERE finding_id = $1", finding_id)
        return _kept(row) if row else None

    async def record(self, kept: Kept) -> None:
        values = [getattr(kept.finding, name) for name in _FINDING]
        by = (kept.digest, kept.late, kept.recorded_at, kept.recorded_by)
        await self._connection.execute(_RECORD, *values, *by)

    async def addressee(self, unit: str) -> Addressee | None:
        return await PostgresLetters(self._connection).addressee(unit)

    async def project(self, ledger: str) -> Listed | None:
        """A project on the list."""
        sql = "SELECT project_id, unit FROM projects WHERE ledger = $1"
        row = await self._connection.fetchrow(sql, ledger)
        return Listed(*row) if row else None

    async def findings(self, round_id: UUID) -> Rows:
        """What a round found, with the letters that came of it."""
        return [dict(row) for row in await self._connection.fetch(_FINDINGS, round_id)]

    async def coverage(self, never: bool) -> Rows:
        """Every town and open project, those never seen first; `never`: these alone."""
        return [dict(row) for row in await self._connection.fetch(_COVERAGE, never)]


class PostgresPhotos:
    """It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep(self, sha256: str, photo: Photo, at: Any, by: str) -> bool:
        """Whether it is new."""
        done = await self._connection.execute(_PHOTO, sha256, photo.media_type, photo.content, at, by)
        return str(done).endswith(" 1")

    async def one(self, sha256: str) -> Photo | None:
        row = await self._connection.fetchrow(
            "SELECT media_type, bytes FROM photos WHERE sha256 = $1", sha256
        )
        return Photo(*row) if row else None

    async def is_shown_to(self, sha256: str, unit: str) -> bool:
        """Whether a finding at a unit has this photograph."""
        return bool(await self._connection.fetchval(_SHOWN_TO, sha256, unit))


def _json(parts: Sequence[Target] | Sequence[Barred] | Sequence[Visit]) -> str:
    return json.dumps([one.model_dump() for one in parts], ensure_ascii=False)


def _round(row: asyncpg.Record) -> Round:
    plan = Plan(
        name=row["name"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        targets=tuple(map(Target.model_validate, json.loads(row["targets"]))),
        visits=row["visits"],
        inspectors=tuple(row["inspectors"]),
        team=row["team"],
    )
    draw = _draw(row) if row["seed"] is not None else None
    seen = row["visited"]
    visited = (
        tuple(one.target for one in draw.drawn if name_of(one.target) in seen)
        if draw and seen is not None
        else None
    )
    ends = (draw, visited, row["closed_at"])
    planned = (row["planned_at"], row["planned_by"], row["digest"])
    return Round(row["round_id"], row["version"], row["state"], plan, *planned, *ends)


def _draw(row: asyncpg.Record) -> Draw:
    return Draw(
        seed=row["seed"],
        seed_given=row["seed_given"],
        barred=tuple(map(Barred.model_validate, json.loads(row["barred"]))),
        drawn=tuple(map(Visit.model_validate, json.loads(row["drawn"]))),
        by=row["drawn_by"],
        at=row["drawn_at"],
    )


def _kept(row: asyncpg.Record) -> Kept:
    values = {name: row[name] for name in _FINDING}
    finding = Finding(**{**values, "photos": tuple(row["photos"])})
    return Kept(finding, row["digest"], row["late"], row["recorded_at"], row["recorded_by"])
