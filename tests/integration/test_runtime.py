"""Outbox → relay → Kafka → Faust → consumer, in this process, on the real stack."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from itertools import count
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import FastAPI
from pydantic import TypeAdapter

from services.contracts.demand import DemandRegistered
from services.contracts.envelope import Record
from services.contracts.flow import TOPICS
from services.contracts.supervision import LimitsSet
from services.contracts.vocabulary import Service
from services.contracts.watermark import WatermarkPassed
from services.dev.stack import Infrastructure
from services.kit import backlog, runtime
from services.kit.outbox import partition_of
from services.kit.partitions import Partitions
from services.kit.postgres import Database, Writing
from services.kit.relay import Relay
from services.kit.runtime import Runtime
from services.kit.settings import ServiceSettings
from services.kit.topics import end_offsets
from tests.builders import demand
from tests.conftest import DatabaseOf

Environment = Callable[[Service], dict[str, str]]

SUBJECTS, WRITERS, TURNS = 3, 6, 20


class Seen:
    """A handler that remembers demands and limits and lets a test wait for them."""

    def __init__(self) -> None:
        self.demands: list[DemandRegistered] = []
        self.limits: list[LimitsSet] = []
        self.batches: list[int] = []
        self._more = asyncio.Condition()

    async def __call__(self, writing: Writing, records: Sequence[Record]) -> None:
        self.batches.append(len(records))
        self.demands += [record.event for record in records if isinstance(record.event, DemandRegistered)]
        self.limits += [record.event for record in records if isinstance(record.event, LimitsSet)]
        async with self._more:
            self._more.notify_all()

    async def all_of(self, wanted: Sequence[DemandRegistered]) -> list[DemandRegistered]:
        ids: set[UUID] = {event.demand_id for event in wanted}
        await self.until(lambda: ids <= {event.demand_id for event in self.demands})
        return [event for event in self.demands if event.demand_id in ids]

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(60), self._more:
            await self._more.wait_for(enough)


def settings_of(environment: dict[str, str]) -> ServiceSettings:
    """What all services share; a service's own settings are left out."""
    given = {name.removeprefix("YINUO_").lower(): value for name, value in environment.items()}
    fields = {name: value for name, value in given.items() if name in ServiceSettings.model_fields}
    return TypeAdapter(ServiceSettings).validate_python(fields)


@pytest.fixture
async def intake(infrastructure: Infrastructure, database_of: DatabaseOf) -> AsyncIterator[Database]:
    """Intake's database with its relay running."""
    plain = database_of("intake")
    relay = Relay("intake", plain.pool, infrastructure.kafka)
    running = asyncio.create_task(relay.run())
    yield Database("intake", plain.pool, relay.wake)
    running.cancel()
    await asyncio.wait([running])


@pytest.fixture
async def seen(environment_of: Environment) -> AsyncIterator[Seen]:
    """A service that reads `demand` with a handler that remembers, under Faust."""
    handler = Seen()
    handlers = {"demand": handler, "supervision": handler}
    runtime = Runtime("assignment", settings_of(environment_of("assignment")), handlers)
    api = runtime.build_api("a service under test")
    async with api.router.lifespan_context(api):
        yield handler


async def _ready(api: FastAPI) -> tuple[int, dict[str, dict[str, str]]]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        answer = await client.get("/health/ready")
    return answer.status_code, answer.json()


@pytest.mark.parametrize("works_without_kafka", [False, True])
async def test_a_silent_kafka_and_a_consumer_without_partitions_are_named(
    environment_of: Environment, monkeypatch: pytest.MonkeyPatch, works_without_kafka: bool
) -> None:
    handlers = {"demand": Seen(), "supervision": Seen()}
    settings = settings_of(environment_of("assignment"))
    process = Runtime("assignment", settings, handlers, works_without_kafka=works_without_kafka)
    api = process.build_api("a service under test")
    monkeypatch.setattr(backlog, "LOOK_SECONDS", 0.1)
    async with api.router.lifespan_context(api):
        async with asyncio.timeout(60):
            while process.state["consumer"] or not process.partitions.assigned():  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert process.backlog.silence() < 5
        assert await _ready(api) == (200, {"status": "ok", "missing": {}, "degraded": {}})
        monkeypatch.setattr(runtime, "SILENCE_SECONDS", -1)
        process.partitions = Partitions()
        monkeypatch.setattr(runtime, "UNASSIGNED_SECONDS", -1)
        status, said = await _ready(api)
    assert status == (200 if works_without_kafka else 503)
    assert set(said["degraded" if works_without_kafka else "missing"]) == {"kafka", "consumer"}


async def _register(intake: Database, events: Sequence[DemandRegistered]) -> None:
    async with intake.writing() as writing:
        writing.publish_all(events)


