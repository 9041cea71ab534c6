"""Keep supervision's copy of the project list: what rounds go to and letters are about."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from services.contracts.project import (
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectEvent,
    ProjectOpened,
    ProjectReplaced,
)

End = Literal["done", "replaced", "dropped"]
ENDS: dict[type[ProjectEvent], End] = {
    ProjectDone: "done",
    ProjectReplaced: "replaced",
    ProjectDropped: "dropped",
}


class Planned(NamedTuple):
    """A project as its newest plan has it."""

    project_id: UUID
    ledger: str
    name: str
    unit: str
    tier: str
    version: int


class Ended(NamedTuple):
    """A project that is over."""

    project_id: UUID
    state: End
    version: int


class ProjectCopy(Protocol):
    """The copy, within one transaction. An older version never replaces a newer one."""

    async def keep_projects(self, projects: Sequence[Planned]) -> None: ...
    async def end_projects(self, projects: Sequence[Ended]) -> None: ...


async def follow(copy: ProjectCopy, events: Sequence[ProjectEvent]) -> None:
    """Apply a batch's events; those of one project come in their order."""
    planned = {
        one.project_id: Planned(
            one.project_id, one.ledger, one.plan.name, one.plan.lead_unit, one.plan.tier, one.version
        )
        for one in events
        if isinstance(one, ProjectOpened | ProjectChanged)
    }
    ended = [Ended(one.project_id, ENDS[type(one)], one.version) for one in events if type(one) in ENDS]
    if planned:
        await copy.keep_projects([planned[key] for key in sorted(planned)])
    if ended:
        await copy.end_projects(sorted(ended))
