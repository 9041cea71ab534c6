"""Tracking in PostgreSQL: the projection of other services' events, and what is read from it."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.contracts.directory import UnitRecorded
from services.contracts.supervision import LimitsSet
from services.intake.store_projects import projects_of
from services.intake.tracked_projects import TrackedProject
from services.intake.tracking import RATING_LATE, WITHDRAWAL_LATE, CaseStep, Moment, Part, Tracked, latest
from services.kit.postgres import Pool, Writing

_CASES: Final = """
INSERT INTO tracking (demand_id, key_id, case_id, version, state, unit, reply, rectification, lead,
                      changed_at)
SELECT s.demand_id, d.key_id, s.case_id, s.version, s.state, s.unit, s.reply, s.rectification, s.lead, $9
FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[])
     AS s (demand_id, case_id, version, state, unit, reply, rectification, lead)
LEFT JOIN demands d USING (demand_id)
ORDER BY s.demand_id
ON CONFLICT (demand_id) DO UPDATE
SET version = excluded.version, state = excluded.state, unit = excluded.unit,
    reply = coalesce(excluded.reply, tracking.reply),
    rectification = coalesce(excluded.rectification, tracking.rectification),
    lead = coalesce(excluded.lead, tracking.lead), changed_at = excluded.changed_at
WHERE tracking.version < excluded.version
"""
_TIMELINE: Final = """
INSERT INTO timeline (demand_id, version, at, step, unit)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[], $5::text[])
ON CONFLICT DO NOTHING
"""
_PARTS: Final = """
INSERT INTO assisting_units (case_id, unit, version, released)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::bool[])
ON CONFLICT (case_id, unit) DO UPDATE SET version = excluded.version, released = excluded.released
WHERE assisting_units.version < excluded.version
"""
# A due instant that comes soon after its case needs no more: the poll after one that saw the case without it
# reaches back far enough (api_tracking.OVERLAP). A later one changes the demand, or no poll would show it.
_DUES: Final = """
WITH moved AS (
    INSERT INTO dues (demand_id, version, complete_due)
    SELECT * FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[])
    ON CONFLICT (demand_id) DO UPDATE SET version = excluded.version, complete_due = excluded.complete_due
    WHERE dues.version < excluded.version
    RETURNING demand_id
), late AS (
    SELECT demand_id FROM tracking JOIN moved USING (demand_id)
    WHERE changed_at < $4::timestamptz - interval '30 seconds'
    ORDER BY demand_id FOR UPDATE OF tracking
)
UPDATE tracking SET changed_at = $4 FROM late WHERE tracking.demand_id = late.demand_id
"""
_UNITS: Final = """
INSERT INTO units (code, name, parent, version)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[])
ON CONFLICT (code) DO UPDATE SET name = excluded.name, parent = excluded.parent, version = excluded.version
WHERE units.version < excluded.version
"""
_TRACKED: Final = f"""
SELECT d.demand_id, d.receipt, d.channel, d.external_id, coalesce(t.state, 'registered') AS state, t.unit,
       u.name AS unit_name, l.complete_due, t.reply, r.level,
       d.received_at,
       coalesce(t.changed_at, d.received_at) AS changed, t.rectification,
       CASE WHEN w.said > w.late THEN CASE t.state WHEN 'withdrawn' THEN 'taken' ELSE 'sent' END
            WHEN w.late > 0 THEN 'late' END AS withdrawal
FROM demands d LEFT JOIN tracking t USING (demand_id) LEFT JOIN dues l USING (demand_id)
LEFT JOIN units u ON u.code = t.unit
LEFT JOIN ratings r ON r.demand_id = d.demand_id AND r.number > (
    SELECT count(*) FROM timeline s WHERE s.demand_id = d.demand_id AND s.step = '{RATING_LATE}')
