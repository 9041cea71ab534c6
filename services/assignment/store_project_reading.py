"""Projects as they are read: the list by filter, page by page, one whole with its facts, a case's offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.assignment.project import Project
from services.assignment.project_history import Told
from services.assignment.store_projects import COLUMNS, project_of
from services.contracts.decode import decode
from services.contracts.project import (
    UPDATES,
    CaseLinkedToProject,
    CaseUnlinkedFromProject,
    ProjectEvent,
    ProjectReplaced,
)
from services.kit.connection import Connection
from services.kit.page import Cursor

_CASES: Final = "(SELECT count(*) FROM project_cases AS c WHERE c.project_id = p.project_id) AS cases"
_OVERDUE: Final = """
state IN ('planned', 'under_way') AND completion < (clock.now() AT TIME ZONE 'Asia/Shanghai')::date AS overdue
"""
# 项目更新: what an inspection round found replaced it, or changed its wording or its dates.
_UPDATED: Final = f"""
EXISTS (SELECT FROM project_facts AS f
        WHERE f.project_id = p.project_id AND f.data->>'finding_id' IS NOT NULL
          AND (f.type = '{ProjectReplaced.type}' OR f.data->'changed' ?| ARRAY{sorted(UPDATES)})) AS updated
"""
_LISTED: Final = f"SELECT {COLUMNS}, {_CASES}, {_OVERDUE}, {_UPDATED} FROM projects AS p"
_PAGE: Final = f"""
{_LISTED}
WHERE ($1::text IS NULL OR tier = $1) AND ($2::text IS NULL OR lead_unit = $2)
  AND ($3::text IS NULL OR state = $3) AND ($4::timestamptz IS NULL OR (opened_at, project_id) < ($4, $5))
ORDER BY opened_at DESC, project_id DESC LIMIT $6
"""
_OFFERS: Final = """
SELECT p.ledger, p.plan->>'name' AS name, p.lead_unit, p.state, o.why, o.offered_at, o.accepted
FROM project_offers AS o JOIN projects AS p USING (project_id)
WHERE o.case_id = $1 ORDER BY o.offered_at, p.ledger
"""
LINKS: Final = [CaseLinkedToProject.type, CaseUnlinkedFromProject.type]
"""The facts that no page tells; a project may have thousands."""
_FACTS: Final = """
SELECT type, data, at FROM project_facts WHERE project_id = $1 AND type <> ALL($2::text[]) ORDER BY version
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which projects; None = whatever. `unit` leads them."""

    tier: str | None = None
    unit: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A project with what is told about it: the cases it answers, whether its last day has passed.

    `updated`: a finding replaced it, or changed its wording or its dates.
    """

    project: Project
    cases: int
    overdue: bool
    updated: bool


class ProjectReading:
    """Reads on one connection; no transaction is needed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[Listed]:
        """At most `limit` projects, those opened last first."""
        at, entry = (after.at, after.id) if after else (None, None)
        rows = await self._connection.fetch(_PAGE, wanted.tier, wanted.unit, wanted.state, at, entry, limit)
        return [_listed(row) for row in rows]

    async def all(self) -> list[Listed]:
        """Every project, by ledger number."""
        rows = await self._connection.fetch(f"{_LISTED} ORDER BY ledger")
        return [_listed(row) for row in rows]

    async def project(self, ledger: str) -> Listed | None:
        row = await self._connection.fetchrow(f"{_LISTED} WHERE ledger = $1", ledger)
        return _listed(row) if row else None

    async def facts(self, project_id: UUID) -> list[Told]:
        """Those that its page tells, oldest first: whose case was linked is nobody else's to know."""
        rows = await self._connection.fetch(_FACTS, project_id, LINKS)
        return [_told(row) for row in rows]

    async def ratings(self, project_id: UUID) -> dict[str, int]:
        """How many citizens gave each level, of those that were given."""
        sql = "SELECT level, count(*) FROM project_ratings WHERE project_id = $1 GROUP BY level"
        rows = await self._connection.fetch(sql, project_id)
        return {row["level"]: row["count"] for row in rows}

    async def offers(self, case_id: UUID) -> Sequence[asyncpg.Record]:
        """The projects offered for a case, decided ones too."""
        return await self._connection.fetch(_OFFERS, case_id)


def _listed(row: asyncpg.Record) -> Listed:
    values: dict[str, Any] = dict(row)
    told = {name: values.pop(name) for name in ("cases", "overdue", "updated")}
    return Listed(project_of(values), **told)


def _told(row: asyncpg.Record) -> Told:
    event = decode(row["type"], row["data"].encode())
    assert isinstance(event, ProjectEvent)  # noqa: S101  the table holds nothing else
    return Told(event, row["at"])
