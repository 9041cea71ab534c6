"""Topics: made by a migration step before any worker starts; their ids and end offsets."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import CommitFailedError, IllegalGenerationError, KafkaError, UnknownMemberIdError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from services.contracts.flow import TOPICS

RETENTION: Final = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}
"""The log is the record that figures can be rebuilt from: nothing is ever deleted."""

AWAY: Final = (KafkaError, OSError)
"""What asking Kafka raises while it can't be reached, or refuses for now."""


class TopicsMissing(LookupError):
    """Some topics don't exist."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"topics missing: {', '.join(self.names)}; run `yinuo migrate`")


async def ensure_topics(bootstrap: str, replication: int = 1) -> tuple[str, ...]:
    """Create the topics that are missing, with their fixed partition counts; the names created."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [topic for topic in TOPICS.values() if topic.name not in there]
        if missing:
            await admin.create_topics(
                [NewTopic(t.name, t.partitions, replication, topic_configs=RETENTION) for t in missing]
            )
    finally:
        await admin.close()
    return tuple(topic.name for topic in missing)


async def topic_ids(bootstrap: str, names: Iterable[str]) -> dict[str, str]:
    """The id that Kafka gave each topic when it was made. Raises TopicsMissing."""
    names = tuple(names)
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        answer = await client.send(client.get_random_node(), _TopicIdRequest(names))
    finally:
        await client.close()
    ids = {name: str(id_) for error, name, id_, *_ in answer.topics if not error}
    if missing := [name for name in names if name not in ids]:
        raise TopicsMissing(missing)
    return ids


async def end_offsets(bootstrap: str, names: Iterable[str]) -> dict[tuple[str, int], int]:
    """The next offset that each partition will give, by (topic, partition)."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    try:
        await consumer.start()
        partitions = [TopicPartition(name, p) for name in names for p in range(TOPICS[name].partitions)]
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(partitions)
    finally:
        await consumer.stop()
    return {(tp.topic, tp.partition): offset for tp, offset in ends.items()}


async def rewind_group(bootstrap: str, group: str, stored: Mapping[tuple[str, int], int]) -> dict[str, int]:
    """Set back a group's offsets that lie ahead of the stored ones (0 where none is stored).

    PostgreSQL knows what was applied, Kafka's own offsets only follow it: they are ahead when the
    database was restored from an older copy. Returns what was set back, by `topic/partition`; nothing
    while a member of the group runs, whose offsets are its own.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, partition) for topic, partition in stored]
        consumer.assign(partitions)
        committed = {tp: await consumer.committed(tp) or 0 for tp in partitions}
        ahead = {tp: stored[tp] for tp in partitions if committed[tp] > stored[tp]}
        if ahead:
            await consumer.commit(ahead)
    except (IllegalGenerationError, UnknownMemberIdError, CommitFailedError):
        return {}
    finally:
        await consumer.stop()
    return {f"{tp.topic}/{tp.partition}": offset for tp, offset in ahead.items()}


# aiokafka speaks the metadata request up to version 5; topic ids come with version 10 (KIP-516).


class _Uuid(AbstractType[UUID]):
    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))


class _TopicIdResponse(Response):
    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString("utf-8")),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _TopicIdRequestStruct(RequestStruct):
    API_KEY = 3
    API_VERSION = 12
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _TopicIdResponse
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(("topic_id", _Uuid), ("name", CompactString("utf-8")), ("tags", TaggedFields)),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicIdRequest(Request[_TopicIdRequestStruct]):
    API_KEY = 3

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)

    def build(self, request_struct_class: type[_TopicIdRequestStruct]) -> Any:
        topics: list[Any] = [(UUID(int=0), name, {}) for name in self._names]
        return request_struct_class(topics, False, False, {})
