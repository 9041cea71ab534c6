"""What letters, listings, projects, findings and follow-ups are called, from the tables that have them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.kit.connection import Connection
from services.supervision.subjects import SubjectName

_CALLED: Final = """
SELECT project_id AS subject_id, ledger AS reference, name AS title FROM projects
WHERE project_id = ANY($1::uuid[])
UNION ALL
SELECT letter_id, coalesce(word || '〔' || year || '〕' || serial || '号', ''), title FROM letters
WHERE letter_id = ANY($1::uuid[])
UNION ALL
SELECT l.listing_id, coalesce(p.ledger, ''), l.title FROM listings AS l
LEFT JOIN projects AS p ON p.project_id = l.subject_id WHERE l.listing_id = ANY($1::uuid[])
UNION ALL
SELECT f.follow_up_id, m.name, left(f.task, 100) FROM follow_ups AS f JOIN meetings AS m USING (meeting_id)
WHERE f.follow_up_id = ANY($1::uuid[])
UNION ALL
SELECT finding_id, place, left(found, 100) FROM findings WHERE finding_id = ANY($1::uuid[])
"""


class PostgresNames:
    """What subjects that aren't cases are called, so that an inbox can say what a notice concerns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def called(self, subjects: Sequence[UUID]) -> dict[UUID, SubjectName]:
        """Those that are known here; a letter that isn't signed has an empty number."""
        rows = await self._connection.fetch(_CALLED, subjects) if subjects else ()
        return {row["subject_id"]: SubjectName(row["reference"], row["title"]) for row in rows}
