"""The inbox and the offsets: what a reader has applied, whatever Kafka delivers again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from services.contracts.envelope import Record
from services.contracts.flow import TOPICS
from services.kit.connection import Connection, Pool
from services.kit.dead_letters import Letter


class TopicReplaced(RuntimeError):
    """The topic was made anew: its offsets mean nothing to the stored ones."""

    def __init__(self, topic: str, stored: str, found: str) -> None:
        super().__init__(
            f"topic {topic} has id {found}, but offsets are stored for id {stored}: it was made anew. "
            "Restore the topic, or clear this service's offsets knowingly"
        )


class EventsSkipped(RuntimeError):
    """Events between the stored offset and the first one delivered never came: applying would lose them."""

    def __init__(self, topic: str, partition: int, stored: int, found: int) -> None:
        super().__init__(
            f"{topic}/{partition}: applied up to {stored}, delivered from {found}: the group's offset in "
            "Kafka is ahead of this database (restored from a backup?). A restart sets it back"
        )


async def stored_offsets(connection: Connection | Pool, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """The next offset of each partition of some topics; 0 where nothing was applied yet."""
    rows = await connection.fetch("SELECT topic, partition, next_offset FROM offsets")
    found = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
    keys = [(name, partition) for name in topics for partition in range(TOPICS[name].partitions)]
    return {key: found.get(key, 0) for key in keys}


async def refuse_replaced(connection: Connection | Pool, ids: Mapping[str, str]) -> None:
    """Raise TopicReplaced where offsets are stored for another topic than the one that there is now."""
    for row in await connection.fetch("SELECT DISTINCT topic, topic_id FROM offsets ORDER BY topic"):
        found = ids.get(row["topic"], row["topic_id"])
        if found != row["topic_id"]:
            raise TopicReplaced(row["topic"], row["topic_id"], found)


class Opened(NamedTuple):
    """A batch whose partitions are locked: the letters not applied before, and the keys that are parked."""

    ahead: list[Letter]
    parked: set[str]


async def open_batch(
    connection: Connection, topic: str, topic_id: str, letters: Sequence[Letter], *, whole: bool = False
) -> Opened:
    """Move the offsets forward over a batch, and tell what of it lies at or past the stored offsets.

    `whole`: the letters come straight from a log that has no holes (nothing is deleted, compacted or
    transactional), and so must follow each other. Raises TopicReplaced and EventsSkipped, on which the
    transaction must not commit.
    """
    ends: dict[int, int] = {}
    for letter in letters:
        ends[letter.partition] = max(letter.offset + 1, ends.get(letter.partition, 0))
    partitions = sorted(ends)
    row = await connection.fetchrow(
        "SELECT * FROM open_batch($1, $2, $3, $4)",
        topic,
        topic_id,
        partitions,
        [ends[partition] for partition in partitions],
    )
    assert row is not None  # noqa: S101  the function returns one row
    for found in row["topic_ids"] or ():
        if found != topic_id:
            raise TopicReplaced(topic, found, topic_id)
    stored = dict(zip(row["partitions"] or (), row["next_offsets"] or (), strict=True))
    if whole:
        _refuse_skipped(topic, stored, letters)
    ahead = [letter for letter in letters if letter.offset >= stored.get(letter.partition, 0)]
    return Opened(ahead, set(row["parked"]))


def _refuse_skipped(topic: str, stored: Mapping[int, int], letters: Sequence[Letter]) -> None:
    following = dict(stored)
    for letter in letters:
        expected = following.get(letter.partition, 0)
        if letter.offset > expected:
            raise EventsSkipped(topic, letter.partition, expected, letter.offset)
        following[letter.partition] = max(expected, letter.offset + 1)


async def new_ids(connection: Connection, topic: str, records: Sequence[Record]) -> set[UUID]:
    """Enter the records; the ids of those that were not there before."""
    if not records:
        return set()
    rows = await connection.fetch(
        """
        INSERT INTO inbox (event_id, topic) SELECT id, $2 FROM unnest($1::uuid[]) AS id ORDER BY id
        ON CONFLICT DO NOTHING RETURNING event_id
        """,
        [record.envelope.id for record in records],
        topic,
    )
    return {row["event_id"] for row in rows}


async def forget(connection: Connection, records: Sequence[Record]) -> None:
    """Take records out again that could not be applied: replay will enter them."""
    if records:
        await connection.execute(
            "DELETE FROM inbox WHERE event_id = ANY($1::uuid[])", [record.envelope.id for record in records]
        )