CROSS JOIN LATERAL (SELECT (SELECT count(*) FROM withdrawals w WHERE w.demand_id = d.demand_id) AS said, (
    SELECT count(*) FROM timeline s WHERE s.demand_id = d.demand_id AND s.step = '{WITHDRAWAL_LATE}'
) AS late) AS w
"""
_STEPS: Final = """
SELECT at, step, unit, name FROM timeline LEFT JOIN units ON code = unit
WHERE demand_id = $1 ORDER BY timeline.version
"""
# Each half reads its own index in the page's order; what has a case is left out of the first.
_CHANGED: Final = f"""
WITH page AS (
    (SELECT d.demand_id, d.received_at AS changed FROM demands d
     WHERE d.key_id = $1 AND (d.received_at, d.demand_id) > ($2, $3)
       AND NOT EXISTS (SELECT FROM tracking t WHERE t.demand_id = d.demand_id)
     ORDER BY d.received_at, d.demand_id LIMIT $4)
    UNION ALL
    (SELECT t.demand_id, t.changed_at FROM tracking t
     WHERE t.key_id = $1 AND (t.changed_at, t.demand_id) > ($2, $3)
     ORDER BY t.changed_at, t.demand_id LIMIT $4)
    ORDER BY 2, 1 LIMIT $4
)
{_TRACKED} WHERE d.demand_id IN (SELECT demand_id FROM page) ORDER BY changed, d.demand_id
"""


async def record_cases(writing: Writing, steps: Sequence[CaseStep]) -> None:
    """Move demands on; a step that came late shows in the timeline and changes nothing else."""
    last = latest(steps)
    await writing.connection.execute(
        _CASES,
        [s.demand_id for s in last],
        [s.case_id for s in last],
        [s.version for s in last],
        [s.state for s in last],
        [s.unit for s in last],
        [s.reply for s in last],
        [s.rectification for s in last],
        [s.lead for s in last],
        writing.now,
    )
    ordered = sorted(steps, key=lambda s: (s.demand_id, s.version))
    await writing.connection.execute(
        _TIMELINE,
        [s.demand_id for s in ordered],
        [s.version for s in ordered],
        [s.at for s in ordered],
        [s.step for s in ordered],
        [s.unit for s in ordered],
    )


async def record_parts(writing: Writing, parts: Sequence[Part]) -> None:
    """Keep what was said last of each unit's part of a case."""
    newest = {(part.case_id, part.unit): part for part in sorted(parts, key=lambda part: part.version)}
    rows = [astuple(newest[key]) for key in sorted(newest)]
    await writing.connection.execute(_PARTS, *zip(*rows, strict=True))


async def record_dues(writing: Writing, limits: Sequence[LimitsSet]) -> None:
    """Keep each demand's newest due instant; one that comes long after the case changes the demand anew."""
    newest = {limit.demand_id: limit for limit in sorted(limits, key=lambda limit: limit.version)}
    ids = sorted(newest)
    await writing.connection.execute(
        _DUES, ids, [newest[i].version for i in ids], [newest[i].complete_due for i in ids], writing.now
    )


async def record_units(writing: Writing, units: Sequence[UnitRecorded]) -> None:
    """Keep each unit's newest name and parent, of retired ones too: old demands show it."""
    newest = {unit.code: unit for unit in sorted(units, key=lambda unit: unit.version)}
    rows = [(code, newest[code].name, newest[code].parent, newest[code].version) for code in sorted(newest)]
    await writing.connection.execute(_UNITS, *zip(*rows, strict=True))


@dataclass(frozen=True, slots=True)
class PostgresTracking:
    """Reads where demands stand."""

    pool: Pool

    async def of_receipt(self, receipt: str) -> tuple[Tracked, list[Moment]] | None:
        # As of one instant: else a step might stand beside the state before it.
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            row = await connection.fetchrow(f"{_TRACKED} WHERE d.receipt = $1", receipt)
            if row is None:
                return None
            tracked = Tracked(*row.values())
            steps = await connection.fetch(_STEPS, tracked.demand_id)
        registered = Moment(tracked.received_at, "registered", None, None)
        return tracked, [registered, *(Moment(*step.values()) for step in steps)]

    async def projects(self, demand_ids: Sequence[UUID]) -> dict[UUID, list[TrackedProject]]:
        """The projects that answer each of some demands; a demand without one is left out."""
        return await projects_of(self.pool, demand_ids)

    async def changed(self, key_id: int, since: datetime, after: UUID, limit: int) -> list[Tracked]:
        """What one key sent and what changed at (`since`, `after`) or later, oldest first."""
        return [
            Tracked(*row.values()) for row in await self.pool.fetch(_CHANGED, key_id, since, after, limit)
        ]

    async def now(self) -> datetime:
        """The business time."""
        now: datetime = await self.pool.fetchval("SELECT clock.now()")
        return now
