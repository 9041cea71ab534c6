"""The copy of the project list in PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from services.kit.connection import Connection
from services.supervision.follow_projects import Ended, Planned

_KEEP: Final = """
INSERT INTO projects AS p (project_id, ledger, name, unit, tier, version, state)
SELECT *, 'open' FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[])
ON CONFLICT (project_id) DO UPDATE SET ledger = excluded.ledger, name = excluded.name, unit = excluded.unit,
    tier = excluded.tier, version = excluded.version, state = excluded.state
WHERE p.version < excluded.version
"""
_END: Final = """
UPDATE projects AS p SET state = e.state, version = e.version
FROM unnest($1::uuid[], $2::text[], $3::int[]) AS e (project_id, state, version)
WHERE p.project_id = e.project_id AND p.version < e.version
"""


class PostgresProjectCopy:
    """It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep_projects(self, projects: Sequence[Planned]) -> None:
        await self._connection.execute(_KEEP, *zip(*projects, strict=True))

    async def end_projects(self, projects: Sequence[Ended]) -> None:
        await self._connection.execute(_END, *zip(*projects, strict=True))
