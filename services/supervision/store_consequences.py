"""Consequences in PostgreSQL."""

from typing import Final
from uuid import UUID

from services.kit.connection import Connection
from services.supervision.acknowledge import Page
from services.supervision.consequences import Proposal

_COLUMNS: Final = ", ".join(Proposal._fields)
_ONE: Final = f"SELECT {_COLUMNS} FROM consequences WHERE consequence_id = $1 FOR UPDATE"
_OF_SUBJECT: Final = f"SELECT {_COLUMNS} FROM consequences WHERE subject_id = $1 ORDER BY at, consequence_id"
_WAITING: Final = f"""
SELECT {_COLUMNS} FROM consequences WHERE settled_at IS NULL AND (at, consequence_id) > ($1, $2)
ORDER BY at, consequence_id LIMIT $3
"""
_SETTLE: Final = """
UPDATE consequences SET settled_as = $2, note = $3, settled_at = $4, settled_by = $5, letter_id = $6
WHERE consequence_id = $1
"""


class PostgresProposals:
    """Within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def proposal(self, consequence_id: UUID) -> Proposal | None:
        row = await self._connection.fetchrow(_ONE, consequence_id)
        return None if row is None else Proposal(*row)

    async def settle(self, settled: Proposal) -> None:
        done = (settled.settled_as, settled.note, settled.settled_at, settled.settled_by, settled.letter_id)
        await self._connection.execute(_SETTLE, settled.consequence_id, *done)

    async def waiting(self, page: Page) -> list[Proposal]:
        """Those that nobody settled, oldest first, after a place in that order."""
        rows = await self._connection.fetch(_WAITING, page.after, page.after_id, page.limit)
        return [Proposal(*row) for row in rows]

    async def of_subject(self, subject_id: UUID) -> list[Proposal]:
        return [Proposal(*row) for row in await self._connection.fetch(_OF_SUBJECT, subject_id)]
