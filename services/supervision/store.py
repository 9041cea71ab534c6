"""Limits in PostgreSQL, set-wise, within one transaction. It never commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from services.kit.bulk import Insertion
from services.kit.connection import Connection
from services.supervision.further import WithFurther
from services.supervision.watched import CaseLimits, Watched

FIRED_AT_ONCE: Final = 1000
COMPUTED_AT_ONCE: Final = 500

_TYPES: Final = {
    "subject_id": "uuid",
    "kind": "text",
    "demand_id": "uuid",
    "case_kind": "text",
    "urgency": "text",
    "unit": "text",
    "post": "text",
    "dispatch": "int",
    "set_version": "int",
    "generation": "int",
    "dispatched_at": "timestamptz",
    "rule": "text",
    "rule_version": "int",
    "amount": "int",
    "counted": "text",
    "ladder": "text",
    "state": "text",
    "due_at": "timestamptz",
    "calendar_version": "text",
    "fires_at": "timestamptz",
    "next_rung": "smallint",
    "awaits_year": "smallint",
    "overdue": "boolean",
    "met_at": "timestamptz",
    "suspended_at": "timestamptz",
    "pauses": "text",
    "extension": "smallint",
    "about": "text",
    "opened_by": "int",
    "subject": "text",
    "ended_at": "timestamptz",
}
"""Columns and types in the order of `Watched`."""
_COLUMNS: Final = ", ".join(_TYPES)
_ARRAYS: Final = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(_TYPES.values(), 1))
_FIXED: Final = ("subject_id", "kind", "about", "demand_id", "case_kind", "urgency", "subject")
_SETTING: Final = ", ".join(f"{name} = new.{name}" for name in _TYPES if name not in _FIXED)

_OF_CASES: Final = f"""
SELECT {_COLUMNS} FROM limits WHERE subject_id = ANY($1::uuid[]) AND kind IN ('sign_for', 'complete')
ORDER BY subject_id, kind FOR UPDATE
"""

_FURTHER: Final = f"""
SELECT {_COLUMNS} FROM limits WHERE subject_id = ANY($1::uuid[]) AND kind <> 'sign_for'
ORDER BY subject_id, kind, about FOR UPDATE
"""

_OF_SUBJECTS: Final = f"""
SELECT {_COLUMNS} FROM limits
WHERE subject_id = ANY($1::uuid[]) AND kind NOT IN ('sign_for', 'complete')
ORDER BY subject_id, kind, about FOR UPDATE
"""

_ADD: Final = Insertion(
    "limits",
    tuple(_TYPES),
    f"""
INSERT INTO limits ({_COLUMNS}) SELECT * FROM unnest({_ARRAYS})
ON CONFLICT (subject_id, kind, about) DO NOTHING
""",
)

_PUT: Final = f"""
UPDATE limits SET {_SETTING} FROM unnest({_ARRAYS}) AS new ({_COLUMNS})
WHERE limits.subject_id = new.subject_id AND limits.kind = new.kind AND limits.about = new.about
"""

_AWAITING: Final = f"""
SELECT DISTINCT subject_id FROM limits
WHERE awaits_year = ANY($1::smallint[]) AND kind IN ('sign_for', 'complete') LIMIT {COMPUTED_AT_ONCE}
"""

_FURTHER_AWAITING: Final = f"""
SELECT {_COLUMNS} FROM limits
WHERE awaits_year = ANY($1::smallint[]) AND kind NOT IN ('sign_for', 'complete')
ORDER BY subject_id, kind, about LIMIT {COMPUTED_AT_ONCE} FOR UPDATE
"""

# The literal 'open' and the literal LIMIT let the partial index serve whatever plan is kept.
DUE: Final = f"""
SELECT {_COLUMNS} FROM limits WHERE state = 'open' AND fires_at <= $1
ORDER BY fires_at, subject_id LIMIT {FIRED_AT_ONCE} FOR UPDATE SKIP LOCKED
"""

_CLIMB: Final = """
UPDATE limits SET next_rung = new.next_rung, fires_at = new.fires_at, overdue = new.overdue, state = new.state
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::smallint[], $6::timestamptz[], $7::boolean[],
            $8::text[]) AS new (subject_id, kind, about, generation, next_rung, fires_at, overdue, state)
WHERE limits.subject_id = new.subject_id AND limits.kind = new.kind AND limits.about = new.about
    AND limits.generation = new.generation
