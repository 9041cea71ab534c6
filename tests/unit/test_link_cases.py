"""What merging and parting do to the projects that answer cases: every citizen of a matter learns them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from services.assignment.link_cases import link_cases
from services.assignment.move_project import ProjectDesk
from services.assignment.open_projects import KnownCase, Opened, Opening, open_projects
from services.assignment.project import Finish, Moved
from services.contracts.case import CaseEvent, CaseLeadChanged, CaseMerged, CaseParted, CaseWithdrawn
from services.contracts.project import CaseLinkedToProject, CaseUnlinkedFromProject, ProjectEvent
from services.contracts.public_text import PublicText
from services.kit.auth import Staff
from tests.project_fakes import ProjectsInMemory, plan
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 5, 1, 0, tzinfo=UTC)
WHY = PublicText("同一处停水。")


@dataclass(slots=True)
class Matter:
    """Cases by a name, the projects that answer them, and what was told of these."""

    projects: ProjectsInMemory = field(default_factory=ProjectsInMemory)
    told: list[ProjectEvent] = field(default_factory=list)
    ids: dict[str, UUID] = field(default_factory=dict)

    def case(self, name: str) -> UUID:
        if name not in self.ids:
            self.ids[name] = uuid4()
            self.projects.cases[self.ids[name]] = KnownCase(self.ids[name], uuid4())
        return self.ids[name]

    async def open(self, ledger: str, *cases: str) -> None:
        opening = Opening(ledger, plan(), tuple(map(self.case, cases)))
        found = await open_projects(self.projects, self.told.append, county(), [opening], "某", NOW)
        assert isinstance(found, Opened)

    @property
    def desk(self) -> ProjectDesk:
        return ProjectDesk(self.projects, self.told.append, county(), Staff("某", "clerk", None), NOW)

    async def merge(self, case: str, into: str) -> None:
        event = CaseMerged if self.projects.cases[self.case(case)].lead is None else CaseLeadChanged
        self._regroup(case, self.case(into))
        said = self._event(event, case, lead=self.case(into), state="dispatched", reason=WHY)
        await link_cases(self.projects, self.told.append, None, [said], NOW)

    async def part(self, case: str) -> None:
        lead = self.projects.cases[self.case(case)].lead
        self._regroup(case, None)
        said = self._event(CaseParted, case, lead=lead, post="water.head", reason=WHY)
        await link_cases(self.projects, self.told.append, None, [said], NOW)

    async def withdraw(self, lead: str, heir: str) -> None:
        self._regroup(heir, None)
        gone = self._event(CaseWithdrawn, lead)
        parted = self._event(CaseParted, heir, lead=self.case(lead), post="water.head", reason=WHY)
        await link_cases(self.projects, self.told.append, None, [gone, parted], NOW)

    def _regroup(self, case: str, lead: UUID | None) -> None:
        known = self.projects.cases[self.case(case)]
        self.projects.cases[known.case_id] = KnownCase(known.case_id, known.demand_id, lead)

    def _event(self, event: type[CaseEvent], case: str, **more: Any) -> CaseEvent:
        known = self.projects.cases[self.case(case)]
        head = {"case_id": known.case_id, "demand_id": known.demand_id, "version": 2, "dispatch": 1}
        return event.model_validate({**head, "unit": "water", **more})

    def links(self, case: str) -> dict[str, str]:
        """By ledger number how a case is linked."""
        ledgers = {one.project_id: one.ledger for one in self.projects.projects.values()}
        links = self.projects.links.items()
        return {ledgers[project]: how for (one, project), how in links if one == self.ids[case]}


async def test_a_case_that_is_merged_learns_the_open_projects_of_its_lead_case() -> None:
    matter = Matter()
    await matter.open("县项-1", "lead")
    await matter.open("县项-2", "lead")
    done = await matter.desk.act("县项-2", Finish(NOW.date(), WHY))
    assert isinstance(done, Moved)
    await matter.merge("new", into="lead")
    assert matter.links("new") == {"县项-1": "merged"}
    event = matter.told[-1]
    assert isinstance(event, CaseLinkedToProject)
    assert event.demand_id == matter.projects.cases[matter.case("new")].demand_id


async def test_what_is_linked_already_is_not_linked_again() -> None:
    matter = Matter()
    await matter.open("县项-1", "lead", "new")
    told = len(matter.told)
    await matter.merge("new", into="lead")
    assert (matter.links("new"), len(matter.told)) == ({"县项-1": "promoted"}, told)


async def test_a_case_that_is_parted_keeps_what_was_linked_to_itself_alone() -> None:
    matter = Matter()
    await matter.open("县项-1", "lead")
    await matter.open("县项-2", "new")
    await matter.merge("new", into="lead")
    assert matter.links("new") == {"县项-2": "promoted", "县项-1": "merged"}
    await matter.part("new")
    assert matter.links("new") == {"县项-2": "promoted"}
    assert isinstance(matter.told[-1], CaseUnlinkedFromProject)
    assert matter.links("lead") == {"县项-1": "promoted"}


async def test_whoever_leads_on_after_a_withdrawal_keeps_the_projects_of_the_matter() -> None:
    matter = Matter()
    await matter.open("县项-1", "lead")
    await matter.merge("heir", into="lead")
    await matter.withdraw("lead", heir="heir")
    assert matter.links("heir") == {"县项-1": "merged"}


async def test_linking_and_promoting_a_case_links_each_of_its_group() -> None:
    matter = Matter()
    for name in ("lead", "second", "third"):
        matter.case(name)
    await matter.merge("second", into="lead")
    await matter.merge("third", into="lead")
    await matter.open("县项-1")
    assert isinstance(await matter.desk.link("县项-1", matter.case("second"), WHY), Moved)
    await matter.open("县项-2", "lead")
    assert matter.links("lead") == {"县项-1": "clerk", "县项-2": "promoted"}
    assert matter.links("second") == {"县项-1": "clerk", "县项-2": "merged"}
    assert matter.links("third") == {"县项-1": "merged", "县项-2": "merged"}


async def test_a_wrong_link_goes_with_those_that_followed_it() -> None:
    matter = Matter()
    await matter.open("县项-1", "lead")
    await matter.merge("second", into="lead")
    assert isinstance(await matter.desk.unlink("县项-1", matter.case("lead"), WHY), Moved)
    assert (matter.links("lead"), matter.links("second")) == ({}, {})
