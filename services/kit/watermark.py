"""Watermarks: one event in each partition that a service writes, at each Monday 00:00 local.

The transaction takes the writers' lock alone: every fact of before has its outbox row already, every
fact of after gets a later one. And no writer goes on in a new week before its watermark is written.
So a position in the log says which week a fact belongs to.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from services.contracts.flow import topics_written_by
from services.contracts.vocabulary import Service
from services.contracts.watermark import WatermarkPassed
from services.kit.clock import monday
from services.kit.connection import Connection, Pool


def weeks_due(last: date | None, this_week: date) -> Iterator[date]:
    """The Mondays whose watermark is missing, oldest first. A new record begins with this week's."""
    week = last + timedelta(days=7) if last else this_week
    while week <= this_week:
        yield week
        week += timedelta(days=7)


async def weeks_missing(pool: Pool) -> int:
    """How many Mondays have no watermark yet. Takes no lock, so that asking often costs little."""
    row = await pool.fetchrow("SELECT (SELECT max(week) FROM watermarks) AS last, clock.now() AS now")
    return len(list(weeks_due(row["last"], monday(row["now"])))) if row else 0


async def pass_weeks(connection: Connection, service: Service, now: datetime) -> Sequence[WatermarkPassed]:
    """Note the Mondays passed by `now`; the events that must lead their transaction's others.

    The transaction holds the writers' lock alone.
    """
    last = await connection.fetchval("SELECT max(week) FROM watermarks")
    weeks = list(weeks_due(last, monday(now)))
    await connection.execute(
        "INSERT INTO watermarks (week, passed_at) SELECT week, $2 FROM unnest($1::date[]) AS week", weeks, now
    )
    return [event for week in weeks for event in _watermarks(service, week)]


def _watermarks(service: Service, week: date) -> Iterator[WatermarkPassed]:
    for topic in topics_written_by(service):
        for partition in range(topic.partitions):
            yield WatermarkPassed(week=week, topic=topic.name, partition=partition)
