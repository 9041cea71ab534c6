"""Letters, their steps and numbers in PostgreSQL, within one transaction."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.kit.connection import Connection
from services.kit.page import Cursor
from services.supervision.letter import Letter, Matter, Signature, Taken
from services.supervision.letters import Addressee
from services.supervision.store_directory import PostgresCopy

Rows = Sequence[Mapping[str, Any]]

IDS: Final = zlib.crc32(b"yinuo/supervision/id") - 2**31
"""The space of the locks on ids that may not be on record yet."""

_MATTER: Final = {
    "unit": "unit",
    "addressed": "addressed",
    "title": "title",
    "found": "found",
    "required": "required",
    "reply_days": "asked_days",
    "reply_by": "asked_by",
    "finding_id": "finding_id",
    "project_id": "project_id",
    "case_id": "case_id",
}
_SIGNATURE: Final = {
    "issuer": "issuer",
    "addressee": "addressee",
    "copy_to": "copy_to",
    "word": "word",
    "year": "year",
    "serial": "serial",
    "signed_by": "signed_by",
    "signed_post": "signed_post",
    "reply_by": "first_reply_by",
    "receipt_due": "receipt_due",
}
_OWN: Final = ("letter_id", "version", "state", "drafted_at", "drafted_by")
_MOVED: Final = (
    "version",
    "state",
    "issued_at",
    "reply_by",
    "received_at",
    "replied_at",
    "reply",
    "returns",
    "ended_at",
)
"""What a step may change: fields of the letter and columns alike."""

_ADD_COLUMNS: Final = (*_OWN, "returns", *_MATTER.values())
_ADD: Final = f"""
INSERT INTO letters ({", ".join(_ADD_COLUMNS)})
VALUES ({", ".join(f"${number}" for number in range(1, len(_ADD_COLUMNS) + 1))})
"""
_PUT_COLUMNS: Final = (*_MOVED, *_SIGNATURE.values())
_PUT: Final = f"""
UPDATE letters SET {", ".join(f"{name} = ${number}" for number, name in enumerate(_PUT_COLUMNS, 2))}
WHERE letter_id = $1
"""
_STEP: Final = """
INSERT INTO letter_steps (letter_id, version, step, state, at, by, words, type, data)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)
"""
_SERIAL: Final = """
INSERT INTO letter_numbers AS n (word, year, last) VALUES ($1, $2, 1)
ON CONFLICT (word, year) DO UPDATE SET last = n.last + 1 RETURNING last
"""
_ADDRESSEE: Final = """
SELECT name, party_committee, coalesce(post, '') AS post FROM units WHERE code = $1 AND NOT retired
"""
# Overdue: the limit of the receipt or of the reply runs and has passed.
_OVERDUE: Final = """
EXISTS (SELECT FROM limits AS w
        WHERE w.subject_id = l.letter_id AND w.kind IN ('letter_receipt', 'letter_reply')
          AND w.state = 'open' AND w.due_at <= clock.now())
"""
_ROW: Final = f"""
SELECT l.*, u.name AS unit_name, p.ledger, p.name AS project_name, {_OVERDUE} AS overdue,
       r.due_at AS receipt_limit
FROM letters AS l LEFT JOIN units AS u ON u.code = l.unit LEFT JOIN projects AS p USING (project_id)
LEFT JOIN limits AS r ON r.subject_id = l.letter_id AND r.kind = 'letter_receipt'
"""
_PAGE: Final = f"""
{_ROW}
WHERE ($1::text IS NULL OR l.unit = $1) AND ($2::text IS NULL OR l.state = $2)
  AND ($3::boolean IS NULL OR {_OVERDUE} = $3) AND ($4::int IS NULL OR l.year = $4)
  AND ($5::uuid IS NULL OR l.finding_id = $5)
  AND ($6 IS NOT TRUE OR l.issued_at IS NOT NULL)
  AND ($7::timestamptz IS NULL OR (l.drafted_at, l.letter_id) < ($7, $8::uuid))