"""

_LEFT: Final = """
SELECT (SELECT count(*) FROM limits WHERE state = 'open' AND fires_at <= clock.now())
     + (SELECT count(*) FROM limits WHERE awaits_year = ANY($1::smallint[]))
"""


class PostgresLimits:
    """The limits of cases and of other subjects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of_cases(self, case_ids: Sequence[UUID]) -> list[CaseLimits]:
        """Rows are locked in the order of their cases."""
        return _pairs(await self._connection.fetch(_OF_CASES, case_ids))

    async def add(self, limits: Sequence[Watched]) -> None:
        await _ADD.add(self._connection, limits)

    async def put(self, limits: Sequence[Watched]) -> None:
        await self._connection.execute(_PUT, *zip(*limits, strict=True))

    async def awaiting(self, years: Sequence[int]) -> list[CaseLimits]:
        """Another process may compute the same cases first: what was locked late is looked at again."""
        rows = await self._connection.fetch(_AWAITING, years)
        pairs = await self.of_cases([row["subject_id"] for row in rows])
        return [pair for pair in pairs if any(limit.awaits_year in years for limit in pair)]

    async def due(self, now: datetime) -> list[Watched]:
        return [Watched(*row) for row in await self._connection.fetch(DUE, now)]

    async def climb(self, limits: Sequence[Watched]) -> None:
        rows = [
            (
                one.subject_id,
                one.kind,
                one.about,
                one.generation,
                one.next_rung,
                one.fires_at,
                one.overdue,
                one.state,
            )
            for one in limits
        ]
        await self._connection.execute(_CLIMB, *zip(*rows, strict=True))

    async def any_awaiting(self, years: Sequence[int]) -> bool:
        found = "SELECT EXISTS (SELECT FROM limits WHERE awaits_year = ANY($1::smallint[]))"
        return bool(await self._connection.fetchval(found, years))

    async def left_to_do(self, years: Sequence[int]) -> int:
        """Limits that are due by the business clock and not fired, or awaited a year that is loaded."""
        return int(await self._connection.fetchval(_LEFT, years))

    async def with_further(self, case_ids: Sequence[UUID]) -> list[WithFurther]:
        rows = await self._connection.fetch(_FURTHER, case_ids)
        return _with_further(rows)

    async def further_awaiting(self, years: Sequence[int]) -> list[Watched]:
        rows = await self._connection.fetch(_FURTHER_AWAITING, years)
        return [Watched(*row) for row in rows]

    async def of_subjects(self, subjects: Sequence[UUID]) -> list[Watched]:
        rows = await self._connection.fetch(_OF_SUBJECTS, subjects)
        return [Watched(*row) for row in rows]

    async def subject_shown(self, subject_id: UUID) -> list[Watched]:
        """All limits of a subject that isn't a case, to look at only."""
        rows = await self._connection.fetch(_OF_SUBJECTS.replace("FOR UPDATE", ""), [subject_id])
        return [limit for limit in (Watched(*row) for row in rows) if limit.subject != "case"]

    async def further_shown(self, case_id: UUID) -> list[Watched]:
        """The further limits of one case, to look at only."""
        rows = await self._connection.fetch(_FURTHER.replace("FOR UPDATE", ""), [case_id])
        return [limit for case in _with_further(rows) for limit in case.further]

    async def shown(self, case_id: UUID) -> CaseLimits | None:
        """The limits of one case, to look at only."""
        found = _pairs(await self._connection.fetch(_OF_CASES.replace("FOR UPDATE", ""), [case_id]))
        return found[0] if found else None


def _pairs(rows: Iterable[Any]) -> list[CaseLimits]:
    limits = (Watched(*row) for row in rows)
    grouped = ({one.kind: one for one in case} for _, case in groupby(limits, key=lambda one: one.case_id))
    return [CaseLimits(pair["sign_for"], pair["complete"]) for pair in grouped]


def _with_further(rows: Iterable[Any]) -> list[WithFurther]:
    limits = (Watched(*row) for row in rows)
    cases = (list(case) for _, case in groupby(limits, key=lambda one: one.case_id))
    return [
        WithFurther(
            next(limit for limit in case if limit.kind == "complete"),
            tuple(limit for limit in case if limit.kind != "complete"),
        )
        for case in cases
    ]
