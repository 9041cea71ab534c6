"""Period on period: the circulars before this one, as each carried them on. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from services.reporting.circular import Circular
from services.reporting.part import rate
from services.reporting.periods import SCHEDULED, Period
from services.reporting.sections import TrendPoint

LENGTH: Final = 12


def trend(before: Circular | None, period: Period, counts: Mapping[str, int]) -> tuple[TrendPoint, ...]:
    """This circular after those before it of its kind, the newest last, at most twelve.

    Weeks, months and years follow each other. Whether a county circular was ordered of the days before, too,
    is chance, and a rebuilt one must not depend on it: it is shown beside those days alone.
    """
    return (*_earlier(before, period), _point(period.last, counts))[-LENGTH:]


def _earlier(before: Circular | None, period: Period) -> tuple[TrendPoint, ...]:
    if before is None:
        return ()
    goes_on = period.kind in SCHEDULED and before.kind == period.kind
    return (goes_on and before.trend) or (_point(before.last, before.counts),)


def _point(last: date, counts: Mapping[str, int]) -> TrendPoint:
    return TrendPoint(
        last=last,
        received=counts["received"],
        completed=counts["completed"],
        overdue=counts["overdue"],
        on_time_rate=rate(counts["completed_on_time"], counts["due"]),
        satisfied_rate=rate(counts.get("called_back_satisfied", 0), counts.get("called_back_answered", 0)),
    )
