"""The projects that answer a demand: what each event tells of them, folded to one row each. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.contracts.project import (
    CaseLinkedToProject,
    CaseUnlinkedFromProject,
    Milestone,
    MilestoneReached,
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectEvent,
    ProjectOpened,
    ProjectReplaced,
)


@dataclass(frozen=True, slots=True)
class ProjectNews:
    """What a batch tells of one project; None: nothing of that field. `version` is the newest event's."""

    project_id: UUID
    ledger: str
    version: int
    name: str | None = None
    completion: date | None = None
    milestones: tuple[Milestone, ...] | None = None
    done_on: date | None = None
    replaced_by: str | None = None
    dropped: bool = False
    units: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LinkNews:
    """Whether a project answers a demand from a version of the project on."""

    demand_id: UUID
    project_id: UUID
    version: int
    linked: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ProjectMilestone:
    """A milestone as citizens see it; `reached_on` None: still to come."""

    name: str
    due: date
    reached_on: date | None


@dataclass(frozen=True, slots=True)
class TrackedProject:
    """A project that answers a demand. Name and date are missing until the project itself was told.

    `dropped`: given up without another one in its place. `rating` is what the demand's citizen said of it.
    """

    ledger: str
    name: str | None
    completion: date | None
    done_on: date | None
    replaced_by: str | None
    linked_at: datetime
    milestones: tuple[ProjectMilestone, ...]
    dropped: bool = False
    rating: str | None = None


def project_news(events: Iterable[ProjectEvent]) -> list[ProjectNews]:
    """One piece of news a project, sorted by its id."""
    news: dict[UUID, ProjectNews] = {}
    for event in sorted(events, key=lambda event: event.version):
        before = news.get(event.project_id) or ProjectNews(event.project_id, event.ledger, event.version)
        news[event.project_id] = replace(before, version=event.version, **_told(event))
    return [news[project_id] for project_id in sorted(news)]


def link_news(told: Iterable[tuple[ProjectEvent, datetime]]) -> list[LinkNews]:
    """The last word on each demand and project, sorted by both."""
    news: dict[tuple[UUID, UUID], LinkNews] = {}
    for event, at in sorted(told, key=lambda one: one[0].version):
        if isinstance(event, CaseLinkedToProject | CaseUnlinkedFromProject):
            linked = isinstance(event, CaseLinkedToProject)
            key = event.demand_id, event.project_id
            news[key] = LinkNews(*key, event.version, linked, at)
    return [news[key] for key in sorted(news)]


def milestones_reached(events: Iterable[ProjectEvent]) -> list[MilestoneReached]:
    return [event for event in events if isinstance(event, MilestoneReached)]


def _told(event: ProjectEvent) -> dict[str, Any]:
    match event:
        case ProjectOpened() | ProjectChanged():
            plan = event.plan
            units = (plan.lead_unit, *plan.assisting_units)
            return {
                "name": plan.name,
                "completion": plan.completion,
                "milestones": plan.milestones,
                "units": units,
            }
        case ProjectDone():
            return {"done_on": event.on}
        case ProjectReplaced():
            return {"replaced_by": event.by_ledger}
        case ProjectDropped():
            return {"dropped": True}
    return {}
