"""What gaming is seen in, from PostgreSQL."""

from datetime import date, timedelta
from typing import Final

from services.kit.postgres import Connection, Pool
from services.reporting.assess.gaming import (
    WEEK,
    GameFact,
    Parameters,
    Signal,
    SignalKind,
    counted,
    default_parameters,
    joined,
    lookback,
    signals,
)
from services.reporting.store_progress import PATIENCE

MONTH: Final = timedelta(days=31)
_COLUMNS: Final = """
event_id, at, day, kind, case_id, dispatch, version, unit, receipt, category, citizen_ref, repeat_of,
complete_due, outcome
"""
_FACTS: Final = f"""
WITH fresh AS MATERIALIZED (
    SELECT {_COLUMNS} FROM facts
    WHERE day >= $3 AND day < $2 AND kind IN ('assigned', 'extension_granted', 'suspended')
), theirs AS MATERIALIZED (
    SELECT {_COLUMNS}, count(*) OVER (PARTITION BY citizen_ref) AS cases FROM facts
    WHERE kind = 'assigned' AND day < $2 AND citizen_ref = ANY (ARRAY(
        SELECT DISTINCT citizen_ref FROM fresh WHERE kind = 'assigned' AND citizen_ref IS NOT NULL))
), again AS MATERIALIZED (
    SELECT {_COLUMNS} FROM theirs WHERE cases > 1
), seen AS MATERIALIZED (
    SELECT {_COLUMNS} FROM fresh WHERE kind <> 'assigned'
    UNION ALL
    SELECT {_COLUMNS} FROM facts WHERE kind = 'rated' AND day >= $3::date - {WEEK} AND day < $2
)
SELECT * FROM again
UNION ALL
SELECT {_COLUMNS} FROM facts
WHERE kind IN ('completed', 'called_back') AND day >= $1 AND day < $2
  AND case_id = ANY (ARRAY(SELECT case_id FROM again))
UNION ALL
SELECT * FROM seen
UNION ALL
-- Whose receipts they are, however long ago their cases began.
SELECT {_COLUMNS} FROM facts
WHERE kind = 'assigned' AND day < $2 AND case_id = ANY (ARRAY(SELECT DISTINCT case_id FROM seen))
UNION ALL
SELECT {_COLUMNS} FROM facts
WHERE kind = 'limits_set' AND day < $2
  AND case_id = ANY (ARRAY(SELECT DISTINCT case_id FROM seen WHERE kind <> 'rated'))
"""
"""What the days [$3, $2) may show: a citizen's other cases are looked up, completions go back to $1. It costs
what happened in these days, whatever the history."""


async def found(
    connection: Connection | Pool, first: date, until: date, asked: Parameters | None = None
) -> list[Signal]:
    """Every signal of the days from `first` to before `until`, read a month at a time."""
    parameters = asked or default_parameters()
    known: list[list[Signal]] = []
    while first < until:
        end = min(first + MONTH, until)
        since = first - lookback(parameters)
        rows = await connection.fetch(_FACTS, since, end, first, timeout=PATIENCE)
        known.append(signals((GameFact(**dict(row)) for row in rows), parameters, first, end))
        first = end
    return joined(known)


async def gaming_counts(
    connection: Connection | Pool, first: date, until: date
) -> dict[SignalKind, dict[str, int]]:
    """How many signals of each kind by unit: for the circular of these days."""
    return counted(await found(connection, first, until))
