"""Promises as anybody reads them: lists by filter, the facts of one, the chain for whoever verifies it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.assignment.chain import Fact, Head
from services.kit.connection import Connection
from services.kit.page import Cursor

_LATE: Final = "state = 'standing' AND due < (clock.now() AT TIME ZONE 'Asia/Shanghai')::date"
_ROW: Final = f"""
SELECT promise_id, authority, number, version, tier, unit, post, holder, member, first_words, words,
       projects, made_on, first_due, due, occasion, programme, aired_on, clip, evidence, recorded_at, state,
       settled_on, {_LATE} AS overdue,
       due - (clock.now() AT TIME ZONE 'Asia/Shanghai')::date AS days_left
FROM promises
"""
_FACTS: Final = "SELECT seq, body, hash, signature, key FROM promise_facts"


@dataclass(frozen=True, slots=True)
class PromiseFilter:
    """Which promises; None = whatever. `overdue`: standing, and the date in force is past.

    `aired`: said on television, wherever it was made. `project`: the ledger number of one that it is about.
    """

    number: str | None = None
    tier: str | None = None
    unit: str | None = None
    state: str | None = None
    post: str | None = None
    occasion: str | None = None
    overdue: bool | None = None
    aired: bool | None = None
    project: str | None = None


class PromiseReading:
    """Reads on one connection; no transaction is needed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(self, wanted: PromiseFilter, after: Cursor | None, limit: int) -> list[asyncpg.Record]:
        """At most `limit` promises, those recorded last first."""
        conditions, parameters = _conditions(wanted)
        if after is not None:
            at = len(parameters)
            conditions.append(f"(recorded_at, promise_id) < (${at + 1}, ${at + 2})")
            parameters += [after.at, after.id]
        where = " AND ".join(conditions) or "true"
        order = f"ORDER BY recorded_at DESC, promise_id DESC LIMIT {int(limit)}"
        return await self._connection.fetch(f"{_ROW} WHERE {where} {order}", *parameters)

    async def one(self, promise_id: UUID) -> asyncpg.Record | None:
        return await self._connection.fetchrow(f"{_ROW} WHERE promise_id = $1", promise_id)

    async def facts(self, promise_id: UUID) -> list[Fact]:
        """Everything that was said about one promise, in order."""
        rows = await self._connection.fetch(f"{_FACTS} WHERE promise_id = $1 ORDER BY version", promise_id)
        return _facts(rows)

    async def chain(self, authority: str, after: int, limit: int | None) -> list[Fact]:
        """The facts behind a number, in the chain's order; `limit` None: all."""
        ordered = f"{_FACTS} WHERE authority = $1 AND seq > $2 ORDER BY seq LIMIT $3"
        return _facts(await self._connection.fetch(ordered, authority, after, limit))

    async def whole_chain(self, authority: str) -> tuple[Head, list[Fact]]:
        """The head and all facts as they were at one instant, in the chain's order."""
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            return await self.head(authority), await self.chain(authority, 0, None)

    async def head(self, authority: str) -> Head:
        row = await self._connection.fetchrow(
            "SELECT authority, seq, hash, signature, key FROM promise_heads WHERE authority = $1", authority
        )
        return Head(**dict(row)) if row else Head(authority)


def _facts(rows: Sequence[asyncpg.Record]) -> list[Fact]:
    return [Fact(**dict(row)) for row in rows]


def _conditions(wanted: PromiseFilter) -> tuple[list[str], list[Any]]:
    conditions, parameters = [], []
    for column in ("number", "tier", "unit", "state", "post", "occasion"):
        value = getattr(wanted, column)
        if value is not None:
            parameters.append(value)
            conditions.append(f"{column} = ${len(parameters)}")
    if wanted.project is not None:
        parameters.append([wanted.project])
        conditions.append(f"projects @> ${len(parameters)}::text[]")
    if wanted.overdue is not None:
        conditions.append(f"({_LATE})" if wanted.overdue else f"NOT ({_LATE})")
    if wanted.aired is not None:
        conditions.append(f"aired_on IS {'NOT ' if wanted.aired else ''}NULL")
    return conditions, parameters
