"""The instant at which a stack's business clock is set, and whether it still may be."""

from datetime import UTC, datetime

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.dev.problem import Problem


def parse_instant(text: str) -> datetime:
    """An aware instant in UTC from ISO 8601 with an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"{text} is no instant", "write it like 2021-03-01T08:00+08:00") from error
    if moment.tzinfo is None:
        raise Problem(f"{text} has no offset", f"write it like {text}+08:00")
    return moment.astimezone(UTC)


async def messages_exist(bootstrap: str, admin_url: str) -> bool:
    """Whether anything was ever published, or waits in an outbox."""
    return await _published(bootstrap) or await _waiting(admin_url)


async def _published(bootstrap: str) -> bool:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        found = await _partitions(bootstrap)
        return any((await consumer.end_offsets(found)).values()) if found else False
    finally:
        await consumer.stop()


async def _partitions(bootstrap: str) -> list[TopicPartition]:
    """Every partition but those of Kafka's own topics."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        topics = await client.describe_topics()
    finally:
        await client.close()
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in topics
        if not topic["topic"].startswith("__")
        for partition in topic["partitions"]
    ]


async def _waiting(admin_url: str) -> bool:
    connection = await asyncpg.connect(admin_url)
    try:
        tables = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE tablename = 'outbox'"
        )
        for table in tables:
            if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table['name']})"):
                return True
        return False
    finally:
        await connection.close()