ORDER BY l.drafted_at DESC, l.letter_id DESC LIMIT $9
"""


class LetterFilter(NamedTuple):
    """Which letters; None: all. `signed`: only those that went out."""

    unit: str | None = None
    state: str | None = None
    overdue: bool | None = None
    year: int | None = None
    finding_id: UUID | None = None
    signed: bool = False


async def lock_id(connection: Connection, named: UUID) -> None:
    """Nobody else writes under this id until commit, whether it is on record or not."""
    await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", IDS, str(named))


class PostgresLetters:
    """It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._copy = PostgresCopy(connection)

    async def one(self, letter_id: UUID) -> Letter | None:
        await lock_id(self._connection, letter_id)
        row = await self._connection.fetchrow("SELECT * FROM letters WHERE letter_id = $1", letter_id)
        return letter_of(dict(row)) if row else None

    async def draft(self, letter: Letter) -> None:
        own = [getattr(letter, name) for name in _OWN]
        matter = [getattr(letter.matter, name) for name in _MATTER]
        await self._connection.execute(_ADD, *own, letter.returns, *matter)
        step = (letter.letter_id, letter.version, "draft", letter.state, letter.drafted_at, letter.drafted_by)
        await self._connection.execute(_STEP, *step, None, None, None)

    async def record(self, taken: Taken, at: datetime, by: str) -> None:
        letter, event = taken.letter, taken.event
        moved = [getattr(letter, name) for name in _MOVED]
        signature = [getattr(letter.signature, name, None) for name in _SIGNATURE]
        await self._connection.execute(_PUT, letter.letter_id, *moved, *signature)
        step = (letter.letter_id, letter.version, taken.step, letter.state, at, by, taken.words.text)
        told = (event.type, event.model_dump_json()) if event else (None, None)
        await self._connection.execute(_STEP, *step, *told)

    async def next_serial(self, word: str, year: int) -> int:
        return int(await self._connection.fetchval(_SERIAL, word, year))

    async def addressee(self, unit: str) -> Addressee | None:
        row = await self._connection.fetchrow(_ADDRESSEE, unit)
        return Addressee(*row) if row else None

    async def holder(self, post: str, day: date) -> str | None:
        return await self._copy.holder(post, day)

    async def has_case(self, case_id: UUID) -> bool:
        """Whether a case is known here: it has limits."""
        found = "SELECT EXISTS (SELECT FROM limits WHERE subject_id = $1 AND subject = 'case')"
        return bool(await self._connection.fetchval(found, case_id))

    async def project(self, ledger: str) -> UUID | None:
        """The id of a project on the list."""
        found: UUID | None = await self._connection.fetchval(
            "SELECT project_id FROM projects WHERE ledger = $1", ledger
        )
        return found

    async def page(self, wanted: LetterFilter, after: Cursor | None, limit: int) -> Rows:
        """Those drafted last first, at most `limit`."""
        at, entry = (after.at, after.id) if after else (None, None)
        return [dict(row) for row in await self._connection.fetch(_PAGE, *wanted, at, entry, limit)]

    async def shown(self, letter_id: UUID) -> Mapping[str, Any] | None:
        """One letter with the names that it needs."""
        row = await self._connection.fetchrow(f"{_ROW} WHERE l.letter_id = $1", letter_id)
        return dict(row) if row else None

    async def steps(self, letter_id: UUID) -> Rows:
        """What was done with a letter, in order."""
        sql = "SELECT step, state, at, by, words FROM letter_steps WHERE letter_id = $1 ORDER BY version"
        return [dict(row) for row in await self._connection.fetch(sql, letter_id)]


def letter_of(row: Mapping[str, Any]) -> Letter:
    """A letter from its row."""
    matter = Matter(**{name: row[column] for name, column in _MATTER.items()})
    signature = (
        Signature(**{name: row[column] for name, column in _SIGNATURE.items()})
        if row["serial"] is not None
        else None
    )
    own = {name: row[name] for name in (*_OWN, *_MOVED)}
    return Letter(matter=matter, signature=signature, **own)
