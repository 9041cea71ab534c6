"""How things stand, for the gauges."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.kit.connection import Connection
from services.supervision.limits import LIMIT_KINDS

_OPEN: Final = "SELECT kind, count(*) AS n FROM limits WHERE state = 'open' GROUP BY kind"
_OVERDUE: Final = """
SELECT unit, count(*) AS n FROM limits WHERE state = 'open' AND kind = 'complete' AND overdue GROUP BY unit
"""
_AWAITING: Final = "SELECT count(*) FROM limits WHERE awaits_year IS NOT NULL AND due_at IS NULL"


@dataclass(frozen=True, slots=True)
class LimitCounts:
    """Limits that run by kind, those without a calendar, overdue cases by unit, at a business instant."""

    at: datetime
    open: Mapping[str, int]
    awaiting: int
    overdue: Mapping[str, int]


async def count_limits(connection: Connection) -> LimitCounts:
    """Read it; overdue is what has fired at or after its limit, so it is as new as the last firing."""
    at: datetime = await connection.fetchval("SELECT clock.now()")
    running = dict.fromkeys(map(str, LIMIT_KINDS), 0)
    running |= {row["kind"]: row["n"] for row in await connection.fetch(_OPEN)}
    overdue = {row["unit"]: row["n"] for row in await connection.fetch(_OVERDUE)}
    return LimitCounts(at, running, int(await connection.fetchval(_AWAITING)), overdue)
