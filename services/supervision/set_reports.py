"""A project's limit for its next progress report: opened with it, moved on by each report, ended with it."""

from collections.abc import Iterator, Mapping, Sequence
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
    changed = [now[one] for one in ids if one in known and now[one] is not known[one]]
    if changed := [*changed, *_no_answers(found, happened)]:
        await limits.put(changed)


def _no_answers(found: Sequence[Watched], happened: Sequence[Happened]) -> Iterator[Watched]:
    """What is given up need not be answered for any more; being done doesn't answer a notice."""
    given_up = {event.project_id: at for event, at in happened if ENDS.get(type(event)) == "closed"}
    for one in found:
        if one.kind == "notice_reply" and one.unfinished and one.subject_id in given_up:
            yield ended(one, "closed", given_up[one.subject_id])


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
