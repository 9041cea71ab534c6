"""A caller's earlier demands in PostgreSQL; whoever reads them is recorded in the same transaction."""

from collections.abc import Collection, Sequence
from typing import Final

from services.intake.history import Sealed
from services.kit.auth import Staff
from services.kit.postgres import Pool

_READ: Final = """
SELECT d.demand_id, d.receipt, d.channel, d.received_at, coalesce(t.state, 'registered'), t.case_id, t.unit,
       u.name, d.citizen_ref, c.key_wrapped, d.original, count(*) OVER () AS total
FROM demands d JOIN citizens c USING (citizen_ref) LEFT JOIN tracking t USING (demand_id)
LEFT JOIN units u ON u.code = t.unit
WHERE d.citizen_ref IN (SELECT citizen_ref FROM citizen_indexes WHERE index = ANY($1::bytea[]))
ORDER BY d.received_at DESC, d.demand_id LIMIT $2
"""
_RECORD: Final = """
INSERT INTO readings (demand_id, what, subject, role, unit, read_at)
SELECT demand_id, 'history', $2, $3, $4, clock.now() FROM unnest($1::uuid[]) AS demand_id
"""


class PostgresHistories:
    """Implements `history.Histories`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def read(self, indexes: Collection[bytes], most: int, staff: Staff) -> tuple[int, Sequence[Sealed]]:
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_READ, list(indexes), most)
            read = [row["demand_id"] for row in rows]
            await connection.execute(_RECORD, read, staff.subject, staff.role, staff.unit)
        return (rows[0]["total"] if rows else 0), [Sealed(*list(row.values())[:-1]) for row in rows]
