"""Projects, their facts, cases and offers in PostgreSQL, set-wise, within one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.assignment.move_project import Offer
from services.assignment.open_projects import KnownCase, Links
from services.assignment.project import Moved, Project, Report
from services.assignment.project_match import Matcher, OpenProject
from services.assignment.rulebook import Rulebook
from services.assignment.store import GROUPING
from services.assignment.store_reading import of_receipts, readable_by
from services.contracts.demand import ProjectRated
from services.contracts.project import CaseLinkedToProject, CaseUnlinkedFromProject, Plan, ProgressReported
from services.kit.connection import Connection

COLUMNS: Final = "project_id, ledger, version, state, plan, opened_at, reached, percent, done_on, replaced_by"
"""What `project_of` reads."""
_PROJECT: Final = f"SELECT {COLUMNS} FROM projects"
_HELD: Final = "ORDER BY project_id FOR NO KEY UPDATE"
"""Keys never change: whoever offers a held project, which refers to its key, needn't wait for it."""
_RECORD: Final = """
INSERT INTO projects AS p (project_id, ledger, version, state, tier, lead_unit, completion, plan, reached,
                           percent, done_on, replaced_by, opened_at, owned_since)
SELECT project_id, ledger, version, state, tier, lead_unit, completion, plan::jsonb,
       ARRAY(SELECT jsonb_array_elements_text(reached::jsonb)), percent, done_on, replaced_by, opened_at, $14
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::date[], $8::text[],
            $9::text[], $10::int[], $11::date[], $12::text[], $13::timestamptz[])
    AS after (project_id, ledger, version, state, tier, lead_unit, completion, plan, reached, percent,
              done_on, replaced_by, opened_at)
ON CONFLICT (project_id) DO UPDATE SET version = excluded.version, state = excluded.state,
    tier = excluded.tier, lead_unit = excluded.lead_unit, completion = excluded.completion,
    plan = excluded.plan, reached = excluded.reached, percent = excluded.percent,
    done_on = excluded.done_on, replaced_by = excluded.replaced_by,
    owned_since = CASE WHEN p.plan->'owner' = excluded.plan->'owner' THEN p.owned_since
                       ELSE excluded.owned_since END
"""
_FACTS: Final = """
INSERT INTO project_facts (project_id, version, at, type, by, data)
SELECT project_id, version, $5, type, $6, data::jsonb
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) AS fact (project_id, version, type, data)
"""
_WITH_GROUPS: Final = """
WITH leads AS (SELECT coalesce(lead, case_id) AS lead FROM cases WHERE case_id = ANY($1::uuid[]))
SELECT case_id, demand_id, lead FROM cases
WHERE case_id = ANY(ARRAY(SELECT lead FROM leads)) OR lead = ANY(ARRAY(SELECT lead FROM leads))
ORDER BY case_id
"""
_REPORTS: Final = """
SELECT data->>'text' AS text, data->>'evidence' AS evidence, (data->>'percent')::int AS percent
FROM project_facts
WHERE project_id = $1 AND (at AT TIME ZONE 'Asia/Shanghai')::date = $2 AND type = $3
"""
_LINK: Final = """
INSERT INTO project_cases (case_id, project_id, demand_id, how, linked_at)
SELECT case_id, project_id, demand_id, how, $5
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS link (case_id, project_id, demand_id, how)
ON CONFLICT DO NOTHING
"""
_ACCEPT: Final = """
UPDATE project_offers AS o SET accepted = true, decided_by = $3, decided_at = $4
FROM unnest($1::uuid[], $2::uuid[]) AS link (case_id, project_id)
WHERE o.case_id = link.case_id AND o.project_id = link.project_id AND o.accepted IS NULL
"""
_UNLINK: Final = """
DELETE FROM project_cases USING unnest($1::uuid[], $2::uuid[]) AS gone (case_id, project_id)
WHERE project_cases.case_id = gone.case_id AND project_cases.project_id = gone.project_id
"""
_OFFER: Final = """
INSERT INTO project_offers (case_id, project_id, why, offered_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) ON CONFLICT DO NOTHING
"""
_OFFER_OF: Final = """
SELECT o.case_id, o.project_id, p.ledger, o.why, o.offered_at, o.accepted
FROM project_offers AS o JOIN projects AS p USING (project_id)
WHERE o.case_id = $1 AND p.ledger = $2 FOR UPDATE OF o
"""
_RATE: Final = """
INSERT INTO project_ratings (project_id, demand_id, level, comment, rated_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) ON CONFLICT DO NOTHING
"""
_OPEN: Final = """
SELECT project_id, ledger, plan->>'category' AS category, plan->>'place' AS place
FROM projects WHERE state IN ('planned', 'under_way') AND plan->>'category' IS NOT NULL ORDER BY ledger
"""


