"""What a stranger writes into a topic: whatever its bytes, it parks its key and can be looked at."""

from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace

import pytest

from services.contracts.envelope import Record
from services.kit import dead_letters
from services.kit.consume import Consumer
from services.kit.postgres import Database, Writing
from services.kit.record import letter_of
from tests.builders import demand, letter
from tests.conftest import DatabaseOf


async def _accept(writing: Writing, records: Sequence[Record]) -> None:
    pass


@pytest.fixture
async def database(database_of: DatabaseOf, no_letter_dropped: None) -> AsyncIterator[Database]:
    database = database_of("assignment")
    await _empty(database)
    yield database
    await _empty(database)


async def _empty(database: Database) -> None:
    for table in ("inbox", "outbox", "offsets", "dead_letters"):
        await database.pool.execute(f"DELETE FROM {table}")


@pytest.fixture
def consumer(database: Database) -> Consumer:
    return Consumer("assignment", "demand", database, _accept, topic_id="first")


def _message(key: bytes | None, value: bytes | None, headers: object) -> SimpleNamespace:
    return SimpleNamespace(topic="demand", partition=0, offset=0, key=key, value=value, headers=headers)


HEADERS = [(name, value) for name, value in letter(demand()).headers if name != "ce_type"]


@pytest.mark.parametrize(
    "message",
    [
        _message(b"\xff\x00key", b"{}", None),
        _message(b"key", b"\xff\xfe\x00", [("ce_specversion", b"1.0\x00\xff")]),
        _message(None, None, {"na\x00me": b"\\ \n\x00"}),
        _message(b"key", b"{}", [*HEADERS, ("ce_type", b"yinuo.\x00.v1")]),
    ],
    ids=["key", "value and header", "nothing but a header", "type"],
)
async def test_a_strangers_bytes_park_and_can_be_listed(
    consumer: Consumer, database: Database, message: SimpleNamespace
) -> None:
    strange = letter_of(message)
    await consumer.apply([strange])
    async with database.pool.acquire() as connection:
        (listed,) = await dead_letters.listed(connection, after=0, limit=2)
        (kept,) = await dead_letters.of_key(connection, "demand", strange.key)
    assert "Error" in listed["reason"] or "Malformed" in listed["reason"] or "Unknown" in listed["reason"]
    assert (kept.key, kept.headers, kept.value) == (strange.key, strange.headers, strange.value)


async def test_an_operator_sees_which_event_was_parked(consumer: Consumer, database: Database) -> None:
    event = demand()
    known = letter(event)
    from_kafka = letter_of(_message(known.key.encode(), b"{}", list(known.headers)))
    await consumer.apply([from_kafka])
    async with database.pool.acquire() as connection:
        (listed,) = await dead_letters.listed(connection, after=0, limit=2)
    assert (listed["event_id"], listed["type"], listed["time"]) == (known.event_id, event.type, known.time)
