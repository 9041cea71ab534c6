"""Watermarks: one event in each partition that a service writes, at each local midnight.

The transaction takes the writers' lock alone: every fact of before has its outbox row already, every
fact of after gets a later one. And no writer goes on in a new day before its watermark is written.
So a position in the log says which day a fact belongs to. A clock that jumps over several midnights
leaves several watermarks in a row: the days between have no facts.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from services.contracts.flow import topics_written_by
from services.contracts.vocabulary import Service
from services.contracts.watermark import WatermarkPassed
from services.kit.clock import local_day
from services.kit.connection import Connection, Pool

DAY = timedelta(days=1)


def days_due(last: date | None, today: date) -> Iterator[date]:
    """The days whose watermark is missing, oldest first. A new record begins with today's."""
    day = last + DAY if last else today
    while day <= today:
        yield day
        day += DAY


async def days_missing(pool: Pool) -> int:
    """How many midnights have no watermark yet. Takes no lock, so that asking often costs little."""
    row = await pool.fetchrow("SELECT (SELECT max(day) FROM watermarks) AS last, clock.now() AS now")
    return len(list(days_due(row["last"], local_day(row["now"])))) if row else 0


async def pass_days(connection: Connection, service: Service, now: datetime) -> Sequence[WatermarkPassed]:
    """Note the midnights passed by `now`; the events that must lead their transaction's others.

    The transaction holds the writers' lock alone.
    """
    last = await connection.fetchval("SELECT max(day) FROM watermarks")
    days = list(days_due(last, local_day(now)))
    await connection.execute(
        "INSERT INTO watermarks (day, passed_at) SELECT day, $2 FROM unnest($1::date[]) AS day", days, now
    )
    return [event for day in days for event in _watermarks(service, day)]


def _watermarks(service: Service, day: date) -> Iterator[WatermarkPassed]:
    for topic in topics_written_by(service):
        for partition in range(topic.partitions):
            yield WatermarkPassed(day=day, topic=topic.name, partition=partition)
