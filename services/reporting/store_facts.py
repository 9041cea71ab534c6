"""Facts, positions, directory entries, promise heads in PostgreSQL: what the stream writes."""

from collections.abc import Iterable, Sequence
from datetime import date

import orjson

from services.contracts.directory import DirectoryEvent
from services.kit.postgres import Connection
from services.reporting.facts import COLUMNS, Fact
from services.reporting.promise_heads import Reached
from services.reporting.weeks import Cut, Position


async def positions(connection: Connection, topic: str) -> dict[Position, date]:
    """The week each partition of a topic is in."""
    rows = await connection.fetch("SELECT topic, partition, week FROM positions WHERE topic = $1", topic)
    return {(row["topic"], row["partition"]): row["week"] for row in rows}


async def append(connection: Connection, facts: Iterable[Fact]) -> None:
    """COPY the facts in. The inbox has let each event pass once, so there is nothing to conflict with."""
    await connection.copy_records_to_table("facts", records=facts, columns=COLUMNS)


async def pass_cuts(connection: Connection, cuts: Sequence[Cut]) -> None:
    """Record where weeks begin, and move the partitions on."""
    columns = (
        [cut.week for cut in cuts],
        [cut.topic for cut in cuts],
        [cut.partition for cut in cuts],
        [cut.offset for cut in cuts],
    )
    await connection.execute(
        """
        INSERT INTO cuts (week, topic, partition, "offset")
        SELECT * FROM unnest($1::date[], $2::text[], $3::smallint[], $4::bigint[])
        ON CONFLICT (week, topic, partition) DO NOTHING
        """,
        *columns,
    )
    await connection.execute(
        """
        INSERT INTO positions AS p (topic, partition, week)
        SELECT topic, partition, max(week) FROM unnest($1::date[], $2::text[], $3::smallint[])
            AS t(week, topic, partition) GROUP BY topic, partition ORDER BY topic, partition
        ON CONFLICT (topic, partition) DO UPDATE SET week = greatest(p.week, excluded.week)
        """,
        *columns[:3],
    )


async def record_entries(connection: Connection, entries: Sequence[tuple[DirectoryEvent, date]]) -> None:
    """Keep directory entries with the week in which they became known."""
    await connection.execute(
        """
        INSERT INTO directory_entries (kind, code, version, week, retired, body)
        SELECT kind, code, version, week, retired, body::jsonb
        FROM unnest($1::text[], $2::text[], $3::int[], $4::date[], $5::bool[], $6::text[])
            AS t(kind, code, version, week, retired, body)
        ON CONFLICT (kind, code, version) DO NOTHING
        """,
        [event.subject().partition("/")[0] for event, _ in entries],
        [event.subject().partition("/")[2] for event, _ in entries],
        [event.version for event, _ in entries],
        [week for _, week in entries],
        [event.retired for event, _ in entries],
        [orjson.dumps(event.model_dump(mode="json")).decode() for event, _ in entries],
    )


async def reach(connection: Connection, heads: Sequence[Reached]) -> None:
    """Note how far the promise chain reached; a lower fact of the same week, read later, changes nothing."""
    await connection.execute(
        """
        INSERT INTO promise_heads AS p (authority, week, seq, hash, signature, key)
        SELECT * FROM unnest($1::text[], $2::date[], $3::bigint[], $4::text[], $5::text[], $6::text[])
        ON CONFLICT (authority, week) DO UPDATE
        SET seq = excluded.seq, hash = excluded.hash, signature = excluded.signature, key = excluded.key
        WHERE p.seq < excluded.seq
        """,
        [one.authority for one in heads],
        [one.week for one in heads],
        [one.head.seq for one in heads],
        [one.head.hash for one in heads],
        [one.head.signature for one in heads],
        [one.head.key for one in heads],
    )
