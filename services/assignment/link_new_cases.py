"""Link new cases to the open projects that certainly answer them; offer to a clerk those that may."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from services.assignment.directory import local_day
from services.assignment.move_project import Offer
from services.assignment.open_projects import Publish
from services.assignment.project import Link, Moved, Project, move
from services.assignment.project_match import Fit, Matcher
from services.contracts.case import CaseAssigned
from services.contracts.public_text import PublicText

BY_RULE: Final = "rule"
"""Who a link by rule is recorded as made by."""


class Projects(Protocol):
    """Where projects, their cases and offers are kept, within one transaction."""

    async def of_ids(self, project_ids: Sequence[UUID]) -> dict[UUID, Project]:
        """Those there are among them, held until commit."""
        ...

    async def linked(self, case_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]: ...

    async def record(self, moved: Sequence[Moved], by: str, now: datetime) -> None: ...

    async def offer(self, offers: Sequence[Offer]) -> None:
        """Keep offers; one that is there stays as it is."""
        ...


async def link_new_cases(
    projects: Projects,
    publish: Publish,
    matcher: Matcher,
    cases: Iterable[CaseAssigned],
    now: datetime,
) -> None:
    """Nothing is asked of the database where no case fits any project."""
    fits = [(case, fit) for case in cases for fit in matcher.fits(case.category, case.place)]
    certain = [(case, fit) for case, fit in fits if fit.certain]
    possible = [_offer(case, fit, now) for case, fit in fits if not fit.certain]
    if certain:
        await _link(projects, publish, certain, now)
    if possible:
        await projects.offer(possible)


async def _link(
    projects: Projects, publish: Publish, certain: Sequence[tuple[CaseAssigned, Fit]], now: datetime
) -> None:
    present = await projects.of_ids([fit.project.project_id for _, fit in certain])
    there = await projects.linked([case.case_id for case, _ in certain])
    today, moved = local_day(now), list[Moved]()
    for case, fit in certain:
        project = present.get(fit.project.project_id)
        if project is None or (case.case_id, project.project_id) in there:
            continue
        outcome = move(project, Link(case.case_id, case.demand_id, "rule", PublicText(fit.why)), today)
        if isinstance(outcome, Moved):  # it may have been done meanwhile
            present[project.project_id] = outcome.project
            moved.append(outcome)
    await projects.record(moved, BY_RULE, now)
    for one in moved:
        publish(one.event)


def _offer(case: CaseAssigned, fit: Fit, now: datetime) -> Offer:
    return Offer(case.case_id, fit.project.project_id, fit.project.ledger, fit.why, now)
