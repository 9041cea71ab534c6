"""What operators ask of every service: dead letters in pages, replayed, dropped."""

from collections.abc import AsyncIterator, Callable, Sequence
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.contracts.demand import DemandRegistered
from services.contracts.envelope import Record
from services.dev.stack import Infrastructure
from services.kit import dead_letters
from services.kit.auth import TokenReader
from services.kit.backlog import BacklogReader
from services.kit.consume import Consumer
from services.kit.http import build_api
from services.kit.operation import operation_routes
from services.kit.postgres import Database, Writing
from tests.builders import demand, letter
from tests.conftest import DatabaseOf


class Handler:
    """Raises `trouble` as long as there is some."""

    def __init__(self) -> None:
        self.trouble: Exception | None = LookupError("poison")
        self.applied: list[str] = []

    async def __call__(self, writing: Writing, records: Sequence[Record]) -> None:
        if self.trouble:
            raise self.trouble
        self.applied += [r.event.title for r in records if isinstance(r.event, DemandRegistered)]


@pytest.fixture
async def database(database_of: DatabaseOf, no_letter_dropped: None) -> AsyncIterator[Database]:
    database = database_of("assignment")
    tables = ("inbox", "outbox", "offsets", "dead_letters")
    empty = ";".join(f"DELETE FROM {table}" for table in tables)
    await database.pool.execute(empty)
    yield database
    await database.pool.execute(empty)


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def consumer(database: Database, handler: Handler) -> Consumer:
    return Consumer("assignment", "demand", database, handler, topic_id="first")


@pytest.fixture
async def client(
    database: Database,
    consumer: Consumer,
    infrastructure: Infrastructure,
    token_for: Callable[..., dict[str, str]],
) -> AsyncIterator[httpx.AsyncClient]:
    async def nothing() -> int:
        return 0

    reader = TokenReader.of(infrastructure.secrets["YINUO_TOKEN_PUBLIC_KEY"])
    api = build_api("assignment", "test", reader, {})
    backlog = BacklogReader("assignment", database.pool, "127.0.0.1:1", nothing)
    api.include_router(operation_routes(database, backlog, {"demand": consumer}))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(api), base_url="http://test", headers=token_for("administrator")
    ) as client:
        yield client


async def _park(consumer: Consumer, titles: Sequence[str]) -> None:
    """One key: the first letter is the culprit, the others wait behind it."""
    first = demand()
    for offset, title in enumerate(titles):
        event = demand(demand_id=first.demand_id, title=title)
        await consumer.apply([letter(event, offset, id=uuid4())])


async def _listed(client: httpx.AsyncClient) -> list[tuple[int, str]]:
    page = (await client.get("/dead-letters")).json()
    assert page["next"] is None
    return [(found["id"], found["reason"]) for found in page["letters"]]


async def test_letters_come_in_pages_and_only_one_alone_with_what_it_holds(
    client: httpx.AsyncClient, consumer: Consumer
) -> None:
    await _park(consumer, "一二三")
    first = (await client.get("/dead-letters", params={"limit": 2})).json()
    second = (await client.get("/dead-letters", params={"limit": 2, "after": first["next"]})).json()
    letters = [*first["letters"], *second["letters"]]
    assert (len(first["letters"]), len(second["letters"]), second["next"]) == (2, 1, None)
    assert not any("value" in found for found in letters)
    alone = (await client.get(f"/dead-letters/{letters[0]['id']}")).json()
    assert "一" in alone["value"]


@pytest.mark.parametrize("number", [10**30, 2**63, 0, -1, "x"])
async def test_a_number_that_none_can_have_is_refused(client: httpx.AsyncClient, number: object) -> None:
    for answer in (
        await client.get(f"/dead-letters/{number}"),
        await client.delete(f"/dead-letters/{number}"),
        await client.post(f"/dead-letters/{number}/replay"),
        await client.get("/dead-letters", params={"after": 2**63}),
    ):
        assert answer.status_code == 422
    assert (await client.get(f"/dead-letters/{2**63 - 1}")).status_code == 404


async def test_after_its_head_is_dropped_a_key_says_that_it_waits_for_a_replay(
    client: httpx.AsyncClient, consumer: Consumer, handler: Handler
) -> None:
    await _park(consumer, "一二三")
    (head, culprit), *followers = await _listed(client)
    assert "poison" in culprit
    assert {reason for _, reason in followers} == {dead_letters.FOLLOWS}
    assert (await client.delete(f"/dead-letters/{head}")).json() == {"dropped": 1, "waiting": 2}
    assert {reason for _, reason in await _listed(client)} == {dead_letters.FREED}
    handler.trouble = None
    assert (await client.post(f"/dead-letters/{followers[0][0]}/replay")).json() == {"applied": 2}
    assert handler.applied == ["二", "三"]


async def test_who_replays_a_letter_stays_on_record_with_why_it_was_dead(
    client: httpx.AsyncClient, consumer: Consumer, handler: Handler, database: Database
) -> None:
    await _park(consumer, "一二")
    (head, _), _ = await _listed(client)
    assert (await client.post(f"/dead-letters/{head}/replay")).status_code == 409
    assert await database.pool.fetch("SELECT * FROM replayed_letters") == []
    handler.trouble = None
    assert (await client.post(f"/dead-letters/{head}/replay")).json() == {"applied": 2}
    rows = await database.pool.fetch('SELECT replayed_by, reason FROM replayed_letters ORDER BY "offset"')
    assert [row["replayed_by"] for row in rows] == ["tester"] * 2
    assert ("poison" in rows[0]["reason"], rows[1]["reason"]) == (True, dead_letters.FOLLOWS)


async def test_a_follower_that_is_dropped_frees_nobody(client: httpx.AsyncClient, consumer: Consumer) -> None:
    await _park(consumer, "一二三")
    _, (second, _), _ = await _listed(client)
    assert (await client.delete(f"/dead-letters/{second}")).json() == {"dropped": 1, "waiting": 2}
    assert [reason for _, reason in await _listed(client)][1] == dead_letters.FOLLOWS


async def test_a_whole_key_can_be_dropped_and_who_did_it_stays_on_record(
    client: httpx.AsyncClient, consumer: Consumer, database: Database
) -> None:
    await _park(consumer, "一二三")
    (head, _), *_ = await _listed(client)
    assert (await client.delete(f"/dead-letters/{head}/key")).json() == {"dropped": 3, "waiting": 0}
    assert await _listed(client) == []
    rows = await database.pool.fetch("SELECT dropped_by FROM dropped_letters")
    assert [row["dropped_by"] for row in rows] == ["tester"] * 3
    assert (await client.delete(f"/dead-letters/{head}/key")).status_code == 404


async def test_a_replay_tells_a_refusal_from_a_database_that_is_away(
    client: httpx.AsyncClient, consumer: Consumer, handler: Handler
) -> None:
    await _park(consumer, "一")
    ((number, _),) = await _listed(client)
    assert (await client.post(f"/dead-letters/{number}/replay")).status_code == 409
    handler.trouble = asyncpg.AdminShutdownError("terminating connection")
    assert (await client.post(f"/dead-letters/{number}/replay")).status_code == 503
    assert len(await _listed(client)) == 1


async def test_the_backlog_says_that_kafka_is_away(client: httpx.AsyncClient) -> None:
    answer = await client.get("/backlog")
    assert (answer.status_code, answer.json()["detail"]) == (503, "Kafka is away")
