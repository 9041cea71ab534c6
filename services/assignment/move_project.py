"""Move a project on: change, report, reach a milestone, finish, replace, drop, link and unlink cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.assignment.acting import FOR_THEIR_UNIT, acts_for
from services.assignment.approver import objection_to
from services.assignment.case_name import CaseName
from services.assignment.directory import Directory, local_day
from services.assignment.open_projects import (
    KnownCase,
    Links,
    Opened,
    Opening,
    OpeningsRefused,
    Publish,
    links_of,
    open_projects,
)
from services.assignment.open_projects import Projects as OpenedProjects
from services.assignment.project import (
    Act,
    ActNotAllowed,
    Change,
    Drop,
    Fault,
    Faulty,
    Finish,
    Link,
    Moved,
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
class NotTheirProject:
    """The project isn't theirs, or a case; `field` says where it was named, `why` what would be needed."""

    why: str
    field: str = "ledger"


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


Outcome = Moved | Repeated | ActNotAllowed | Faulty | NoSuchProject | NotTheirProject


class Projects(OpenedProjects, Protocol):
    """Where projects, their cases and offers are kept, within one transaction."""

    async def cases_of(self, project_id: UUID) -> list[KnownCase]:
        """The cases that a project answers."""
        ...

    async def reports_of(self, project_id: UUID, day: date) -> set[Report]:
        """What was reported of a project on a local day."""
        ...

    async def of_receipts(self, receipts: Sequence[str]) -> Mapping[str, UUID]:
        """The cases that some receipt numbers name, those there are."""
        ...

    async def hidden_from(self, unit: str, case_ids: Sequence[UUID]) -> list[UUID]:
        """The cases among these that a unit may not read: they lie with others, and it never assisted."""
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

    async def open(self, opening: Opening) -> Opened | OpeningsRefused | NotTheirProject:
        """A project, or cases promoted to one: a unit promotes those that it may read."""
        if why := refusal(self.staff, opening.plan.lead_unit):
            return NotTheirProject(why, "lead_unit")
        if hidden := await self._hidden("cases", opening.cases):
            return hidden
        by, now = self.staff.subject, self.now
        return await open_projects(self.projects, self.publish, self.directory, [opening], by, now)

    async def change(
        self,
        ledger: str,
        fields: Mapping[str, Any],
        reason: PublicText,
        approver: str,
        finding_id: UUID | None = None,
    ) -> Outcome:
        """`fields` of the plan are others from now on. `finding_id`: the finding that is why, if one is."""
        await self.projects.lock_list()
        project = await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        if unapproved := self._unapproved(approver):
            return unapproved
        plan = project.plan.model_copy(update=dict(fields))
        outcome = move(project, Change(plan, reason, approver, finding_id), local_day(self.now))
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

    async def replace(
        self, ledger: str, by: str, reason: PublicText, approver: str, finding_id: UUID | None = None
    ) -> Outcome:
        """The cases of the project are answered by the other one as well from now on."""
        await self.projects.hold_groups()
        await self.projects.lock_list()
        found = await self.projects.of_ledgers([ledger, by])
        project = self._of(found, ledger)
        if not isinstance(project, Project):
            return project
        other = self._of(found, by, "by")
        if not isinstance(other, Project):
            return other
        if unapproved := self._unapproved(approver):
            return unapproved
        outcome = await self._move(project, Replace(other, reason, approver, finding_id))
        if isinstance(outcome, Moved):
            await self._hand_over(project, other)
        return outcome

    async def link(self, ledger: str, name: CaseName, why: PublicText) -> Outcome:
        """The case and all of its group: each of their citizens learns the project.

        A unit links the cases that it may read. An offer of the project is accepted by it.
        """
        await self.projects.hold_groups()
        project = await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        case_id = await self._named(name)
        if case_id is None:
            return Faulty((Fault("case_id", f"没有办件 {name}", "写 /cases 中已有的办件"),))
        if hidden := await self._hidden("case_id", [case_id]):
            return hidden
        if await self._is_linked(case_id, project):
            return Faulty((Fault("case_id", "办件已关联该项目", "不必再关联"),))
        return await self._link(project, case_id, why)

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
        """Link the case as offered, or not; None where nothing had to be linked.

        It was offered by rule, to the project's unit: so that one decides, whosever the case is.
        """
        await self.projects.hold_groups()
        project = await self._theirs(ledger)
        if not isinstance(project, Project):
            return project
        offer = await self.projects.offer_of(case_id, ledger)
        if offer is None or offer.accepted is not None:
            return Faulty((Fault("ledger", "没有待定的关联建议", "见 GET /cases/{case_id}/projects/offers"),))
        linked = await self._is_linked(case_id, project)
        if linked and not accept:
            what = "办件已关联该项目，建议即已采纳"
            return Faulty((Fault("ledger", what, "关联有误的，取消关联（POST …/cases/{case_id}/unlink）"),))
        if accept and not linked:
            return await self._link(project, case_id, PublicText(offer.why))
        await self.projects.decide(offer, accept, self.staff.subject, self.now)
        return None

    async def _link(self, project: Project, case_id: UUID, why: PublicText) -> Outcome:
        """A case that isn't linked yet, and those of its group that aren't."""
        known = await self.projects.with_groups([case_id])
        there = await self.projects.linked(list(known))
        first, *others = links_of([known[case_id]], known, "clerk", why)
        new = [one for one in others if (one.case_id, project.project_id) not in there]
        return await self._move_each(project, [first, *new])

    async def _named(self, name: CaseName) -> UUID | None:
        """The id of a case that there is."""
        named = (await self.projects.of_receipts([name])).get(name) if isinstance(name, str) else name
        return named if named and named in await self.projects.with_groups([named]) else None

    async def _is_linked(self, case_id: UUID, project: Project) -> bool:
        return (case_id, project.project_id) in await self.projects.linked([case_id])

    async def _hidden(self, field: str, case_ids: Sequence[UUID]) -> NotTheirProject | None:
        """Why a unit may not link some cases."""
        if self.staff.role not in FOR_THEIR_UNIT:
            return None
        hidden = await self.projects.hidden_from(self.staff.unit or "", case_ids)
        if not hidden:
            return None
        theirs = f"unit {self.staff.unit} neither handles nor assists with"
        return NotTheirProject(f"{theirs} {', '.join(map(str, hidden))}", field)

    async def _theirs(self, ledger: str) -> Project | NoSuchProject | NotTheirProject:
        return self._of(await self.projects.of_ledgers([ledger]), ledger)

    def _of(
        self, found: Mapping[str, Project], ledger: str, field: str = "ledger"
    ) -> Project | NoSuchProject | NotTheirProject:
        if ledger not in found:
            return NoSuchProject(ledger, field)
        why = refusal(self.staff, found[ledger].plan.lead_unit)
        return NotTheirProject(why, field) if why else found[ledger]

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

    async def _recorded(self, outcome: Moved | ActNotAllowed | Faulty) -> Outcome:
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
