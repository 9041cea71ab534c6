"""Rebuild an issued circular from the topics: read from offset 0 into an empty schema, drafted, compared.

The schema is thrown away afterwards. It is made by reporting's own migrations and filled by its own consumer;
what was drafted of weeks, months and years before is drafted before here, too. What was parked and replayed
on a later day is kept back until that day; reporting's own schema says which letters these are, and no more.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg

from services.contracts.decode import decode
from services.contracts.envelope import Envelope, Record
from services.contracts.flow import topics_read_by
from services.dev.problem import Problem
from services.dev.rebuild_late import Held, OutOfPlace, out_of_place
from services.kit.consume import Consumer
from services.kit.dead_letters import Letter
from services.kit.migrate import migrate_schema
from services.kit.postgres import Database, pool
from services.kit.record import from_the_start
from services.kit.topics import end_offsets, topic_ids
from services.reporting import store_circulars
from services.reporting.circular import Circular, Edition, canonical, sha256
from services.reporting.correct import compose_anew
from services.reporting.draft import draft_next, order
from services.reporting.store_books import PostgresBooks
from services.reporting.store_circulars import PostgresCirculars
from services.reporting.stream import HANDLERS

REBUILDER = "rebuild"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An issued circular beside the one rebuilt: SHA-256 of each, and the figures that differ.

    `late`: how many of the events were replayed on a later day than that of their place, here as there.
    """

    number: str
    issued_sha256: str
    rebuilt_sha256: str
    events: int
    late: int
    figures: dict[str, tuple[int | None, int | None]]

    @property
    def equal(self) -> bool:
        return self.issued_sha256 == self.rebuilt_sha256 and not self.figures


async def rebuild(admin_url: str, kafka: str, number: str) -> Rebuilt:
    """Needs the database's administrator. Errors: Problem for a number that no circular has."""
    issued = await _issued(admin_url, number)
    async with pool(admin_url, "reporting", 1) as connections:
        moved = await out_of_place(connections)
    async with _thrown_away(admin_url) as database:
        events = await _read(kafka, database, moved)
        anew = await _anew(admin_url, database, issued)
    return Rebuilt(
        number=number,
        issued_sha256=issued.figures_sha256,
        rebuilt_sha256=sha256(canonical(anew)),
        events=events,
        late=len(moved.late),
        figures=dict(_differences(issued.circular.counts, anew.counts)),
    )


async def _issued(admin_url: str, number: str) -> Edition:
    async with pool(admin_url, "reporting", 1) as connections:
        edition = await store_circulars.find(connections, number)
    if edition is None or edition.issue.number != number:
        raise Problem(f"no circular was issued as {number}", "see `yinuo circulars list`")
    return edition


@asynccontextmanager
async def _thrown_away(admin_url: str) -> AsyncIterator[Database]:
    """An empty schema as reporting's own, with the role that its migrations name; both gone afterwards."""
    schema = f"reporting_rebuild_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f"CREATE ROLE yinuo_{schema}_app; CREATE SCHEMA {schema}")
        await asyncio.to_thread(migrate_schema, admin_url, schema, "reporting")
        async with pool(admin_url, "reporting", 2, schema) as connections:
            yield Database("reporting", connections, lambda: None)
    finally:
        await admin.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; DROP ROLE IF EXISTS yinuo_{schema}_app")
        await admin.close()


async def _read(kafka: str, database: Database, moved: OutOfPlace) -> int:
    """Apply every topic as reporting's consumer does; how many events there were."""
    topics = topics_read_by("reporting")
    ids, ends = await topic_ids(kafka, topics), await end_offsets(kafka, topics)
    count, held = 0, Held(moved)
    for topic in topics:
        whole = not moved.touches(topic)
        consumer = Consumer("reporting", topic, database, HANDLERS[topic], topic_id=ids[topic], whole=whole)
        async for letters in from_the_start(kafka, topic, ends):
            for part in held.parts(letters):
                if part.letters:
                    await consumer.apply(part.letters)
                await replay(database, part.replayed)
            count += len(letters)
    return count


async def replay(database: Database, letters: Sequence[Letter]) -> None:
    """Apply letters one by one in the day that their partition is in, as a replay of dead ones does."""
    for letter in letters:
        envelope = Envelope.from_headers(letter.headers)
        event = decode(envelope.type, letter.value)
        record = Record(envelope, event, letter.topic, letter.partition, letter.offset)
        async with database.writing() as writing:
            await HANDLERS[letter.topic](writing, [record])


async def _anew(admin_url: str, database: Database, issued: Edition) -> Circular:
    """The circular from the schema's facts alone; of a correction its words are the issued one's."""
    correction = issued.circular.correction
    if correction is None:
        return await _drafted(database, issued.circular)
    wrong = await _anew(admin_url, database, await _issued(admin_url, correction.corrects))
    async with database.writing() as writing:
        return await compose_anew(
            PostgresBooks(writing),
            PostgresCirculars(writing),
            wrong,
            correction.corrects,
            (correction.reason, correction.remark),
            correction.directory_offset,
        )


async def _drafted(database: Database, issued: Circular) -> Circular:
    period = issued.period
    drafted = True
    while drafted:
        async with database.writing() as writing:
            drafted = await draft_next(PostgresBooks(writing), until=period.until) is not None
    async with database.writing() as writing:
        anew = await order(PostgresBooks(writing), period, REBUILDER)
    if not isinstance(anew, Circular):
        raise Problem(
            f"the topics don't reach the end of {period.last}", "`yinuo settle` says where it waits"
        )
    return anew


def _differences(
    issued: dict[str, int], rebuilt: dict[str, int]
) -> Iterator[tuple[str, tuple[int | None, int | None]]]:
    for name in sorted({*issued, *rebuilt}):
        pair = (issued.get(name), rebuilt.get(name))
        if pair[0] != pair[1]:
            yield name, pair
