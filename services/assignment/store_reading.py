"""Cases as staff read them: lists by filter, page by page, and one case with its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.assignment.repeats import Matter
from services.assignment.twins import WINDOW
from services.contracts.vocabulary import BEFORE_REPLY
from services.kit.connection import Connection
from services.kit.page import Cursor

NEAREST: Final = 200
"""Cases that are compared with one for its twins, the latest."""

_OVERDUE: Final = f"state IN {BEFORE_REPLY} AND coalesce(complete_due < clock.now(), false)"

_RECTIFY: Final = "rectification_opened IS NOT NULL AND rectified_at IS NULL"

# An open project is offered and nobody decided. The parameter, twice: the unit that leads it; NULL: any.
_OFFERED: Final = """
EXISTS (
    SELECT FROM project_offers AS o JOIN projects AS p USING (project_id)
    WHERE o.case_id = c.case_id AND o.accepted IS NULL AND p.state IN ('planned', 'under_way')
      AND ({}::text IS NULL OR p.lead_unit = {})
)
"""

_ROW: Final = f"""
SELECT case_id, demand_id, receipt, channel, kind, urgency, category, place, town, unit, post, backstop,
       summary, repeat_of, state, c.dispatch, c.version, registered_at, assigned_at, dispatched_at, signed_at,
       completed_at, extension_asked, sign_for_due, complete_due,
       state = 'dispatched' AND coalesce(sign_for_due < clock.now(), false) AS sign_for_overdue,
       {_OVERDUE} AS overdue, rating, rated_at, {_RECTIFY} AS rectify, tags, assisting
"""

_DETAIL: Final = f"""
{_ROW}, citizen_ref, lead, title, body, reply, rating_comment, first_unit, first_post,
       rectification_opened, rectified_at,
       (SELECT due FROM further_dues AS f WHERE f.case_id = c.case_id AND limit_kind = 'rectification')
           AS rectification_due
FROM cases AS c LEFT JOIN dues USING (case_id)
WHERE case_id = $1
"""

# By version: of two steps that waited for each other the later one may have read the clock first. A notice
# stands behind the last step that was taken by its time.
_TIMELINE: Final = """
WITH told AS (
    SELECT assigned_at AS at, 1 AS version, 'assign' AS step, first_unit AS unit, first_post AS post,
           NULL AS by, NULL AS note, NULL::smallint AS days, NULL::uuid AS lead, NULL AS assisting
    FROM cases WHERE case_id = $1
    UNION ALL
    SELECT at, version, step, unit, post, by, note, days, lead, assisting FROM steps WHERE case_id = $1
)
SELECT at, version, step, unit, post, by, note, days, lead, assisting FROM (
    SELECT *, version AS place FROM told
    UNION ALL
    SELECT at, NULL, 'notice', unit, post, NULL, limit_kind || ' ' || rung || ' ' || colour || ' ' || outcome,
           NULL, NULL, NULL, (SELECT max(version) FROM told WHERE told.at <= n.at)
    FROM notices AS n WHERE case_id = $1
) AS line
ORDER BY place NULLS FIRST, version NULLS LAST, at
"""

_ASSIST_DUES: Final = "SELECT about, due FROM further_dues WHERE case_id = $1 AND limit_kind = 'assist'"

# The cases that unit $1 was asked to assist with, and what became of its part when it was asked last.
_PARTS: Final = """
(SELECT DISTINCT case_id FROM steps WHERE step = 'assist' AND assisting = $1) AS asked
JOIN cases AS c USING (case_id) LEFT JOIN dues USING (case_id)
CROSS JOIN LATERAL (SELECT $1 = ANY(c.assisting) AS part_open) AS part
CROSS JOIN LATERAL (
    SELECT step, at FROM steps AS s WHERE s.case_id = c.case_id AND s.assisting = $1
    ORDER BY s.version DESC LIMIT 1
) AS last
CROSS JOIN LATERAL (
    SELECT CASE WHEN part_open THEN 'open' WHEN last.step = 'assist_done' THEN 'done'
                WHEN last.step = 'release_assist' THEN 'released' ELSE 'ended' END AS part_state,
           CASE WHEN last.step <> 'assist' THEN last.at END AS part_ended,
           CASE WHEN part_open THEN (
               SELECT due FROM further_dues AS f
               WHERE f.case_id = c.case_id AND limit_kind = 'assist' AND about = $1
           ) END AS part_due
) AS told
"""

# The group that a case is in: its lead, and what is merged into either, each with the last merge's instant.
_GROUP: Final = """
SELECT case_id, receipt, summary, unit, state, assigned_at, lead,
       (SELECT max(at) FROM steps AS s WHERE s.case_id = c.case_id AND step = 'merge') AS since
