"""The record read anew: every message of a topic from offset 0 up to an end, outside any consumer group."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.kit.dead_letters import Letter

MOST: Final = 2000
"""How many messages come at once."""


async def from_the_start(
    bootstrap: str, topic: str, ends: Mapping[tuple[str, int], int]
) -> AsyncIterator[list[Letter]]:
    """Batches of a topic's letters, those of a partition in the order of their offsets, up to its end."""
    left = {TopicPartition(*place): end for place, end in ends.items() if place[0] == topic and end > 0}
    if not left:
        return
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(left))
        await consumer.seek_to_beginning()
        while left:
            got = await consumer.getmany(*left, timeout_ms=1000, max_records=MOST)
            if letters := [letter_of(message) for messages in got.values() for message in messages]:
                yield letters
            left = {place: end for place, end in left.items() if await consumer.position(place) < end}
    finally:
        await consumer.stop()


def letter_of(message: Any) -> Letter:
    """A message as Kafka delivered it, whichever client fetched it."""
    headers = message.headers or ()
    pairs = tuple(headers.items()) if isinstance(headers, dict) else tuple(headers)
    return Letter(
        message.topic, message.partition, message.offset, _key(message), pairs, message.value or b""
    )


def _key(message: Any) -> str:
    """The subject; of a stranger's bytes something that PostgreSQL can keep."""
    key = message.key.decode("utf-8", "replace") if message.key else ""
    return key.replace("\0", "\ufffd") if "\0" in key else key
