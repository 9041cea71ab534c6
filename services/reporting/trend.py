"""Period on period: the circulars before this one, as each carried them on. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from services.reporting.circular import Circular
from services.reporting.part import rate
from services.reporting.sections import TrendPoint

LENGTH: Final = 12


def trend(before: Circular | None, last: date, counts: Mapping[str, int]) -> tuple[TrendPoint, ...]:
    """This circular after those before it, the newest last, at most twelve."""
    earlier = (before.trend or (_point(before.last, before.counts),)) if before else ()
    return (*earlier, _point(last, counts))[-LENGTH:]


def _point(last: date, counts: Mapping[str, int]) -> TrendPoint:
    return TrendPoint(
        last=last,
        received=counts["received"],
        completed=counts["completed"],
        overdue=counts["overdue"],
        on_time_rate=rate(counts["completed_on_time"], counts["due"]),
        satisfied_rate=rate(counts.get("called_back_satisfied", 0), counts.get("called_back_answered", 0)),
    )
