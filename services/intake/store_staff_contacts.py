"""Indexes of the units' people in PostgreSQL, and the record of their loads; within one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.intake.staff_contacts import Sender
from services.kit.connection import Connection

_SENDER: Final = """
SELECT d.citizen_ref, c.key_wrapped, d.channel, d.contact
FROM demands d JOIN citizens c USING (citizen_ref) WHERE d.demand_id = $1
"""
# UNION, not UNION ALL: it ends whatever the parents say.
_ANSWER: Final = """
WITH RECURSIVE above (code) AS (
    SELECT * FROM unnest($2::text[])
    UNION
    SELECT units.parent FROM units JOIN above USING (code) WHERE units.parent IS NOT NULL
)
SELECT EXISTS (
    SELECT FROM staff_contacts WHERE index = ANY($1::bytea[]) AND unit IN (SELECT code FROM above)
)
"""
_ADD: Final = "INSERT INTO staff_contacts (index, unit) SELECT * FROM unnest($1::bytea[], $2::text[])"
_RECORD: Final = """
INSERT INTO staff_contact_loads (contacts, units, loaded_by, loaded_at) VALUES ($1, $2, $3, $4)
"""


class PostgresPeople:
    """Implements `staff_contacts.People`. It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def sender(self, demand_id: UUID) -> Sender:
        row = await self._connection.fetchrow(_SENDER, demand_id)
        assert row is not None  # noqa: S101  asked for demands that were found, and none is ever deleted
        return Sender(*row.values())

    async def answer(self, indexes: Collection[bytes], units: Collection[str]) -> bool:
        return bool(await self._connection.fetchval(_ANSWER, list(indexes), list(units)))

    async def replace(
        self, entries: Sequence[tuple[bytes, str]], contacts: int, by: str, now: datetime
    ) -> int:
        """Put a list in the place of the one before, and that on record; how many units it names."""
        units = len({unit for _, unit in entries})
        await self._connection.execute("LOCK TABLE staff_contacts IN EXCLUSIVE MODE")
        await self._connection.execute("DELETE FROM staff_contacts")
        await self._connection.execute(_ADD, [index for index, _ in entries], [unit for _, unit in entries])
        await self._connection.execute(_RECORD, contacts, units, by, now)
        return units
