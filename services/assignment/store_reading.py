"""Cases as staff read them: lists by filter, page by page, and one case with its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.contracts.vocabulary import BAD_RATINGS, BEFORE_REPLY
from services.kit.connection import Connection
from services.kit.page import Cursor

_OVERDUE: Final = f"state IN {BEFORE_REPLY} AND coalesce(complete_due < clock.now(), false)"

_RECTIFY: Final = f"coalesce(rating IN {BAD_RATINGS}, false)"

_ROW: Final = f"""
SELECT case_id, demand_id, receipt, channel, kind, urgency, category, place, town, unit, post, backstop,
       summary, repeat_of, state, c.dispatch, c.version, registered_at, assigned_at, dispatched_at, signed_at,
       completed_at, extension_asked, sign_for_due, complete_due,
       state = 'dispatched' AND coalesce(sign_for_due < clock.now(), false) AS sign_for_overdue,
       {_OVERDUE} AS overdue, rating, rated_at, {_RECTIFY} AS rectify
"""

_DETAIL: Final = f"""
{_ROW}, title, body, reply, rating_comment, first_unit, first_post
FROM cases AS c LEFT JOIN dues USING (case_id)
WHERE case_id = $1
"""

_TIMELINE: Final = """
SELECT assigned_at AS at, 1 AS version, 'assign' AS step, first_unit AS unit, first_post AS post,
       NULL AS by, NULL AS note, NULL::smallint AS days FROM cases WHERE case_id = $1
UNION ALL
SELECT at, version, step, unit, post, by, note, days FROM steps WHERE case_id = $1
UNION ALL
SELECT at, NULL, 'notice', unit, post, NULL, limit_kind || ' ' || rung || ' ' || colour || ' ' || outcome,
       NULL
FROM notices WHERE case_id = $1
ORDER BY at, version NULLS LAST
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases; None = whatever. `overdue` looks at the limit to complete, by the business clock."""

    unit: str | None = None
    state: str | None = None
    kind: str | None = None
    categories: Sequence[str] | None = None
    q: str | None = None
    overdue: bool | None = None
    rectify: bool | None = None


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


class CaseReading:
    """Reads on one connection; no transaction is needed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[asyncpg.Record]:
        """At most `limit` cases, those assigned last first."""
        query = _conditions(wanted)
        if after is not None:
            query.where("(assigned_at, case_id) < ({}, {})", *after)
        sql = f"""
            {_ROW} FROM cases AS c LEFT JOIN dues USING (case_id) WHERE {query.sql}
            ORDER BY assigned_at DESC, case_id DESC LIMIT {int(limit)}
        """
        return await self._connection.fetch(sql, *query.parameters)

    async def case(self, case_id: UUID) -> asyncpg.Record | None:
        return await self._connection.fetchrow(_DETAIL, case_id)

    async def timeline(self, case_id: UUID) -> list[asyncpg.Record]:
        """Assignment, steps and notices in their order."""
        return await self._connection.fetch(_TIMELINE, case_id)


def _conditions(wanted: Filter) -> _Query:
    query = _Query()
    for column in ("unit", "state", "kind"):
        value = getattr(wanted, column)
        if value is not None:
            query.where(f"{column} = {{}}", value)
    if wanted.categories is not None:
        query.where("category = ANY({}::text[])", wanted.categories)
    if wanted.q:
        like = f"%{_literally(wanted.q)}%"
        query.where("(receipt = {} OR summary ILIKE {} OR title ILIKE {})", wanted.q, like, like)
    for truth, condition in ((wanted.overdue, _OVERDUE), (wanted.rectify, _RECTIFY)):
        if truth is not None:
            query.where(f"{'' if truth else 'NOT '}({condition})")
    return query


def _literally(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
