"""A project's limit for its next progress report: opened with it, moved on by each report, ended with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.contracts.project import (
    Plan,
    ProgressReported,
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectEvent,
    ProjectOpened,
    ProjectReplaced,
)
from services.supervision.calendar import local_midnight
from services.supervision.further import subject_told
from services.supervision.policy import Policy
from services.supervision.subjects import (
    Outcome,
    Publish,
    SubjectLimit,
    SubjectLimits,
    begun,
    ended,
)
from services.supervision.watched import Watched

Happened = tuple[ProjectEvent, datetime]
"""An event of a project, with its business time."""

ENDS: Final[Mapping[type[ProjectEvent], Outcome]] = {
    ProjectDone: "met",
    ProjectReplaced: "closed",
    ProjectDropped: "closed",
}


async def set_reports(
    limits: SubjectLimits, publish: Publish, policy: Policy, happened: Sequence[Happened]
) -> None:
    """Apply events of projects, in their order per project.

    Of a project whose opening never came (it was given up as a dead letter) there is nothing to watch.
    """
    ids = sorted({event.project_id for event, _ in happened})
    found = await limits.of_subjects(ids)
    known = {one.subject_id: one for one in found if one.kind == "project_report"}
    now: dict[UUID, Watched] = dict(known)
    for event, at in happened:
        was = now.get(event.project_id)
        moved = after(was, event, at, policy)
        if moved is not None and moved is not was:
            now[event.project_id] = moved
            if was is None or moved.set_version > was.set_version:
                publish(subject_told(moved))
    if new := [now[one] for one in ids if one in now and one not in known]:
        await limits.add(new)
    if changed := [now[one] for one in ids if one in known and now[one] is not known[one]]:
        await limits.put(changed)


def after(limit: Watched | None, event: ProjectEvent, at: datetime, policy: Policy) -> Watched | None:
    """The limit after an event; the same object where it changes nothing. Pure."""
    if isinstance(event, ProjectOpened):
        return begun(_asked(event.project_id, event.plan, at), None, policy) if limit is None else limit
    if limit is None or not limit.unfinished:
        return limit
    if isinstance(event, ProjectChanged):
        return limit._replace(unit=event.plan.lead_unit, post=event.plan.owner)
    if isinstance(event, ProgressReported):
        asked = SubjectLimit(
            "project",
            event.project_id,
            "project_report",
            limit.unit,
            limit.post,
            max(at, limit.dispatched_at),
        )
        return begun(asked, limit, policy)
    return ended(limit, ENDS[type(event)], at) if type(event) in ENDS else limit


def _asked(project_id: UUID, plan: Plan, at: datetime) -> SubjectLimit:
    """A project that begins later has nothing to report before."""
    since = max(at, local_midnight(plan.start.toordinal()))
    return SubjectLimit("project", project_id, "project_report", plan.lead_unit, plan.owner, since)
