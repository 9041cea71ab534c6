"""The outbox: events wait in their writer's schema until Kafka has them."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.flow import TOPICS, topic_of
from services.contracts.watermark import WatermarkPassed
from services.kit.connection import Connection

_APPEND = """
INSERT INTO outbox (topic, partition, subject, event_id, type, time, value)
SELECT * FROM unnest($1::text[], $2::smallint[], $3::text[], $4::uuid[], $5::text[],
                     $6::timestamptz[], $7::bytea[])
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the outbox."""

    id: int
    topic: str
    partition: int
    subject: str
    event_id: UUID
    type: str
    time: datetime
    value: bytes


def partition_of(subject: str, partitions: int) -> int:
    """Where a subject's events go, always."""
    return zlib.crc32(subject.encode()) % partitions


async def append(connection: Connection, events: Sequence[tuple[Event, datetime]]) -> None:
    """Write events, each with its business time, in the order given. Nothing for no events."""
    if not events:
        return
    columns: tuple[list[object], ...] = ([], [], [], [], [], [], [])
    for event, time in events:
        topic, subject = topic_of(event), event.subject()
        partition = (
            event.partition
            if isinstance(event, WatermarkPassed)
            else partition_of(subject, TOPICS[topic].partitions)
        )
        row = (
            topic,
            partition,
            subject,
            event.event_id(),
            event.type,
            time,
            event.model_dump_json().encode(),
        )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    await connection.execute(_APPEND, *columns)


async def exchange(
    connection: Connection, published: Sequence[int], buckets: Sequence[int], most: int
) -> list[Waiting]:
    """Forget rows that Kafka has acknowledged; the oldest others of some buckets, in the order of their ids.

    Ids of one bucket are in the order of its subjects' versions, since whoever writes a subject
    holds its row; across subjects an id may commit later than a higher one, and is simply read later.
    """
    rows = await connection.fetch(
        """
        WITH gone AS (DELETE FROM outbox WHERE id = ANY($1::bigint[]))
        SELECT id, topic, partition, subject, event_id, type, time, value FROM outbox
        WHERE partition = ANY($2::smallint[]) AND id <> ALL($1::bigint[]) ORDER BY id LIMIT $3
        """,
        published,
        buckets,
        most,
    )
    return [Waiting(*row.values()) for row in rows]
