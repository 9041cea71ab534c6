"""The messages that the run itself left in Kafka: what the limits beside it are measured with."""

from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.contracts.flow import TOPICS


async def read(bootstrap: str, topics: Iterable[str], most: int) -> dict[str, list[Any]]:
    """The oldest messages of each topic, at most so many of each."""
    return {topic: await _read(bootstrap, topic, most) for topic in topics}


async def _read(bootstrap: str, topic: str, most: int) -> list[Any]:
    partitions = [TopicPartition(topic, number) for number in range(TOPICS[topic].partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        wanted = min(most, sum(ends.values()))
        found: list[Any] = []
        while len(found) < wanted:
            for messages in (await consumer.getmany(timeout_ms=1000, max_records=5000)).values():
                found += messages
    finally:
        await consumer.stop()
    return found[:wanted]


async def make_topic(bootstrap: str, name: str) -> None:
    """A topic to write to, with as many partitions as the others."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        if name not in await admin.list_topics():
            await admin.create_topics([NewTopic(name, TOPICS["demand"].partitions, 1)])
    finally:
        await admin.close()
