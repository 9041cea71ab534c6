"""What a dry run reads, page by page in the order of the subjects' ids. It holds no row."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.kit.connection import Connection
from services.supervision.dry_run import Group, Past
from services.supervision.triggered import Happening
from services.supervision.watched import Watched

LOOKED_AT_ONCE: Final = 50_000
"""Limits that a page looks at, at most: of a short time in a long history most don't matter."""

_LAST_LOOKED_AT: Final = """
SELECT subject_id FROM limits WHERE subject_id > $1 ORDER BY subject_id OFFSET $2 LIMIT 1
"""

_SUBJECTS: Final = """
SELECT subject_id FROM (
    (SELECT DISTINCT subject_id FROM limits
     WHERE subject_id > $1 AND subject_id <= $6 AND dispatched_at < $3 AND (due_at IS NULL OR due_at >= $4)
         AND coalesce(met_at, ended_at, 'infinity') >= $2
     ORDER BY subject_id LIMIT $5)
    UNION
    (SELECT DISTINCT subject_id FROM happenings
     WHERE subject_id > $1 AND subject_id <= $6 AND at >= $2 AND at < $3 ORDER BY subject_id LIMIT $5)
) AS found ORDER BY subject_id LIMIT $5
"""

_LIMITS: Final = f"""
SELECT {", ".join(Watched._fields)} FROM limits WHERE subject_id = ANY($1::uuid[])
ORDER BY subject_id, kind, about
"""

_HAPPENINGS: Final = f"""
SELECT {", ".join(Happening._fields)} FROM happenings WHERE subject_id = ANY($1::uuid[])
ORDER BY subject_id, trigger, version
"""

# What lies after $1 up to $2, of the range of instants.
_SENT: Final = """
SELECT coalesce(kind, trigger) AS what, rung, colour, measure, unit, count(*) AS times,
       sum(points) AS points FROM notices
WHERE subject_id > $1 AND subject_id <= $2 AND at >= $3 AND at < $4 AND outcome = 'sent'
GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT 'consequence', NULL, colour, measure, unit, count(*), sum(points) FROM consequences
WHERE subject_id > $1 AND subject_id <= $2 AND at >= $3 AND at < $4 GROUP BY 3, 4, 5
"""

LAST: Final = UUID(int=(1 << 128) - 1)


class PostgresPast:
    """Limits, events and notices that are past, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def subjects(
        self,
        after: UUID,
        since: datetime,
        until: datetime,
        margin: timedelta,
        limit: int,
        looked_at: int = LOOKED_AT_ONCE,
    ) -> tuple[list[UUID], UUID]:
        """Those of which something may fall within the time, and up to which id these are all.

        `margin` is how long a rung trails its limit.
        """
        end = await self._connection.fetchval(_LAST_LOOKED_AT, after, looked_at - 1) or LAST
        rows = await self._connection.fetch(_SUBJECTS, after, since, until, since - margin, limit, end)
        found = [row["subject_id"] for row in rows]
        return found, found[-1] if len(found) == limit else end

    async def of(self, subjects: Sequence[UUID], since: datetime, until: datetime) -> Past:
        """All that is stored of them."""
        limits = await self._connection.fetch(_LIMITS, subjects)
        happened = await self._connection.fetch(_HAPPENINGS, subjects)
        return Past([Watched(*row) for row in limits], [Happening(*row) for row in happened], since, until)

    async def sent(
        self, after: UUID, last: UUID, since: datetime, until: datetime
    ) -> tuple[Counter[Group], Counter[Group]]:
        """How many notices were really sent and consequences drawn, of subjects after one up to another."""
        times, points = Counter[Group](), Counter[Group]()
        for row in await self._connection.fetch(_SENT, after, last, since, until):
            group = Group(row["what"], row["rung"], row["colour"], row["measure"], row["unit"])
            times[group], points[group] = row["times"], row["points"]
        return times, points
