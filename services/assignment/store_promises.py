"""The promise ledger in PostgreSQL: facts, which are only added to, the chain's head, what they amount to."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from services.assignment.chain import BEFORE_THE_FIRST, Head
from services.assignment.member import Member
from services.assignment.pledge import Recorded
from services.assignment.promise import Promise
from services.kit.connection import Connection

_COLUMNS: Final = tuple(field.name for field in fields(Promise))
_TYPES: Final = {
    "promise_id": "uuid",
    "version": "int",
    "recorded_at": "timestamptz",
    **dict.fromkeys(("made_on", "first_due", "due", "aired_on", "settled_on"), "date"),
}
_ARRAYS: Final = ", ".join(f"${at}::{_TYPES.get(name, 'text')}[]" for at, name in enumerate(_COLUMNS, 1))
_VALUES: Final = ", ".join(
    f"ARRAY(SELECT jsonb_array_elements_text({name}::jsonb))" if name == "projects" else name
    for name in _COLUMNS
)
_STATES: Final = f"""
INSERT INTO promises ({", ".join(_COLUMNS)})
SELECT {_VALUES} FROM unnest({_ARRAYS}) AS after ({", ".join(_COLUMNS)})
ON CONFLICT (promise_id) DO UPDATE SET version = excluded.version, words = excluded.words, due = excluded.due,
    projects = excluded.projects, programme = excluded.programme, aired_on = excluded.aired_on,
    clip = excluded.clip, state = excluded.state, settled_on = excluded.settled_on
"""

_FACTS: Final = (
    "authority",
    "seq",
    "promise_id",
    "version",
    "type",
    "at",
    "body",
    "hash",
    "signature",
    "key",
    "recorded_by",
)
_BEGIN: Final = """
INSERT INTO promise_heads (authority, seq, hash, signature, key) VALUES ($1, 0, $2, '', '')
ON CONFLICT DO NOTHING
"""
_LOCK: Final = """
SELECT authority, seq, hash, signature, key FROM promise_heads WHERE authority = $1 FOR UPDATE
"""
_KNOWN: Final = f"SELECT {', '.join(_COLUMNS)} FROM promises"
_MOVE: Final = """
UPDATE promise_heads SET seq = $2, hash = $3, signature = $4, key = $5 WHERE authority = $1
"""
_ERASE: Final = """
UPDATE promise_members SET name = NULL, salt = NULL, erased_at = $2, erased_by = $3
WHERE promise_id = $1 AND erased_at IS NULL
"""


class PostgresPromises:
    """Everything about promises that is written. It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self, authority: str) -> Head:
        await self._connection.execute(_BEGIN, authority, BEFORE_THE_FIRST)
        row = await self._connection.fetchrow(_LOCK, authority)
        assert row is not None  # noqa: S101  it was just put there, and none is ever deleted
        return Head(**dict(row))

    async def numbered(self, authority: str, numbers: Sequence[str]) -> dict[str, Promise]:
        found = f"{_KNOWN} WHERE authority = $1 AND number = ANY($2::text[])"
        rows = await self._connection.fetch(found, authority, numbers)
        return {row["number"]: _promise(row) for row in rows}

    async def one(self, promise_id: UUID) -> Promise | None:
        row = await self._connection.fetchrow(f"{_KNOWN} WHERE promise_id = $1", promise_id)
        return _promise(row) if row else None

    async def ledgers(self, numbers: Sequence[str]) -> Set[str]:
        sql = "SELECT ledger FROM projects WHERE ledger = ANY($1::text[])"
        rows = await self._connection.fetch(sql, list(set(numbers))) if numbers else []
        return {row["ledger"] for row in rows}

    async def members(self, promise_ids: Sequence[UUID]) -> dict[UUID, Member]:
        rows = await self._connection.fetch(
            """
            SELECT promise_id, name, salt FROM promise_members
            WHERE promise_id = ANY($1::uuid[]) AND erased_at IS NULL
            """,
            promise_ids,
        )
        return {row["promise_id"]: Member(row["name"], row["salt"]) for row in rows}

    async def add(self, recorded: Sequence[Recorded], head: Head, promises: Sequence[Promise]) -> None:
        await self._connection.copy_records_to_table(
            "promise_facts", columns=_FACTS, records=[_fact_row(one) for one in recorded]
        )
        await self._connection.execute(_MOVE, head.authority, head.seq, head.hash, head.signature, head.key)
        if promises:
            rows = zip(*map(_state_row, promises), strict=True)
            await self._connection.execute(_STATES, *(list(column) for column in rows))

    async def name(self, members: Mapping[UUID, Member]) -> None:
        rows = [(promise_id, member.name, member.salt) for promise_id, member in members.items()]
        await self._connection.copy_records_to_table(
            "promise_members", columns=("promise_id", "name", "salt"), records=rows
        )

    async def erase(self, promise_id: UUID, by: str, now: datetime) -> bool:
        """Forget an ordinary member's name and salt for good; False where there is none, or none any more."""
        return (await self._connection.execute(_ERASE, promise_id, now, by)) == "UPDATE 1"


def _promise(row: asyncpg.Record) -> Promise:
    return Promise(**{**dict(row), "projects": tuple(row["projects"])})


def _state_row(promise: Promise) -> list[object]:
    """Lists of lists must be of one length for PostgreSQL, so projects travel as JSON."""
    values = {name: getattr(promise, name) for name in _COLUMNS}
    return list((values | {"projects": orjson.dumps(promise.projects).decode()}).values())


def _fact_row(one: Recorded) -> tuple[object, ...]:
    event, fact = one.event, one.fact
    return (
        event.authority,
        fact.seq,
        event.promise_id,
        event.version,
        event.type,
        event.at,
        fact.body,
        fact.hash,
        fact.signature,
        fact.key,
        one.by,
    )
