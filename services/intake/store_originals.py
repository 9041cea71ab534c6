"""Sealed originals and the record of their readings in PostgreSQL."""

import re
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from services.intake.originals import Original, Reading
from services.intake.tracking import RECEIPT
from services.kit.auth import Staff
from services.kit.postgres import Pool

_FIND: Final = """
SELECT d.demand_id, d.receipt, d.citizen_ref, c.key_wrapped, d.original, d.contact, t.unit
FROM demands d JOIN citizens c USING (citizen_ref) LEFT JOIN tracking t USING (demand_id)
"""
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class PostgresOriginals:
    """Implements `api_staff.Originals`."""

    pool: Pool

    async def find(self, number: str) -> Original | None:
        row = None
        if _UUID.fullmatch(number):
            row = await self.pool.fetchrow(f"{_FIND} WHERE d.demand_id = $1", UUID(number))
        elif RECEIPT.fullmatch(number):
            row = await self.pool.fetchrow(f"{_FIND} WHERE d.receipt = $1", number)
        return Original(*row.values()) if row else None

    async def record(self, original: Original, what: Literal["original", "contact"], staff: Staff) -> None:
        await self.pool.execute(
            """
            INSERT INTO readings (demand_id, what, subject, role, unit, read_at)
            VALUES ($1, $2, $3, $4, $5, clock.now())
            """,
            original.demand_id,
            what,
            staff.subject,
            staff.role,
            staff.unit,
        )

    async def readings(self, original: Original) -> list[Reading]:
        rows = await self.pool.fetch(
            "SELECT what, subject, role, unit, read_at FROM readings WHERE demand_id = $1 ORDER BY id",
            original.demand_id,
        )
        return [Reading(*row.values()) for row in rows]