FROM cases AS c WHERE case_id = $2 OR lead = $1 ORDER BY since NULLS FIRST, case_id
"""

# Those that a case could be merged into: open, of its category, dispatched about the same time.
# `completed_at IS NULL` is the condition of the index cases_near.
_NEAR: Final = f"""
SELECT near.* FROM cases AS c CROSS JOIN LATERAL (
    SELECT case_id, citizen_ref, category, place, title, body, assigned_at, receipt, summary, unit, state
    FROM cases AS o
    WHERE o.category = c.category AND o.case_id <> c.case_id
      AND o.assigned_at BETWEEN c.assigned_at - $2::interval AND c.assigned_at + $2::interval
      AND o.state IN {BEFORE_REPLY} AND o.completed_at IS NULL
    ORDER BY o.assigned_at DESC LIMIT {NEAREST}
) AS near
WHERE c.case_id = $1 AND c.state IN ('dispatched', 'signed_for')
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases; None = whatever. `overdue` looks at the limit to complete, by the business clock.

    `assisting`: the unit that was asked to assist with them; `readable_by`: the one that may read them.
    `offers`: whether an open project is offered that nobody has decided about; with `led_by` one that this
    unit leads.
    """

    unit: str | None = None
    state: str | None = None
    kind: str | None = None
    categories: Sequence[str] | None = None
    q: str | None = None
    overdue: bool | None = None
    rectify: bool | None = None
    tag: str | None = None
    assisting: str | None = None
    case_ids: Sequence[UUID] | None = None
    readable_by: str | None = None
    offers: bool | None = None
    led_by: str | None = None


@dataclass(slots=True)
class _Query:
    """Conditions with their parameters; only those asked for, so that the right index is planned."""

    conditions: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def where(self, condition: str, *parameters: Any) -> None:
        """`{}` in the condition stands for each parameter in turn."""
        numbers = range(len(self.parameters) + 1, len(self.parameters) + 1 + len(parameters))
        self.parameters += parameters
        self.conditions.append(condition.format(*(f"${number}" for number in numbers)))

    @property
    def sql(self) -> str:
        return " AND ".join(self.conditions) or "true"


def readable_by(unit: str) -> str:
    """The condition on a case `c` that a unit may read it; `unit` is the parameter's place in the query.

    It lies with the unit, or the unit was asked to assist with it, for good.
    """
    asked = f"s.case_id = c.case_id AND s.step = 'assist' AND s.assisting = {unit}"
    return f"(c.unit = {unit} OR EXISTS (SELECT FROM steps AS s WHERE {asked}))"


async def of_receipts(connection: Connection, receipts: Sequence[str]) -> dict[str, UUID]:
    """The cases that some receipt numbers name, those there are."""
    sql = "SELECT receipt, case_id FROM cases WHERE receipt = ANY($1::text[])"
    return {row["receipt"]: row["case_id"] for row in await connection.fetch(sql, list(receipts))}


class CaseReading:
    """Reads on one connection; no transaction is needed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[asyncpg.Record]:
        """At most `limit` cases, those assigned last first; with `assisting` as `_parts` has them."""
        if wanted.assisting is not None:
            return await self._parts(wanted.assisting, wanted, after, limit)
        query = _conditions(wanted)
        if after is not None:
            query.where("(assigned_at, case_id) < ({}, {})", after.at, after.id)
        sql = f"""
            {_ROW} FROM cases AS c LEFT JOIN dues USING (case_id) WHERE {query.sql}
            ORDER BY assigned_at DESC, case_id DESC LIMIT {int(limit)}
        """
        return await self._connection.fetch(sql, *query.parameters)

    async def _parts(
        self, unit: str, wanted: Filter, after: Cursor | None, limit: int
    ) -> list[asyncpg.Record]:
        """Cases that a unit was asked to assist with, each with its part.

        Those whose part is still to come are ahead; of these and of the others those assigned last first.
        """
        query = _conditions(wanted, [unit])
        if after is not None:
            query.where("(part_open, assigned_at, case_id) < ({}, {}, {})", after.ahead, after.at, after.id)
        sql = f"""
            {_ROW}, part_open, part_state, part_due, part_ended FROM {_PARTS} WHERE {query.sql}
            ORDER BY part_open DESC, assigned_at DESC, case_id DESC LIMIT {int(limit)}
        """
        return await self._connection.fetch(sql, *query.parameters)

    async def case(self, case_id: UUID) -> asyncpg.Record | None:
        return await self._connection.fetchrow(_DETAIL, case_id)

    async def group(self, case_id: UUID, lead: UUID | None) -> list[asyncpg.Record]:
        """The case's lead, and the cases merged into it."""
        return await self._connection.fetch(_GROUP, case_id, lead)

    async def near(self, case_id: UUID) -> list[asyncpg.Record]:
        """Open cases of the same category and about the same time, for a case that could be merged."""
        return await self._connection.fetch(_NEAR, case_id, WINDOW)

    async def assist_dues(self, case_id: UUID) -> dict[str, datetime | None]:
        """Until when each assisting unit has to do its part, as it was told last."""
        return {row["about"]: row["due"] for row in await self._connection.fetch(_ASSIST_DUES, case_id)}

    async def timeline(self, case_id: UUID) -> list[asyncpg.Record]:
        """Assignment, steps and notices in their order."""
        return await self._connection.fetch(_TIMELINE, case_id)