class PostgresProjects:
    """Everything about projects that is written. It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock_list(self) -> None:
        await self._connection.execute("UPDATE project_list SET version = version + 1")

    async def list_version(self) -> int:
        """Another one each time that the list of open projects was changed."""
        version: int = await self._connection.fetchval("SELECT version FROM project_list")
        return version

    async def open_projects(self) -> list[OpenProject]:
        """All that have a category and are open, by ledger number."""
        return [OpenProject(**dict(row)) for row in await self._connection.fetch(_OPEN)]

    async def of_ledgers(self, ledgers: Sequence[str]) -> dict[str, Project]:
        sql = f"{_PROJECT} WHERE ledger = ANY($1::text[]) {_HELD}"
        rows = await self._connection.fetch(sql, list(set(ledgers)))
        return {row["ledger"]: project_of(dict(row)) for row in rows}

    async def of_ids(self, project_ids: Sequence[UUID]) -> dict[UUID, Project]:
        sql = f"{_PROJECT} WHERE project_id = ANY($1::uuid[]) {_HELD}"
        rows = await self._connection.fetch(sql, list(set(project_ids)))
        return {row["project_id"]: project_of(dict(row)) for row in rows}

    async def hold_groups(self) -> None:
        await self._connection.execute(f"SELECT pg_advisory_xact_lock_shared({GROUPING})")

    async def with_groups(self, case_ids: Sequence[UUID]) -> dict[UUID, KnownCase]:
        rows = await self._connection.fetch(_WITH_GROUPS, list(set(case_ids))) if case_ids else []
        return {row["case_id"]: KnownCase(**dict(row)) for row in rows}

    async def of_receipts(self, receipts: Sequence[str]) -> dict[str, UUID]:
        return await of_receipts(self._connection, receipts)

    async def hidden_from(self, unit: str, case_ids: Sequence[UUID]) -> list[UUID]:
        sql = f"SELECT case_id FROM cases AS c WHERE case_id = ANY($2::uuid[]) AND NOT {readable_by('$1')}"
        rows = await self._connection.fetch(f"{sql} ORDER BY case_id", unit, list(case_ids))
        return [row["case_id"] for row in rows]

    async def linked(self, case_ids: Sequence[UUID]) -> Links:
        sql = """
            SELECT case_id, project_id, how FROM project_cases WHERE case_id = ANY($1::uuid[])
            ORDER BY case_id, project_id
        """
        rows = await self._connection.fetch(sql, list(case_ids)) if case_ids else []
        return {(row["case_id"], row["project_id"]): row["how"] for row in rows}

    async def cases_of(self, project_id: UUID) -> list[KnownCase]:
        sql = "SELECT case_id, demand_id FROM project_cases WHERE project_id = $1 ORDER BY case_id"
        rows = await self._connection.fetch(sql, project_id)
        return [KnownCase(**dict(row)) for row in rows]

    async def reports_of(self, project_id: UUID, day: date) -> set[Report]:
        rows = await self._connection.fetch(_REPORTS, project_id, day, ProgressReported.type)
        return {Report(row["text"], row["evidence"], row["percent"]) for row in rows}

    async def record(self, moved: Sequence[Moved], by: str, now: datetime) -> None:
        if not moved:
            return
        final = {one.project.project_id: one.project for one in moved}
        rows = [_row(final[project_id]) for project_id in sorted(final)]
        await self._connection.execute(_RECORD, *zip(*rows, strict=True), now)
        facts = [
            (one.event.project_id, one.event.version, one.event.type, one.event.model_dump_json())
            for one in moved
        ]
        await self._connection.execute(_FACTS, *zip(*facts, strict=True), now, by)
        await self._record_links(moved, by, now)

    async def _record_links(self, moved: Sequence[Moved], by: str, now: datetime) -> None:
        events = [one.event for one in moved]
        links = [
            (e.case_id, e.project_id, e.demand_id, e.how)
            for e in events
            if isinstance(e, CaseLinkedToProject)
        ]
        gone = [(e.case_id, e.project_id) for e in events if isinstance(e, CaseUnlinkedFromProject)]
        if links:
            await self._connection.execute(_LINK, *zip(*links, strict=True), now)
            cases, projects = [link[0] for link in links], [link[1] for link in links]
            await self._connection.execute(_ACCEPT, cases, projects, by, now)
        if gone:
            await self._connection.execute(_UNLINK, *zip(*gone, strict=True))

    async def keep_ratings(self, rated: Sequence[tuple[ProjectRated, datetime]]) -> None:
        """Each with the business time at which it was given; the first of a demand stands."""
        rows = [(one.project_id, one.demand_id, one.level, one.comment, at) for one, at in rated]
        await self._connection.execute(_RATE, *zip(*rows, strict=True))

    async def offer(self, offers: Sequence[Offer]) -> None:
        rows = [(one.case_id, one.project_id, one.why, one.offered_at) for one in offers]
        if rows:
            await self._connection.execute(_OFFER, *zip(*rows, strict=True))

    async def offer_of(self, case_id: UUID, ledger: str) -> Offer | None:
        row = await self._connection.fetchrow(_OFFER_OF, case_id, ledger)
        return Offer(**dict(row)) if row else None

    async def decide(self, offer: Offer, accepted: bool, by: str, now: datetime) -> None:
        await self._connection.execute(
            "UPDATE project_offers SET accepted = $3, decided_by = $4, decided_at = $5"
            " WHERE case_id = $1 AND project_id = $2",
            offer.case_id,
            offer.project_id,
            accepted,
            by,
            now,
        )


def project_of(row: Mapping[str, Any]) -> Project:
    """A project of its row; the plan is JSON text."""
    values: dict[str, Any] = dict(row)
    plan, reached = Plan.model_validate_json(values.pop("plan")), tuple(values.pop("reached"))
    return Project(**values, plan=plan, reached=reached)


def _row(project: Project) -> tuple[object, ...]:
    plan = project.plan
    return (
        project.project_id,
        project.ledger,
        project.version,
        project.state,
        plan.tier,
        plan.lead_unit,
        plan.completion,
        plan.model_dump_json(),
        _as_json(project.reached),
        project.percent,
        project.done_on,
        project.replaced_by,
        project.opened_at,
    )


def _as_json(names: Sequence[str]) -> str:
    """A list of lists has no rows that `unnest` would keep apart; so each list travels as one text."""
    return orjson.dumps(list(names)).decode()


@dataclass(slots=True)
class Matchers:
    """The open projects made ready to be matched, kept in this process until list or directory change."""

    kept: Matcher | None = field(default=None)
    of: tuple[int, int] | None = field(default=None)

    async def current(self, connection: Connection, rulebook: Rulebook) -> Matcher:
        """Looks the list's version up each time: one small query a batch that opens cases."""
        projects = PostgresProjects(connection)
        of = rulebook.version, await projects.list_version()
        if self.kept is None or self.of != of:
            self.kept = Matcher.build(rulebook.directory, await projects.open_projects())
            self.of = of
        return self.kept
