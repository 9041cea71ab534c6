"""From the receipt in the citizen's hand to the case that readers can see, at 200 demands a second."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from services.contracts.flow import TOPICS
from services.dev.bench import messages
from services.dev.bench.client import Head, Lane, open_lane
from services.dev.bench.demands import Bodies
from services.dev.bench.figures import LATENCY, Aim, Figure, percentile
from services.dev.bench.ground import Ground, TooSlow
from services.dev.bench.scale import Scale

RATE: Final = 200
SCRATCH: Final = "bench-hop"
LAST_SECONDS: Final = 30.0
ALONE: Final = "one hop through bare aiokafka at the same rate"

Seen = Callable[[Any, float], None]


async def measure(ground: Ground, scale: Scale, key: str) -> list[Figure]:
    """Needs a whole stack with nothing else to do. The bare hop is measured before and after."""
    bootstrap = ground.running.kafka
    await messages.make_topic(bootstrap, SCRATCH)
    ground.report(f"{RATE} messages/s through bare aiokafka")
    bare = await hops(bootstrap, scale.open_loop_seconds / 2)
    ground.report(f"{RATE} demands/s until each is a case")
    ours = await assignments(ground, scale, key)
    ground.report(f"{RATE} messages/s through bare aiokafka, again")
    bare += await hops(bootstrap, scale.open_loop_seconds / 2)
    return [
        Figure(f"{LATENCY}: p50", _ms(ours, 0.5), "ms", ALONE, _ms(bare, 0.5), Aim(60, at_most=True)),
        Figure(f"{LATENCY}: p99", _ms(ours, 0.99), "ms", ALONE, _ms(bare, 0.99), Aim(250, at_most=True)),
    ]


def _ms(seconds: Sequence[float], share: float) -> float:
    return 1000 * percentile(seconds, share)


async def assignments(ground: Ground, scale: Scale, key: str) -> list[float]:
    """Seconds from each 202 to the CaseAssigned as a reader gets it: after the case row's commit."""
    receipts: dict[str, float] = {}
    cases: dict[str, float] = {}

    def answered(lane: Lane, status: int, body: bytes) -> None:
        receipts[orjson.loads(body)["receipt"] if status == 202 else f"refused {len(receipts)}"] = _now()
        idle.append(lane)

    def seen(message: Any, at: float) -> None:
        cases[orjson.loads(message.value).get("receipt", "")] = at

    url = ground.running.service_url("intake")
    idle = [await open_lane(url, answered) for _ in range(16)]
    bodies, head = Bodies(), Head("/demands", key)
    async with reading(ground.running.kafka, "case", seen):
        async for number in ticks(scale.open_loop_seconds):
            lane = idle.pop() if idle else await open_lane(url, answered)
            lane.write(head.request(bodies.numbered(number), b"%s-%08d" % (bodies.run, number)))
        sent = number + 1
        await _until(lambda: len(receipts) == sent and receipts.keys() <= cases.keys())
    for lane in idle:
        lane.close()
    return [cases[receipt] - at for receipt, at in receipts.items()]


async def hops(bootstrap: str, seconds: float) -> list[float]:
    """Seconds from handing a message to an idempotent producer until a consumer has it."""
    sent: dict[int, float] = {}
    took: list[float] = []

    def seen(message: Any, at: float) -> None:
        took.append(at - sent[int(message.key)])

    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all")
    await producer.start()
    bodies = Bodies()
    try:
        async with reading(bootstrap, SCRATCH, seen):
            async for number in ticks(seconds):
                sent[number] = _now()
                await producer.send(SCRATCH, bodies.numbered(number), b"%d" % number)
            await _until(lambda: len(took) == len(sent))
    finally:
        await producer.stop()
    return took


async def ticks(seconds: float) -> AsyncIterator[int]:
    """Numbers from 0 at RATE a second, whatever happens in between: an open loop."""
    began = _now()
    for number in range(int(seconds * RATE)):
        if (early := began + number / RATE - _now()) > 0:
            await asyncio.sleep(early)
        yield number


@asynccontextmanager
async def reading(bootstrap: str, topic: str, seen: Seen) -> AsyncIterator[None]:
    """Hand over each message of a topic that comes from now on."""
    partitions = [TopicPartition(topic, number) for number in range(TOPICS["case"].partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    await consumer.start()
    consumer.assign(partitions)
    await consumer.seek_to_end(*partitions)
    await asyncio.gather(*(consumer.position(one) for one in partitions))
    task = asyncio.create_task(_read(consumer, seen))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, seen: Seen) -> None:
    async for message in consumer:
        seen(message, _now())


async def _until(condition: Callable[[], bool]) -> None:
    until = _now() + LAST_SECONDS
    while not condition():
        if _now() > until:
            raise TooSlow("not every message came through")
        await asyncio.sleep(0.02)


def _now() -> float:
    return time.perf_counter()