async def test_events_travel_from_outbox_to_handler_and_leave_the_outbox(
    intake: Database, seen: Seen
) -> None:
    events = [demand() for _ in range(300)]
    await _register(intake, events)
    assert {e.demand_id for e in await seen.all_of(events)} == {e.demand_id for e in events}
    assert await intake.pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_of_the_repeats_of_one_event_only_the_first_arrives(intake: Database, seen: Seen) -> None:
    """The identity of a demand is its id."""
    first = demand(title="0")
    await _register(intake, [first])
    for number in range(1, 50):
        await _register(intake, [demand(demand_id=first.demand_id, title=str(number))])
    after_them = _demand_beside(first)
    await _register(intake, [after_them])
    assert [event.title for event in await seen.all_of([first, after_them])] == ["0", after_them.title]


def _demand_beside(other: DemandRegistered) -> DemandRegistered:
    """Another demand in the same partition, so that it is read after what was written before it."""
    partitions = TOPICS["demand"].partitions
    wanted = partition_of(other.subject(), partitions)
    return next(one for one in iter(demand, None) if partition_of(one.subject(), partitions) == wanted)


async def test_the_events_of_one_subject_keep_their_order(
    infrastructure: Infrastructure, database_of: DatabaseOf, seen: Seen
) -> None:
    """Of many writers each in turn holds the subject, and the relay changes hands while they write."""
    plain = database_of("supervision")
    relays = [Relay("supervision", plain.pool, infrastructure.kafka) for _ in range(2)]

    def wake() -> None:
        for relay in relays:
            relay.wake()

    database = Database("supervision", plain.pool, wake)
    running = [asyncio.create_task(relay.run()) for relay in relays]
    versions = {uuid4(): count(1) for _ in range(SUBJECTS)}
    try:
        async with asyncio.TaskGroup() as writers:
            for _ in range(WRITERS):
                writers.create_task(_write_versions(database, versions))
            await seen.until(lambda: any(event.case_id in versions for event in seen.limits))
            running[0].cancel()
        await seen.until(lambda: len(_versions_seen(seen, versions)) >= SUBJECTS * WRITERS * TURNS)
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)
    for case_id in versions:
        assert _versions_seen(seen, [case_id]) == list(range(1, WRITERS * TURNS + 1))


async def _write_versions(database: Database, versions: Mapping[UUID, Iterator[int]]) -> None:
    """Write each subject's next version in turn, holding the subject as a service holds its row."""
    for case_id, following in TURNS * list(versions.items()):
        async with database.writing() as writing:
            await writing.connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", str(case_id)
            )
            writing.publish(_limits(case_id, next(following)))


def _limits(case_id: UUID, version: int) -> LimitsSet:
    return LimitsSet(
        case_id=case_id, demand_id=case_id, dispatch=1, version=version, sign_for_due=None, complete_due=None
    )


def _versions_seen(seen: Seen, case_ids: Collection[UUID]) -> list[int]:
    return [event.version for event in seen.limits if event.case_id in case_ids]


async def test_a_commit_that_overlaps_a_published_later_one_is_not_skipped(
    intake: Database, seen: Seen
) -> None:
    """A sequence value is taken before its commit: the early row commits after the late one is gone."""
    early, late = demand(), demand()
    async with intake.writing() as slow:
        await slow.connection.execute("SELECT 1")
        slow.publish(early)
        await _register(intake, [late])
        await seen.all_of([late])
    assert await seen.all_of([early, late])


async def test_each_day_has_one_watermark_in_every_partition(database_of: DatabaseOf) -> None:
    database = database_of("supervision")
    await database.pool.execute("DELETE FROM outbox; DELETE FROM watermarks")
    await database.pass_watermarks()
    assert await database.pass_watermarks() == 0
    rows = await database.pool.fetch(
        "SELECT partition, convert_from(value, 'UTF8') AS value FROM outbox WHERE type = $1",
        WatermarkPassed.type,
    )
    days = [(row["partition"], WatermarkPassed.model_validate_json(row["value"]).day) for row in rows]
    assert sorted(partition for partition, _ in days) == list(range(8))
    assert len({day for _, day in days}) == 1


async def test_a_group_ahead_of_the_database_is_set_back_before_the_service_reads(
    intake: Database, database_of: DatabaseOf, environment_of: Environment, infrastructure: Infrastructure
) -> None:
    """As after PostgreSQL was restored from an older copy than Kafka."""
    events = [demand() for _ in range(20)]
    await _register(intake, events)
    await _until_published(intake)
    ends = await end_offsets(infrastructure.kafka, ["demand"])
    await _commit(infrastructure.kafka, "yinuo-assignment", ends)
    handler = Seen()
    settings = settings_of(environment_of("assignment"))
    runtime = Runtime("assignment", settings, {"demand": handler, "supervision": handler})
    api = runtime.build_api("a service under test")
    async with api.router.lifespan_context(api):
        await handler.all_of(events)


async def _until_published(intake: Database) -> None:
    async with asyncio.timeout(60):
        while await intake.pool.fetchval("SELECT count(*) FROM outbox"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _commit(bootstrap: str, group: str, offsets: dict[tuple[str, int], int]) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = {TopicPartition(topic, number): end for (topic, number), end in offsets.items()}
        consumer.assign(list(partitions))
        await consumer.commit(partitions)
    finally:
        await consumer.stop()
