"""Consequences in PostgreSQL, and what subjects that aren't cases are called."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.kit.connection import Connection
from services.supervision.acknowledge import Page
from services.supervision.consequences import How, Proposal
from services.supervision.subjects import SubjectName

_COLUMNS: Final = ", ".join(Proposal._fields)
_ONE: Final = f"SELECT {_COLUMNS} FROM consequences WHERE consequence_id = $1 FOR UPDATE"
_OF_SUBJECT: Final = f"SELECT {_COLUMNS} FROM consequences WHERE subject_id = $1 ORDER BY at, consequence_id"
_WAITING: Final = f"""
SELECT {_COLUMNS} FROM consequences WHERE settled_at IS NULL AND (at, consequence_id) > ($1, $2)
ORDER BY at, consequence_id LIMIT $3
"""
_SETTLE: Final = """
UPDATE consequences SET settled_as = $2, note = $3, settled_at = $4, settled_by = $5 WHERE consequence_id = $1
"""


class PostgresProposals:
    """Within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def proposal(self, consequence_id: UUID) -> Proposal | None:
        row = await self._connection.fetchrow(_ONE, consequence_id)
        return None if row is None else Proposal(*row)

    async def settle(self, consequence_id: UUID, how: How, note: str, at: datetime, by: str) -> None:
        await self._connection.execute(_SETTLE, consequence_id, how, note, at, by)

    async def waiting(self, page: Page) -> list[Proposal]:
        """Those that nobody settled, oldest first, after a place in that order."""
        rows = await self._connection.fetch(_WAITING, page.after, page.after_id, page.limit)
        return [Proposal(*row) for row in rows]

    async def of_subject(self, subject_id: UUID) -> list[Proposal]:
        return [Proposal(*row) for row in await self._connection.fetch(_OF_SUBJECT, subject_id)]


_CALL: Final = """
INSERT INTO subject_names (subject_id, reference, title)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
ON CONFLICT (subject_id) DO UPDATE SET reference = excluded.reference, title = excluded.title
"""
_CALLED: Final = "SELECT subject_id, reference, title FROM subject_names WHERE subject_id = ANY($1::uuid[])"


class PostgresNames:
    """What subjects are called, so that an inbox can say what a notice concerns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def call(self, names: Mapping[UUID, SubjectName]) -> None:
        """Keep names, in the place of earlier ones."""
        rows = [(subject, *names[subject]) for subject in sorted(names)]
        if rows:
            await self._connection.execute(_CALL, *zip(*rows, strict=True))

    async def called(self, subjects: Sequence[UUID]) -> dict[UUID, SubjectName]:
        rows = await self._connection.fetch(_CALLED, subjects) if subjects else ()
        return {row["subject_id"]: SubjectName(row["reference"], row["title"]) for row in rows}
