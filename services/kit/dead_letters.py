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
_SHOWN: Final = 'id, topic, partition, "offset", key, event_id, type, time, reason, parked_at'


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


async def run_of_culprits(connection: Connection | Pool, topic: str) -> int:
    """How many events of a topic failed within the last hour, since one was last applied or dropped."""
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


async def listed(connection: Connection, after: int, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` dead letters with higher numbers than `after`, by number, without what they hold."""
    rows = await connection.fetch(
        f"SELECT {_SHOWN} FROM dead_letters WHERE id > $1 ORDER BY id LIMIT $2", after, limit
    )
    return [dict(row) for row in rows]


async def shown(connection: Connection, number: int) -> dict[str, Any]:
    """One dead letter as an operator sees it, with its value as text. Raises NoSuchLetter."""
    row = await connection.fetchrow(f"SELECT {_SHOWN}, value FROM dead_letters WHERE id = $1", number)
    if row is None:
        raise NoSuchLetter(number)
    return {**row, "value": row["value"].decode("utf-8", "backslashreplace")}


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


async def remove(connection: Connection, letter: Letter, replayed_by: str) -> None:
    """Forget a letter that was applied; who replayed it stays on record."""
    await connection.execute(_REPLAYED, letter.topic, letter.partition, letter.offset, replayed_by)


async def drop(connection: Connection, number: int, dropped_by: str) -> int:
    """Give a letter up for good; who did it stays on record. How many of its key still wait for a replay.

    To be called under the writers' lock alone. Raises NoSuchLetter.
    """
    topic, key = await _place(connection, number)
    await _give_up(connection, [number], dropped_by)
    await connection.execute(_FREE, topic, key, _UNTRIED, FREED)
    return len(await _numbers(connection, topic, key))


async def drop_key(connection: Connection, number: int, dropped_by: str) -> int:
    """Give up a letter and all others of its key; how many. Lock and errors as `drop`."""
    numbers = await _numbers(connection, *await _place(connection, number))
    await _give_up(connection, numbers, dropped_by)
    return len(numbers)


_REPLAYED: Final = """
WITH gone AS (
    DELETE FROM dead_letters WHERE topic = $1 AND partition = $2 AND "offset" = $3 RETURNING *
)
INSERT INTO replayed_letters (event_id, topic, partition, "offset", key, reason, replayed_by)
SELECT event_id, topic, partition, "offset", key, reason, $4 FROM gone
"""
_FREE: Final = """
UPDATE dead_letters SET reason = $4
WHERE topic = $1 AND key = $2 AND NOT EXISTS (
    SELECT FROM dead_letters WHERE topic = $1 AND key = $2 AND reason <> ALL ($3::text[])
)
"""
_GIVE_UP: Final = """
WITH gone AS (
    DELETE FROM dead_letters WHERE id = ANY ($1::bigint[]) RETURNING *
), recorded AS (
    INSERT INTO dropped_letters (event_id, topic, partition, "offset", key, reason, dropped_by)
    SELECT event_id, topic, partition, "offset", key, reason, $2 FROM gone
)
INSERT INTO inbox (event_id, topic) SELECT event_id, topic FROM gone WHERE event_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


async def _place(connection: Connection, number: int) -> tuple[str, str]:
    row = await connection.fetchrow("SELECT topic, key FROM dead_letters WHERE id = $1", number)
    if row is None:
        raise NoSuchLetter(number)
    return row["topic"], row["key"]


async def _numbers(connection: Connection, topic: str, key: str) -> list[int]:
    rows = await connection.fetch("SELECT id FROM dead_letters WHERE topic = $1 AND key = $2", topic, key)
    return [row["id"] for row in rows]


async def _give_up(connection: Connection, numbers: Sequence[int], dropped_by: str) -> None:
    await connection.execute(_GIVE_UP, numbers, dropped_by)


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
