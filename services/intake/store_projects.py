"""The projects of demands in PostgreSQL: the projection of topic `project`, and what tracking reads of it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.contracts.project import MilestoneReached
from services.intake.tracked_projects import LinkNews, ProjectMilestone, ProjectNews, TrackedProject
from services.kit.postgres import Connection, Pool, Writing

_PROJECTS: Final = """
INSERT INTO projects AS p (project_id, version, ledger, name, completion, milestones, done_on, replaced_by,
                           dropped, units)
SELECT project_id, version, ledger, name, completion, coalesce(milestones::jsonb, '[]'), done_on, replaced_by,
       dropped, string_to_array(units, ' ')
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::date[], $6::text[], $7::date[], $8::text[],
            $9::bool[], $10::text[])
    AS news (project_id, version, ledger, name, completion, milestones, done_on, replaced_by, dropped, units)
ON CONFLICT (project_id) DO UPDATE SET version = excluded.version,
    name = coalesce(excluded.name, p.name), completion = coalesce(excluded.completion, p.completion),
    milestones = CASE WHEN excluded.name IS NULL THEN p.milestones ELSE excluded.milestones END,
    done_on = coalesce(excluded.done_on, p.done_on),
    replaced_by = coalesce(excluded.replaced_by, p.replaced_by), dropped = p.dropped OR excluded.dropped,
    units = coalesce(excluded.units, p.units)
WHERE p.version < excluded.version
"""
_REACHED: Final = """
INSERT INTO project_milestones (project_id, name, reached_on)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[]) ON CONFLICT DO NOTHING
"""
_LINKS: Final = """
INSERT INTO demand_projects AS d (demand_id, project_id, version, linked, changed_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::bool[], $5::timestamptz[])
ON CONFLICT (demand_id, project_id) DO UPDATE SET version = excluded.version, linked = excluded.linked,
    changed_at = excluded.changed_at
WHERE d.version < excluded.version
"""
# What a project's news change is told to whoever polls; soon after another change the poll sees both.
_CHANGED: Final = """
WITH theirs AS (
    SELECT demand_id FROM tracking
    WHERE changed_at < $3::timestamptz - interval '30 seconds'
      AND (demand_id = ANY($1::uuid[]) OR demand_id IN (
          SELECT demand_id FROM demand_projects WHERE linked AND project_id = ANY($2::uuid[])))
    ORDER BY demand_id FOR UPDATE
)
UPDATE tracking SET changed_at = $3 FROM theirs WHERE tracking.demand_id = theirs.demand_id
"""
_OF_DEMANDS: Final = """
SELECT d.demand_id, d.project_id, d.changed_at AS linked_at, p.ledger, p.name, p.completion, p.milestones,
       p.done_on, p.replaced_by, p.dropped, r.level
FROM demand_projects AS d JOIN projects AS p USING (project_id) LEFT JOIN demands USING (demand_id)
LEFT JOIN project_ratings AS r USING (project_id, citizen_ref)
WHERE d.linked AND d.demand_id = ANY($1::uuid[]) ORDER BY d.changed_at, p.ledger
"""


async def record_projects(
    writing: Writing,
    projects: Sequence[ProjectNews],
    reached: Sequence[MilestoneReached],
    links: Sequence[LinkNews],
) -> None:
    """Keep a batch's news; an older version changes nothing. The demands concerned count as changed."""
    connection = writing.connection
    await connection.execute(_PROJECTS, *zip(*map(_project_row, projects), strict=True))
    if reached:
        rows = [(one.project_id, one.milestone, one.on) for one in reached]
        await connection.execute(_REACHED, *zip(*rows, strict=True))
    if links:
        link_rows = [(one.demand_id, one.project_id, one.version, one.linked, one.at) for one in links]
        await connection.execute(_LINKS, *zip(*link_rows, strict=True))
    changed = [
        one.project_id for one in projects if one.name or one.done_on or one.replaced_by or one.dropped
    ]
    told = [*changed, *(one.project_id for one in reached)]
    if links or told:
        await connection.execute(_CHANGED, [one.demand_id for one in links], told, writing.now)


async def projects_of(
    source: Pool | Connection, demand_ids: Sequence[UUID]
) -> dict[UUID, list[TrackedProject]]:
    """The projects that answer each of some demands, those linked first coming first."""
    rows = await source.fetch(_OF_DEMANDS, list(demand_ids))
    ids = list({row["project_id"] for row in rows})
    reached = await _reached(source, ids) if ids else {}
    found: defaultdict[UUID, list[TrackedProject]] = defaultdict(list)
    for row in rows:
        found[row["demand_id"]].append(_tracked(row, reached.get(row["project_id"], {})))
    return dict(found)


async def _reached(source: Pool | Connection, project_ids: Sequence[UUID]) -> dict[UUID, dict[str, date]]:
    sql = "SELECT project_id, name, reached_on FROM project_milestones WHERE project_id = ANY($1::uuid[])"
    found: defaultdict[UUID, dict[str, date]] = defaultdict(dict)
    for row in await source.fetch(sql, project_ids):
        found[row["project_id"]][row["name"]] = row["reached_on"]
    return found


def _tracked(row: Any, reached: dict[str, date]) -> TrackedProject:
    planned = orjson.loads(row["milestones"])
    return TrackedProject(
        ledger=row["ledger"],
        name=row["name"],
        completion=row["completion"],
        done_on=row["done_on"],
        replaced_by=row["replaced_by"],
        linked_at=row["linked_at"],
        milestones=tuple(
            ProjectMilestone(one["name"], date.fromisoformat(one["due"]), reached.get(one["name"]))
            for one in planned
        ),
        dropped=row["dropped"],
        rating=row["level"],
    )


def _project_row(news: ProjectNews) -> tuple[object, ...]:
    milestones = news.milestones
    return (
        news.project_id,
        news.version,
        news.ledger,
        news.name,
        news.completion,
        None
        if milestones is None
        else orjson.dumps([m.model_dump(mode="json") for m in milestones]).decode(),
        news.done_on,
        news.replaced_by,
        news.dropped,
        None if news.units is None else " ".join(news.units),
    )
