"""Facts, positions, directory entries, promise heads in PostgreSQL: what the stream writes."""

from collections.abc import Iterable, Sequence
from datetime import date

import orjson

from services.contracts.directory import DirectoryEvent
from services.kit.postgres import Connection
from services.reporting.days import Cut, Position
from services.reporting.facts import COLUMNS, Fact
from services.reporting.promise_heads import Reached


async def positions(connection: Connection, topic: str) -> dict[Position, date]:
    """The day each partition of a topic is in."""
    rows = await connection.fetch("SELECT topic, partition, day FROM positions WHERE topic = $1", topic)
    return {(row["topic"], row["partition"]): row["day"] for row in rows}


async def append(connection: Connection, facts: Iterable[Fact]) -> None:
    """COPY the facts in. The inbox has let each event pass once, so there is nothing to conflict with."""
    await connection.copy_records_to_table("facts", records=facts, columns=COLUMNS)


async def pass_cuts(connection: Connection, cuts: Sequence[Cut]) -> None:
    """Record where days begin, and move the partitions on."""
    columns = (
        [cut.day for cut in cuts],
        [cut.topic for cut in cuts],
        [cut.partition for cut in cuts],
        [cut.offset for cut in cuts],
    )
    await connection.execute(
        """
        INSERT INTO cuts (day, topic, partition, "offset")
        SELECT * FROM unnest($1::date[], $2::text[], $3::smallint[], $4::bigint[])
        ON CONFLICT (day, topic, partition) DO NOTHING
        """,
        *columns,
    )
    await connection.execute(
        """
        INSERT INTO positions AS p (topic, partition, day)
        SELECT topic, partition, max(day) FROM unnest($1::date[], $2::text[], $3::smallint[])
            AS t(day, topic, partition) GROUP BY topic, partition ORDER BY topic, partition
        ON CONFLICT (topic, partition) DO UPDATE SET day = greatest(p.day, excluded.day)
        """,
        *columns[:3],
    )


async def record_entries(connection: Connection, entries: Sequence[tuple[DirectoryEvent, date, int]]) -> None:
    """Keep directory entries with the day and the offset at which they became known."""
    await connection.execute(
        """
        INSERT INTO directory_entries (kind, code, version, day, "offset", retired, body)
        SELECT kind, code, version, day, "offset", retired, body::jsonb
        FROM unnest($1::text[], $2::text[], $3::int[], $4::date[], $5::bigint[], $6::bool[], $7::text[])
            AS t(kind, code, version, day, "offset", retired, body)
        ON CONFLICT (kind, code, version) DO NOTHING
        """,
        [event.subject().partition("/")[0] for event, _, _ in entries],
        [event.subject().partition("/")[2] for event, _, _ in entries],
        [event.version for event, _, _ in entries],
        [day for _, day, _ in entries],
        [offset for _, _, offset in entries],
        [event.retired for event, _, _ in entries],
        [orjson.dumps(event.model_dump(mode="json")).decode() for event, _, _ in entries],
    )


async def reach(connection: Connection, heads: Sequence[Reached]) -> None:
    """Note how far the promise chain reached; a lower fact of the same day, read later, changes nothing."""
    await connection.execute(
        """
        INSERT INTO promise_heads AS p (authority, day, seq, hash, signature, key)
        SELECT * FROM unnest($1::text[], $2::date[], $3::bigint[], $4::text[], $5::text[], $6::text[])
        ON CONFLICT (authority, day) DO UPDATE
        SET seq = excluded.seq, hash = excluded.hash, signature = excluded.signature, key = excluded.key
        WHERE p.seq < excluded.seq
        """,
        [one.authority for one in heads],
        [one.day for one in heads],
        [one.head.seq for one in heads],
        [one.head.hash for one in heads],
        [one.head.signature for one in heads],
        [one.head.key for one in heads],
    )
