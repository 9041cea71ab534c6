"""Dead letters: what can't be applied waits in its reader's schema, with the later events of its key."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.contracts.envelope import Envelope
from services.kit.connection import Connection, Pool

FOLLOWS: Final = "waits behind an earlier dead letter of its key"
FREED: Final = "waits for a replay: what it waited behind was dropped"
_UNTRIED: Final = (FOLLOWS, FREED)
"""The reasons of letters that nothing ever tried to apply."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as Kafka delivered it. `event_id` and `type` are None where its headers were unreadable."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes
    event_id: UUID | None = None
    type: str | None = None
    time: datetime | None = None


class NoSuchLetter(LookupError):
    """No dead letter has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"no dead letter {number}")
        self.number = number


async def parked_keys(connection: Connection, topic: str) -> set[str]:
    """The keys of a topic that have dead letters: their later events must join them."""
    rows = await connection.fetch("SELECT DISTINCT key FROM dead_letters WHERE topic = $1", topic)
    return {row["key"] for row in rows}


async def run_of_culprits(connection: Connection | Pool, topic: str) -> int:
    """How many events of a topic failed within the last hour, and since one was last applied."""
    count: int = await connection.fetchval(
        """
        SELECT count(*) FROM dead_letters
        WHERE topic = $1 AND parked_at > clock_timestamp() - interval '1 hour' AND reason <> ALL ($2::text[])
          AND parked_at > coalesce((SELECT max(applied_at) FROM inbox WHERE topic = $1), '-infinity')
        """,
        topic,
        _UNTRIED,
    )
    return count


async def park(connection: Connection, letters: Sequence[tuple[Letter, str]]) -> None:
    """Put letters away with their reasons; one that already lies there stays as it is.

    Whatever a stranger wrote must find room here, or it would stop the consumer for good: PostgreSQL keeps
    no NUL in a text.
    """
    await connection.executemany(
        """
        INSERT INTO dead_letters
            (topic, partition, "offset", key, event_id, type, time, headers, value, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10) ON CONFLICT DO NOTHING
        """,
        [
            (
                letter.topic,
                letter.partition,
                letter.offset,
                letter.key,
                letter.event_id,
                letter.type,
                letter.time,
                _as_json(letter.headers),
                letter.value,
                _without_nul(reason),
            )
            for letter, reason in ((_identified(letter), reason) for letter, reason in letters)
        ],
    )


async def listed(connection: Connection, number: int | None = None) -> list[dict[str, Any]]:
    """Dead letters as an operator sees them, in the order in which replay would take them."""
    rows = await connection.fetch(
        """
        SELECT id, topic, partition, "offset", key, event_id, type, time, reason, parked_at, value
        FROM dead_letters
        WHERE $1::bigint IS NULL OR id = $1 ORDER BY topic, key, "offset"
        """,
        number,
    )
    if number is not None and not rows:
        raise NoSuchLetter(number)
    return [{**row, "value": row["value"].decode("utf-8", "backslashreplace")} for row in rows]


async def of_key(connection: Connection, topic: str, key: str) -> list[Letter]:
    """The letters of one key in their order, locked against a second replay."""
    rows = await connection.fetch(
        """
        SELECT topic, partition, "offset", key, headers, value, event_id, type, time FROM dead_letters
        WHERE topic = $1 AND key = $2 ORDER BY "offset" FOR UPDATE
        """,
        topic,
        key,
    )
    return [Letter(**{**dict(row), "headers": _from_json(row["headers"])}) for row in rows]


async def remove(connection: Connection, letter: Letter) -> None:
    """Forget a letter that was applied."""
    await connection.execute(
        'DELETE FROM dead_letters WHERE topic = $1 AND partition = $2 AND "offset" = $3',
        letter.topic,
        letter.partition,
        letter.offset,
    )


async def drop(connection: Connection, number: int, dropped_by: str) -> None:
    """Give a letter up for good; who did it stays on record. Raises NoSuchLetter."""
    gone = await connection.fetchrow(
        """
        WITH gone AS (DELETE FROM dead_letters WHERE id = $1 RETURNING *)
        INSERT INTO dropped_letters (event_id, topic, partition, "offset", key, reason, dropped_by)
        SELECT event_id, topic, partition, "offset", key, reason, $2 FROM gone RETURNING topic, event_id
        """,
        number,
        dropped_by,
    )
    if gone is None:
        raise NoSuchLetter(number)
    if gone["event_id"] is not None:
        await connection.execute(
            "INSERT INTO inbox (event_id, topic) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            gone["event_id"],
            gone["topic"],
        )


def _identified(letter: Letter) -> Letter:
    """The letter with what its headers say of the event, as far as they can be read."""
    with suppress(ValueError):
        envelope = Envelope.from_headers(letter.headers)
        return replace(letter, event_id=envelope.id, type=_without_nul(envelope.type), time=envelope.time)
    return letter


def _without_nul(text: str) -> str:
    return text.replace("\0", "\\0")


def _as_json(headers: Sequence[tuple[str, bytes]]) -> str:
    """Readable, and back again to the very bytes: what isn't ASCII is escaped as in Python."""
    return orjson.dumps([[_escaped(name.encode()), _escaped(value)] for name, value in headers]).decode()


def _from_json(text: str) -> tuple[tuple[str, bytes], ...]:
    return tuple((_bytes(name).decode(), _bytes(value)) for name, value in orjson.loads(text))


def _escaped(raw: bytes) -> str:
    return raw.decode("latin-1").encode("unicode_escape").decode("ascii")


def _bytes(escaped: str) -> bytes:
    return escaped.encode("ascii").decode("unicode_escape").encode("latin-1")
