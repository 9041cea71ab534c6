"""The rows of a figure: what exactly was counted, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.kit.clock import local_midnight
from services.kit.postgres import Connection, Pool
from services.reporting.figures import DIMENSIONS, Sliced
from services.reporting.periods import Period


@dataclass(frozen=True, slots=True)
class After:
    """Where a page goes on: the key of the last row before it."""

    at: datetime | None = None
    event_id: UUID | None = None
    case_id: UUID | None = None
    dispatch: int | None = None
    list: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as JSON-ready values, and where the next page goes on; None on the last one."""

    rows: list[dict[str, Any]]
    next: After | None


_LEDGER: Final = """
SELECT case_id, dispatch, demand_id, receipt, origin, carried, settling, late, unit, post, channel, case_kind,
       category, town, repeat_of, opened_at, sign_for_due, complete_due, signed_at, closed_as, closed_at
FROM ledger
WHERE book = $1 AND $2::timestamptz IS NOT NULL AND ({condition}) AND {slice}
  AND ($4::uuid IS NULL OR (case_id, dispatch) > ($4, $5::int))
ORDER BY case_id, dispatch LIMIT $6
"""
_FACTS: Final = """
SELECT event_id, at, kind, topic, partition, "offset", late, case_id, demand_id, receipt, channel, unit,
       limit_kind, rung, colour, outcome, overdue
FROM facts
WHERE day >= $1::date AND day < $7::date AND $2::timestamptz IS NOT NULL AND ({condition}) AND {slice}
  AND ($4::timestamptz IS NULL OR (at, event_id) > ($4, $5::uuid))
ORDER BY at, event_id LIMIT $6
"""


async def rows(
    connection: Connection | Pool,
    asked: Sliced,
    values: Sequence[str],
    book: int,
    period: Period,
    after: After,
    limit: int,
) -> Page:
    """A page of a figure's rows in a book. `values`: what the slice's column may be; else empty."""
    ledger = asked.figure.source == "ledger"
    sql = (_LEDGER if ledger else _FACTS).format(
        condition=asked.figure.condition, slice=slice_condition(asked, 3)
    )
    key = (after.case_id, after.dispatch) if ledger else (after.at, after.event_id)
    where = (book,) if ledger else (period.first,)
    end = () if ledger else (period.until,)
    cut_at = local_midnight(period.until)
    found = await connection.fetch(sql, *where, cut_at, list(values), *key, limit + 1, *end)
    shown = [dict(row) for row in found[:limit]]
    return Page(shown, _key(shown[-1], ledger) if len(found) > limit else None)


def slice_condition(asked: Sliced, place: int) -> str:
    """SQL: that a row is in the slice whose values are the parameter of a place."""
    if asked.dimension is None:
        return f"${place}::text[] IS NOT NULL"
    column = DIMENSIONS[asked.figure.source][asked.dimension]
    if asked.value is None:
        return f"(${place}::text[] IS NOT NULL AND {column} IS NULL)"
    return f"{column} = ANY(${place}::text[])"


def _key(row: dict[str, Any], ledger: bool) -> After:
    if ledger:
        return After(case_id=row["case_id"], dispatch=row["dispatch"])
    return After(at=row["at"], event_id=row["event_id"])
