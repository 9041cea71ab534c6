"""What gaming is seen in, from PostgreSQL."""

from datetime import date
from typing import Final

from services.kit.postgres import Connection, Pool
from services.reporting.assess.gaming import (
    GameFact,
    Parameters,
    Signal,
    SignalKind,
    counted,
    default_parameters,
    lookback,
    signals,
)
from services.reporting.store_books import PATIENCE

_COLUMNS: Final = """
event_id, at, day, kind, case_id, dispatch, version, unit, receipt, category, citizen_ref, repeat_of,
complete_due, outcome
"""
_FACTS: Final = f"""
WITH near AS MATERIALIZED (
    SELECT {_COLUMNS} FROM facts
    WHERE day >= $1 AND day < $2
      AND kind IN ('assigned', 'completed', 'called_back', 'rated', 'extension_granted', 'suspended')
), edited AS (
    SELECT DISTINCT case_id FROM near WHERE kind IN ('extension_granted', 'suspended')
)
SELECT * FROM near
UNION ALL
-- Of what was completed lately: whose it was and what about, however long ago it began.
SELECT {_COLUMNS} FROM facts
WHERE kind = 'assigned' AND day < $1 AND case_id = ANY (ARRAY(SELECT DISTINCT case_id FROM near))
UNION ALL
SELECT {_COLUMNS} FROM facts
WHERE kind = 'limits_set' AND day < $2 AND case_id = ANY (ARRAY(SELECT case_id FROM edited))
"""


async def found(
    connection: Connection | Pool, first: date, until: date, asked: Parameters | None = None
) -> list[Signal]:
    """Every signal of the days from `first` to before `until`."""
    parameters = asked or default_parameters()
    since = first - lookback(parameters)
    rows = await connection.fetch(_FACTS, since, until, timeout=PATIENCE)
    return signals((GameFact(**dict(row)) for row in rows), parameters, first, until)


async def gaming_counts(
    connection: Connection | Pool, first: date, until: date
) -> dict[SignalKind, dict[str, int]]:
    """How many signals of each kind by unit: for the circular of these days."""
    return counted(await found(connection, first, until))
