"""Withdrawals and ratings in PostgreSQL, within one transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from services.contracts.vocabulary import Satisfaction
from services.intake.respond import Answering, KnownDemand
from services.intake.tracking import RATING_LATE, WITHDRAWAL_LATE
from services.kit.connection import Connection

_DEMAND: Final = """
SELECT d.demand_id, t.case_id, t.unit, coalesce(t.state, 'registered'), ARRAY(
    SELECT a.unit FROM assisting_units a WHERE a.case_id IN (t.case_id, t.lead) AND NOT a.released ORDER BY 1
)
FROM demands d LEFT JOIN tracking t USING (demand_id) WHERE d.receipt = $1
"""
# The one after those that came too late; while that one has no answer, it is there already.
_WITHDRAW: Final = f"""
INSERT INTO withdrawals (demand_id, number, withdrawn_at)
SELECT $1::uuid, 1 + count(*), $2::timestamptz FROM timeline
WHERE demand_id = $1 AND step = '{WITHDRAWAL_LATE}'
ON CONFLICT DO NOTHING RETURNING number
"""
_RATE: Final = f"""
INSERT INTO ratings (demand_id, number, level, rated_at)
SELECT $1, 1 + count(*), $2, $3 FROM timeline WHERE demand_id = $1 AND step = '{RATING_LATE}'
ON CONFLICT DO NOTHING RETURNING number
"""
_ANSWERING: Final = """
SELECT project_id, p.done_on IS NOT NULL AS done, coalesce(p.units, '{}') AS units
FROM demand_projects d JOIN projects p USING (project_id)
WHERE d.demand_id = $1 AND d.linked AND p.ledger = $2
"""
_RATE_PROJECT: Final = """
INSERT INTO project_ratings (demand_id, project_id, citizen_ref, level, rated_at)
SELECT demand_id, $2, citizen_ref, $3, $4 FROM demands WHERE demand_id = $1
ON CONFLICT DO NOTHING RETURNING true
"""


class PostgresResponses:
    """Implements `respond.Responses`. It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def demand(self, receipt: str) -> KnownDemand | None:
        """Where the demand of a receipt stands; None where there is none."""
        row = await self._connection.fetchrow(_DEMAND, receipt)
        return KnownDemand(*row.values()) if row else None

    async def withdraw(self, demand_id: UUID, now: datetime) -> int | None:
        number: int | None = await self._connection.fetchval(_WITHDRAW, demand_id, now)
        return number

    async def rate(self, demand_id: UUID, level: Satisfaction, now: datetime) -> int | None:
        number: int | None = await self._connection.fetchval(_RATE, demand_id, level, now)
        return number

    async def answering(self, demand_id: UUID, ledger: str) -> Answering | None:
        """The project of a ledger number, if it answers the demand."""
        row = await self._connection.fetchrow(_ANSWERING, demand_id, ledger)
        return Answering(*row.values()) if row else None

    async def rate_project(
        self, demand_id: UUID, project_id: UUID, level: Satisfaction, now: datetime
    ) -> bool:
        return bool(await self._connection.fetchval(_RATE_PROJECT, demand_id, project_id, level, now))
