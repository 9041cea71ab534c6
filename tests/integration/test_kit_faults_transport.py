"""The fast way from Kafka to the agents: order, a full queue, rebalances under load, nothing lost."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.dev.stack import Infrastructure
from services.kit.dead_letters import Letter
from services.kit.faust_transport import Consumer, Delivery, Transport
from services.kit.stream import assigned_partitions, build_worker, working

PARTITIONS = 4


class Seen:
    """Stands where a Consumer stands, remembers what it was handed, and takes its time.

    `holes` are offsets that came before the ones below them: a forward-only offset row would drop those.
    """

    def __init__(self, topic: str, pause: float = 0) -> None:
        self.topic = topic
        self.pause = pause
        self.next: dict[int, int] = defaultdict(int)
        self.holes: list[tuple[int, int, int]] = []
        self.values: set[bytes] = set()
        self.repeated = 0

    async def apply(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            expected = self.next[letter.partition]
            if letter.offset > expected:
                self.holes.append((letter.partition, expected, letter.offset))
            self.repeated += letter.offset < expected
            self.next[letter.partition] = max(expected, letter.offset + 1)
            self.values.add(letter.value)
        await asyncio.sleep(self.pause)

    async def until(self, condition: Callable[[], bool], seconds: float = 90) -> None:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  Faust offers no event for any of this
                await asyncio.sleep(0.02)


@pytest.fixture
async def topic(infrastructure: Infrastructure) -> str:
    name = f"faults-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=infrastructure.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    await admin.close()
    return name


@pytest.fixture
async def producer(infrastructure: Infrastructure) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(bootstrap_servers=infrastructure.kafka, enable_idempotence=True) as running:
        yield running


async def _produce(producer: AIOKafkaProducer, topic: str, numbers: range) -> set[bytes]:
    values = [f"{number}".encode() for number in numbers]
    sent = [
        await producer.send(topic, value, partition=number % PARTITIONS)
        for number, value in zip(numbers, values, strict=True)
    ]
    await asyncio.gather(*sent)
    return set(values)


@asynccontextmanager
async def _worker(infrastructure: Infrastructure, seen: Seen, batch_size: int) -> AsyncIterator[object]:
    consumers = {seen.topic: seen}
    worker = build_worker("assignment", infrastructure.kafka, consumers, batch_size)  # type: ignore[arg-type]
    async with working(worker, stop_timeout=8):
        yield worker


async def test_everything_arrives_once_and_in_the_order_of_its_partition(
    infrastructure: Infrastructure, producer: AIOKafkaProducer, topic: str
) -> None:
    seen = Seen(topic)
    sent = await _produce(producer, topic, range(20_000))
    async with _worker(infrastructure, seen, batch_size=1000):
        await seen.until(lambda: seen.values == sent)
    assert (seen.holes, seen.repeated) == ([], 0)


async def test_a_full_queue_in_front_of_a_slow_agent_keeps_the_order_and_loses_nothing(
    infrastructure: Infrastructure, producer: AIOKafkaProducer, topic: str
) -> None:
    """The queue holds 20 messages, so nearly every delivery suspends."""
    seen = Seen(topic, pause=0.001)
    sent = await _produce(producer, topic, range(4_000))
    async with _worker(infrastructure, seen, batch_size=5):
        await seen.until(lambda: seen.values == sent)
    assert (seen.holes, seen.repeated) == ([], 0)


async def test_a_worker_that_stops_with_a_full_queue_leaves_the_rest_to_the_next(
    infrastructure: Infrastructure, producer: AIOKafkaProducer, topic: str
) -> None:
    seen = Seen(topic, pause=0.002)
    sent = await _produce(producer, topic, range(3_000))
    for share in (0.2, 0.5, 1):
        async with _worker(infrastructure, seen, batch_size=5):
            await seen.until(lambda share=share: len(seen.values) >= share * len(sent))  # type: ignore[misc]
    assert seen.values == sent
    assert seen.holes == []


async def test_rebalances_under_load_lose_nothing_and_keep_the_order(
    infrastructure: Infrastructure, producer: AIOKafkaProducer, topic: str
) -> None:
    """A second worker joins and leaves twice while messages flow and the queues are full."""
    seen, sent = Seen(topic, pause=0.002), set[bytes]()
    running = True

    async def produce() -> None:
        number = 0
        while running:
            sent.update(await _produce(producer, topic, range(number, number + 200)))
            number += 200
            await asyncio.sleep(0.05)

    async with _worker(infrastructure, seen, batch_size=20) as first:
        producing = asyncio.create_task(produce())
        for _ in range(2):
            await seen.until(lambda: len(_partitions(first, topic)) == PARTITIONS)
            async with _worker(infrastructure, seen, batch_size=20) as second:
                await seen.until(lambda second=second: 0 < len(_partitions(second, topic)) < PARTITIONS)  # type: ignore[misc]
                before = len(seen.values)
                await seen.until(lambda before=before: len(seen.values) > before + 200)  # type: ignore[misc]
        running = False
        await producing
        await seen.until(lambda: seen.values == sent)
    assert seen.holes == []


def _partitions(worker: object, topic: str) -> list[TopicPartition]:
    return [found for found in assigned_partitions(worker) if found.topic == topic]


class Interrupted(Exception):
    pass


async def test_a_delivery_that_has_room_is_done_at_once_and_one_that_waits_goes_on_where_it_stopped() -> None:
    done: list[str] = []
    gate = asyncio.Event()

    async def deliver(message: str) -> None:
        done.append(f"{message} begun")
        if message == "late":
            await gate.wait()
        done.append(f"{message} done")

    assert Delivery(deliver, "prompt").completes_at_once()
    late = Delivery(deliver, "late")
    assert not late.completes_at_once()
    gate.set()
    await late
    assert done == ["prompt begun", "prompt done", "late begun", "late done"]


async def test_an_interruption_reaches_the_delivery_that_waits() -> None:
    async def deliver(_: str) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise Interrupted from None

    delivery = Delivery(deliver, "any")
    assert not delivery.completes_at_once()

    async def finish() -> None:
        await delivery

    task = asyncio.create_task(finish())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(Interrupted):
        await task


def test_faust_takes_the_transport_by_the_scheme_of_the_brokers_address() -> None:
    worker = build_worker("assignment", "127.0.0.1:9092", {}, 10)
    assert type(worker.transport) is Transport
    assert worker.transport.Consumer is Consumer
