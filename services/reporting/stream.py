"""What reporting does with each topic: every event becomes a fact of its day."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.contracts.directory import DirectoryEvent
from services.contracts.envelope import Record
from services.contracts.flow import topics_read_by
from services.kit.clock import local_day, local_midnight
from services.kit.consume import Handler
from services.kit.postgres import Writing
from services.reporting import store_facts, store_list_facts
from services.reporting.days import place
from services.reporting.facts import facts_of
from services.reporting.list_facts import list_facts_of
from services.reporting.promise_heads import reached


async def record_facts(writing: Writing, records: Sequence[Record]) -> None:
    """Append a batch's facts, note its watermarks and promise heads, keep its directory entries."""
    known = await store_facts.positions(writing.connection, records[0].topic)
    placed = place(records, known, local_day)
    if facts := list(facts_of(placed.records, local_midnight)):
        await store_facts.append(writing.connection, facts)
    if facts_of_lists := list(list_facts_of(placed.records, local_midnight)):
        await store_list_facts.append(writing.connection, facts_of_lists)
    if placed.cuts:
        await store_facts.pass_cuts(writing.connection, placed.cuts)
    if heads := reached(placed.records):
        await store_facts.reach(writing.connection, heads)
    if records[0].topic == "directory":
        entries = [
            (r.event, day, r.offset) for r, day in placed.records if isinstance(r.event, DirectoryEvent)
        ]
        await store_facts.record_entries(writing.connection, entries)


HANDLERS: Final[Mapping[str, Handler]] = dict.fromkeys(topics_read_by("reporting"), record_facts)
"""Topic → handler. Reporting treats all alike: the table event → fact is at the end of `facts`."""