def matter_of(row: asyncpg.Record) -> Matter:
    """What is compared of a case."""
    return Matter(
        case_id=str(row["case_id"]),
        citizen_ref=str(row["citizen_ref"]),
        category=row["category"],
        place=row["place"],
        text=f"{row['title']}\n{row['body']}",
        at=row["assigned_at"],
    )


def _conditions(wanted: Filter, parameters: Sequence[Any] = ()) -> _Query:
    query = _Query(parameters=[*parameters])
    for column in ("unit", "state", "kind"):
        value = getattr(wanted, column)
        if value is not None:
            query.where(f"{column} = {{}}", value)
    for value, condition in (
        (wanted.case_ids, "case_id = ANY({}::uuid[])"),
        (wanted.readable_by, readable_by("{0}")),
        (wanted.categories, "category = ANY({}::text[])"),
        (wanted.tag, "tags @> ARRAY[{}] AND tags <> '{{}}'"),  # the condition of the index cases_tags
    ):
        if value is not None:
            query.where(condition, value)
    if wanted.q:
        like = f"%{_literally(wanted.q)}%"
        query.where("(receipt = {} OR summary ILIKE {} OR title ILIKE {})", wanted.q, like, like)
    for truth, condition in ((wanted.overdue, _OVERDUE), (wanted.rectify, _RECTIFY)):
        if truth is not None:
            query.where(f"{'' if truth else 'NOT '}({condition})")
    if wanted.offers is not None:
        query.where(f"{'' if wanted.offers else 'NOT '}{_OFFERED}", wanted.led_by, wanted.led_by)
    return query


def _literally(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
