"""What one demand's work costs in each part alone: rows inserted, events produced, events taken."""

import json
import math
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaProducer

from services.contracts.envelope import Envelope
from services.dev.bench import messages
from services.dev.bench.end_to_end import TOPICS
from services.dev.bench.figures import END_TO_END, Aim, Figure
from services.dev.bench.ground import Ground
from services.dev.supervisor import checkout

SAMPLE: Final = 10_000
"""Demands whose rows and events are written again."""
GROUP: Final = 500
"""Demands a transaction, as intake commits them."""
SCRATCH: Final = "bench-produce"
WRITTEN: Final = (
    "intake.demands",
    "intake.citizens",
    "intake.citizen_indexes",
    "intake.tracking",
    "intake.timeline",
    "intake.dues",
    "intake.idempotency_keys",
    "intake.inbox",
    "assignment.cases",
    "assignment.dues",
    "assignment.inbox",
    "supervision.limits",
    "supervision.inbox",
    "reporting.facts",
    "reporting.inbox",
)
"""Every table that a demand leaves rows in; its outbox rows are made of its messages."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, with the names and types of its columns."""

    table: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Any]]

    @property
    def copy(self) -> str:
        return f"bench.{self.table.replace('.', '_')}"

    @property
    def insert(self) -> str:
        names = ", ".join(f'"{name}"' for name, _ in self.columns)
        kinds = [(name, "text" if is_array(kind) else kind) for name, kind in self.columns]
        arrays = ", ".join(f"${place}::{kind}[]" for place, (_, kind) in enumerate(kinds, 1))
        values = ", ".join(f'"{name}"::{kind}' for name, kind in self.columns)
        rows = f"SELECT {values} FROM unnest({arrays}) AS given ({names})"
        return f"INSERT INTO {self.copy} ({names}) OVERRIDING SYSTEM VALUE {rows}"


def is_array(kind: str) -> bool:
    """Of arrays of arrays `unnest` would make rows of their elements: they are taken as text."""
    return kind.endswith("[]")


async def measure(ground: Ground, end_to_end: float) -> list[Figure]:
    """Needs a stack whose services are stopped and have done their work."""
    bootstrap = ground.running.kafka
    ground.report("Reading the run's messages and rows")
    found = await messages.read(bootstrap, TOPICS, SAMPLE)
    async with ground.admin() as connection:
        rows = [*await _written(connection), *_outboxes(found)]
        ground.report(f"Inserting {sum(len(one.rows) for one in rows):,} rows in {len(rows)} tables")
        inserted = await insert(connection, rows)
    ground.report("Producing")
    await messages.make_topic(bootstrap, SCRATCH)
    produced = await produce(bootstrap, [message for topic in TOPICS for message in found[topic]])
    ground.report("Taking")
    taken = take(bootstrap, sum(map(len, found.values())))
    return figures(
        end_to_end,
        {
            "unnest insert of the same rows, one connection": inserted,
            "idempotent produce of the same events": produced / len(TOPICS),
            "Faust take of the same events by one worker, as reporting's": taken / len(TOPICS),
        },
    )


def figures(end_to_end: float, alone: dict[str, float]) -> list[Figure]:
    """Beside the rate stands the slowest; then each."""
    slowest = min(alone, key=lambda name: alone[name])
    first = Figure(END_TO_END, end_to_end, "demands/s", slowest, alone[slowest], Aim(2000))
    return [first, *(Figure(f"{END_TO_END}: {name}", rate, "demands/s") for name, rate in alone.items())]


async def _written(connection: asyncpg.Connection) -> list[Rows]:
    """The share of each table's rows that SAMPLE demands left."""
    demands = await connection.fetchval("SELECT count(*) FROM intake.demands")
    found = []
    for table in WRITTEN:
        columns = await _columns(connection, table)
        count = await connection.fetchval(f"SELECT count(*) FROM {table}")
        share = math.ceil(count * min(1, SAMPLE / demands))
        read = ", ".join(f'"{name}"::text' if is_array(kind) else f'"{name}"' for name, kind in columns)
        rows = await connection.fetch(f"SELECT {read} FROM {table} LIMIT {share}")
        found.append(Rows(table, columns, [tuple(row) for row in rows]))
    return found


async def _columns(connection: asyncpg.Connection, table: str) -> list[tuple[str, str]]:
    rows = await connection.fetch(
        """
        SELECT attname, format_type(atttypid, atttypmod) AS kind FROM pg_attribute
        WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
        """,
        table,
    )
    return [(row["attname"], row["kind"]) for row in rows]


def _outboxes(found: dict[str, list[Any]]) -> list[Rows]:
    columns = ("topic text", "partition smallint", "subject text", "event_id uuid", "type text")
    named = [tuple(one.split()) for one in (*columns, "time timestamptz", "value bytea")]
    writers = dict(zip(TOPICS, ("intake", "assignment", "supervision"), strict=True))
    return [
        Rows(f"{writers[topic]}.outbox", [(a, b) for a, b in named], list(map(_outbox_row, sent)))
        for topic, sent in found.items()
    ]


def _outbox_row(message: Any) -> Sequence[Any]:
    envelope = Envelope.from_headers(message.headers)
    about = (envelope.subject, envelope.id, envelope.type, envelope.time)
    return (message.topic, message.partition, *about, message.value)


async def insert(connection: asyncpg.Connection, tables: Sequence[Rows]) -> float:
    """Demands a second whose rows are inserted, GROUP demands a transaction."""
    await connection.execute("DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench")
    for one in tables:
        await connection.execute(f"CREATE TABLE {one.copy} (LIKE {one.table} INCLUDING ALL)")
    demands = max(len(one.rows) for one in tables if one.table == "intake.demands")
    groups = math.ceil(demands / GROUP)
    columns = [[_slices(one, group, groups) for group in range(groups)] for one in tables]
    began = time.perf_counter()
    for group in range(groups):
        async with connection.transaction():
            for one, sliced in zip(tables, columns, strict=True):
                await connection.execute(one.insert, *sliced[group])
    took = time.perf_counter() - began
    await connection.execute("DROP SCHEMA bench CASCADE")
    return demands / took


def _slices(one: Rows, group: int, groups: int) -> list[list[Any]]:
    size = math.ceil(len(one.rows) / groups)
    rows = one.rows[group * size : (group + 1) * size]
    return [[row[place] for row in rows] for place in range(len(one.columns))]


async def produce(bootstrap: str, sent: Iterable[Any]) -> float:
    """Events a second through an idempotent producer, set as the relay's."""
    events = list(sent)
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", max_batch_size=131072
    )
    await producer.start()
    try:
        await producer.partitions_for(SCRATCH)
        began = time.perf_counter()
        for start in range(0, len(events), 1000):
            waiting = [
                await producer.send(
                    SCRATCH, one.value, one.key, partition=one.partition, headers=list(one.headers)
                )
                for one in events[start : start + 1000]
            ]
            for future in waiting:
                await future
        took = time.perf_counter() - began
    finally:
        await producer.stop()
    return len(events) / took


def take(bootstrap: str, most: int) -> float:
    """Events a second that our Faust worker hands over, in a process of its own."""
    command = [sys.executable, "-m", "services.dev.bench.take", bootstrap, str(most)]
    done = subprocess.run(command, cwd=checkout(), stdout=subprocess.PIPE, text=True, check=True)
    return float(json.loads(done.stdout)["rate"])
