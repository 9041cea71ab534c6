"""Move a project on: change, report, reach a milestone, finish, replace, drop, link and unlink cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.assignment.acting import FOR_THEIR_UNIT, acts_for
from services.assignment.approver import objection_to
from services.assignment.directory import Directory, local_day
from services.assignment.open_projects import KnownCase, Links, Publish, links_of
from services.assignment.open_projects import Projects as OpenedProjects
from services.assignment.project import (
    Act,
    Change,
    Drop,
    Fault,
    Faulty,
    Finish,
    Link,
    Moved,
    NotAllowed,
    Project,
    Reach,
    Replace,
    Report,
    Unlink,
    link_all,
    move,
)
from services.assignment.project_labels import DirectoryLabels
from services.assignment.project_plan import plan_faults
from services.contracts.public_text import PublicText
from services.kit.auth import Staff


@dataclass(frozen=True, slots=True)
class NoSuchProject:
    """No project has this ledger number; `field` says where it was named."""

    ledger: str
    field: str = "ledger"


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """The project isn't theirs; `why` names what would be needed."""

    why: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A project that may answer a case; a clerk decides. `accepted` None: still to be decided."""

    case_id: UUID
    project_id: UUID
    ledger: str
    why: str
    offered_at: datetime
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class Repeated:
    """It was said already, and nothing was added: a request whose answer was lost may be sent again."""

    project: Project


Outcome = Moved | Repeated | NotAllowed | Faulty | NoSuchProject | NotTheirs


class Projects(OpenedProjects, Protocol):
    """Where projects, their cases and offers are kept, within one transaction."""

    async def cases_of(self, project_id: UUID) -> list[KnownCase]:
        """The cases that a project answers."""
        ...

    async def reports_of(self, project_id: UUID, day: date) -> set[Report]:
        """What was reported of a project on a local day."""
        ...

    async def offer_of(self, case_id: UUID, ledger: str) -> Offer | None:
        """Held until commit."""
        ...

    async def decide(self, offer: Offer, accepted: bool, by: str, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class ProjectDesk:
    """One member of staff at work on projects, within one transaction. Each method gives an outcome."""

    projects: Projects
    publish: Publish
    directory: Directory
    staff: Staff
    now: datetime

    async def change(
        self, ledger: str, fields: Mapping[str, Any], reason: PublicText, approver: str
    ) -> Outcome:
        """`fields` of the plan are others from now on."""
        await self.projects.lock_list()
        project = await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        if unapproved := self._unapproved(approver):
            return unapproved
        plan = project.plan.model_copy(update=dict(fields))
        outcome = move(project, Change(plan, reason, approver), local_day(self.now))
        if isinstance(outcome, Moved):
            faults = plan_faults(plan, self.directory, DirectoryLabels.of(self.directory))
            return Faulty(tuple(faults)) if faults else await self._recorded(outcome)
        return outcome

    async def act(self, ledger: str, act: Reach | Finish) -> Outcome:
        if isinstance(act, Finish):
            await self.projects.lock_list()
        return await self._move(ledger, act)

    async def report(self, ledger: str, report: Report) -> Outcome:
        """The same words, evidence and percentage on the same day are the same report."""
        project = await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        if report in await self.projects.reports_of(project.project_id, local_day(self.now)):
            return Repeated(project)
        return await self._move(project, report)

    async def drop(self, ledger: str, reason: PublicText, approver: str) -> Outcome:
        """It stays with the cases that it answered, whose own course goes on."""
        await self.projects.lock_list()
        project = await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        return self._unapproved(approver) or await self._move(project, Drop(reason, approver))

    async def replace(self, ledger: str, by: str, reason: PublicText, approver: str) -> Outcome:
        """The cases of the project are answered by the other one as well from now on."""
        await self.projects.hold_groups()
        await self.projects.lock_list()
        found = await self.projects.of_ledgers([ledger, by])
        project = self._of(found, ledger)
        if not isinstance(project, Project):
            return project
        if by not in found:
            return NoSuchProject(by, "by")
        if unapproved := self._unapproved(approver):
            return unapproved
        outcome = await self._move(project, Replace(found[by], reason, approver))
        if isinstance(outcome, Moved):
            await self._hand_over(project, found[by])
        return outcome

    async def link(self, ledger: str, case_id: UUID, why: PublicText) -> Outcome:
        """The case and all of its group: each of their citizens learns the project."""
        await self.projects.hold_groups()
        project = await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        known = await self.projects.with_groups([case_id])
        if case_id not in known:
            return Faulty((Fault("case_id", f"没有办件 {case_id}", "写 /cases 中已有的办件"),))
        there = await self.projects.linked(list(known))
        if (case_id, project.project_id) in there:
            return Faulty((Fault("case_id", "办件已关联该项目", "不必再关联"),))
        first, *others = links_of([known[case_id]], known, "clerk", why)
        new = [one for one in others if (one.case_id, project.project_id) not in there]
        return await self._move_each(project, [first, *new])

    async def unlink(self, ledger: str, case_id: UUID, reason: PublicText) -> Outcome:
        """The case, and those merged into it that were linked with it."""
        await self.projects.hold_groups()
        project = await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        known = await self.projects.with_groups([case_id])
        there = await self.projects.linked(list(known))
        if (case_id, project.project_id) not in there:
            return Faulty((Fault("case_id", "办件没有关联该项目", "写已关联的办件"),))
        followers = [one for one in known.values() if _follows(one, case_id, project, there)]
        gone = [Unlink(one.case_id, one.demand_id, reason) for one in (known[case_id], *followers)]
        return await self._move_each(project, gone)

    async def decide(self, case_id: UUID, ledger: str, accept: bool) -> Outcome | None:
        """Link the case as offered, or not; None where the offer was declined."""
        await self.projects.hold_groups()
        project = await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        offer = await self.projects.offer_of(case_id, ledger)
        if offer is None or offer.accepted is not None:
            return Faulty((Fault("ledger", "没有待定的关联建议", "见 GET /cases/{case_id}/projects/offers"),))
        if accept:
            outcome = await self.link(ledger, case_id, PublicText(offer.why))
            if not isinstance(outcome, Moved):
                return outcome
        await self.projects.decide(offer, accept, self.staff.subject, self.now)
        return outcome if accept else None

    async def _theirs(self, ledger: str) -> Project | NoSuchProject | NotTheirs:
        return self._of(await self.projects.of_ledgers([ledger]), ledger)

    def _of(self, found: Mapping[str, Project], ledger: str) -> Project | NoSuchProject | NotTheirs:
        if ledger not in found:
            return NoSuchProject(ledger)
        why = refusal(self.staff, found[ledger].plan.lead_unit)
        return NotTheirs(why) if why else found[ledger]

    def _unapproved(self, approver: str) -> Faulty | None:
        objection = objection_to(approver, self.directory, local_day(self.now))
        return Faulty((Fault("approver", *objection),)) if objection else None

    async def _move(self, ledger: str | Project, act: Act) -> Outcome:
        project = ledger if isinstance(ledger, Project) else await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        return await self._recorded(move(project, act, local_day(self.now)))

    async def _move_each(self, project: Project, acts: Sequence[Link | Unlink]) -> Outcome:
        """One after the other: where the first is allowed, so are the others."""
        today, moved = local_day(self.now), list[Moved]()
        for act in acts:
            outcome = move(moved[-1].project if moved else project, act, today)
            if not isinstance(outcome, Moved):
                return outcome
            moved.append(outcome)
        await self._keep(moved)
        return moved[-1]

    async def _recorded(self, outcome: Moved | NotAllowed | Faulty) -> Outcome:
        if isinstance(outcome, Moved):
            await self._keep([outcome])
        return outcome

    async def _keep(self, moved: Sequence[Moved]) -> None:
        await self.projects.record(moved, self.staff.subject, self.now)
        for one in moved:
            self.publish(one.event)

    async def _hand_over(self, replaced: Project, project: Project) -> None:
        why = PublicText(f"项目 {replaced.ledger} 由 {project.ledger} 替代")
        cases = await self.projects.cases_of(replaced.project_id)
        there = await self.projects.linked([case.case_id for case in cases])
        links = [
            Link(case.case_id, case.demand_id, "replaced", why)
            for case in cases
            if (case.case_id, project.project_id) not in there
        ]
        await self._keep(link_all(project, links, local_day(self.now)))


def _follows(one: KnownCase, lead: UUID, project: Project, there: Links) -> bool:
    return one.lead == lead and there.get((one.case_id, project.project_id)) == "merged"


def refusal(staff: Staff, lead_unit: str) -> str | None:
    """Why a member of staff may not act on a project of a lead unit; None where they may."""
    if acts_for(staff, lead_unit):
        return None
    if staff.role not in FOR_THEIR_UNIT:
        return f"role {staff.role} doesn't act on projects"
    return f"the project is led by unit {lead_unit}, the token is for unit {staff.unit}"
