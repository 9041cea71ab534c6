"""Watermarks: one row in each partition that a service writes, at each Monday 00:00 local.

The transaction takes the writers' lock alone: every fact of before has its outbox row already,
every fact of after gets a later one. So a position in the log says which week a fact belongs to.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from services.contracts.flow import topics_written_by
from services.contracts.vocabulary import Service
from services.contracts.watermark import WatermarkPassed
from services.kit.clock import monday
from services.kit.postgres import Database


def weeks_due(last: date | None, this_week: date) -> Iterator[date]:
    """The Mondays whose watermark is missing, oldest first. A new record begins with this week's."""
    week = last + timedelta(days=7) if last else this_week
    while week <= this_week:
        yield week
        week += timedelta(days=7)


async def weeks_missing(database: Database) -> int:
    """How many Mondays have no watermark yet."""
    row = await database.pool.fetchrow(
        "SELECT (SELECT max(week) FROM watermarks) AS last, clock.now() AS now"
    )
    return len(list(weeks_due(row["last"], monday(row["now"])))) if row else 0


async def pass_watermarks(database: Database) -> int:
    """Write the watermarks that are due; how many Mondays were passed.

    Looks first without the lock, so that asking often costs little.
    """
    if not await weeks_missing(database):
        return 0
    async with database.writing(alone=True) as writing:
        last = await writing.connection.fetchval("SELECT max(week) FROM watermarks")
        weeks = list(weeks_due(last, monday(writing.now)))
        for week in weeks:
            writing.publish_all(_watermarks(database.service, week))
        await writing.connection.execute(
            "INSERT INTO watermarks (week, passed_at) SELECT week, $2 FROM unnest($1::date[]) AS week",
            weeks,
            writing.now,
        )
    return len(weeks)


def _watermarks(service: Service, week: date) -> Iterator[WatermarkPassed]:
    for topic in topics_written_by(service):
        for partition in range(topic.partitions):
            yield WatermarkPassed(week=week, topic=topic.name, partition=partition)
