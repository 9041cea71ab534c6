"""Link cases to the open projects that answer them: new ones by rule, merged ones with their lead case.

What certainly answers a new case is linked, what may is offered to a clerk. Whatever answers a lead case
answers those merged into it; parted again, a case keeps what was linked to itself (decision 0006).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

from services.assignment.directory import local_day
from services.assignment.move_project import Offer
from services.assignment.open_projects import MERGED, Links, Publish
from services.assignment.project import Link, Moved, Project, Unlink, move
from services.assignment.project_match import Fit, Matcher
from services.contracts.case import CaseAssigned, CaseLeadChanged, CaseMerged, CaseParted, CaseWithdrawn
from services.contracts.envelope import Event
from services.contracts.public_text import PublicText

BY_RULE: Final = "rule"
"""Who a link by rule is recorded as made by."""
PARTED: Final = PublicText("与牵头件拆分，不再随牵头件关联")

Regrouped = CaseMerged | CaseLeadChanged | CaseParted | CaseWithdrawn
Told = CaseAssigned | Regrouped


class Projects(Protocol):
    """Where projects, their cases and offers are kept, within one transaction."""

    async def of_ids(self, project_ids: Sequence[UUID]) -> dict[UUID, Project]:
        """Those there are among them, held until commit."""
        ...

    async def linked(self, case_ids: Sequence[UUID]) -> Links: ...

    async def record(self, moved: Sequence[Moved], by: str, now: datetime) -> None: ...

    async def offer(self, offers: Sequence[Offer]) -> None:
        """Keep offers; one that is there stays as it is."""
        ...


async def link_cases(
    projects: Projects, publish: Publish, matcher: Matcher | None, events: Iterable[Event], now: datetime
) -> None:
    """What a transaction's events of cases do to links, in their order; without a matcher nothing by rule.

    Nothing is asked of the database where no case fits any project and no group changed.
    """
    told = [event for event in events if isinstance(event, Told)]
    fits = list(_fits(matcher, told)) if matcher else []
    certain = [(case, fit) for case, fit in fits if fit.certain]
    possible = [_offer(case, fit, now) for case, fit in fits if not fit.certain]
    regrouped = [event for event in told if not isinstance(event, CaseAssigned)]
    if certain or any(not isinstance(event, CaseWithdrawn) for event in regrouped):
        await _link(projects, publish, certain, regrouped, now)
    if possible:
        await projects.offer(possible)


def _fits(matcher: Matcher, told: Iterable[Told]) -> Iterable[tuple[CaseAssigned, Fit]]:
    for case in told:
        if isinstance(case, CaseAssigned):
            yield from ((case, fit) for fit in matcher.fits(case.category, case.place))


async def _link(
    projects: Projects,
    publish: Publish,
    certain: Sequence[tuple[CaseAssigned, Fit]],
    regrouped: Sequence[Regrouped],
    now: datetime,
) -> None:
    concerned = {case.case_id for case, _ in certain} | {event.case_id for event in regrouped}
    concerned |= {event.lead for event in regrouped if isinstance(event, CaseMerged | CaseLeadChanged)}
    links = await projects.linked(list(concerned))
    ids = {fit.project.project_id for _, fit in certain} | {project_id for _, project_id in links}
    book = _Book(await projects.of_ids(list(ids)), dict(links), local_day(now))
    for case, fit in certain:
        link = Link(case.case_id, case.demand_id, "rule", PublicText(fit.why))
        book.link(fit.project.project_id, link)
    for event in regrouped:
        book.follow(event)
    await projects.record(book.moved, BY_RULE, now)
    for one in book.moved:
        publish(one.event)


@dataclass(frozen=True, slots=True)
class _Book:
    """Projects and links as the events so far left them, and what happened to the projects."""

    projects: dict[UUID, Project]
    links: Links
    today: date
    moved: list[Moved] = field(default_factory=list)
    withdrawn: set[UUID] = field(default_factory=set)

    def follow(self, event: Regrouped) -> None:
        """A case follows the links of its lead case, and no more once it is parted.

        Whoever leads on after a withdrawal stays with the matter, and with its projects.
        """
        match event:
            case CaseMerged() | CaseLeadChanged():
                for project_id in self._of(event.lead):
                    self.link(project_id, Link(event.case_id, event.demand_id, "merged", MERGED))
            case CaseParted() if event.lead not in self.withdrawn:
                for project_id in self._of(event.case_id):
                    if self.links[event.case_id, project_id] == "merged":
                        self._unlink(project_id, Unlink(event.case_id, event.demand_id, PARTED))
            case CaseWithdrawn():
                self.withdrawn.add(event.case_id)

    def link(self, project_id: UUID, link: Link) -> None:
        """Unless it is linked, or the project has ended meanwhile."""
        if (link.case_id, project_id) not in self.links and self._move(project_id, link):
            self.links[link.case_id, project_id] = link.how

    def _unlink(self, project_id: UUID, unlink: Unlink) -> None:
        if self._move(project_id, unlink):
            del self.links[unlink.case_id, project_id]

    def _of(self, case_id: UUID) -> list[UUID]:
        return [project_id for case, project_id in self.links if case == case_id]

    def _move(self, project_id: UUID, act: Link | Unlink) -> bool:
        project = self.projects.get(project_id)
        outcome = move(project, act, self.today) if project else None
        if not isinstance(outcome, Moved):
            return False
        self.projects[project_id] = outcome.project
        self.moved.append(outcome)
        return True


def _offer(case: CaseAssigned, fit: Fit, now: datetime) -> Offer:
    return Offer(case.case_id, fit.project.project_id, fit.project.ledger, fit.why, now)
