"""Projects in memory; they pass the contract tests of those in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.assignment.directory import local_day
from services.assignment.move_project import Offer
from services.assignment.open_projects import KnownCase, Links
from services.assignment.project import Moved, Project, Report
from services.assignment.project_match import OpenProject
from services.contracts.project import (
    CaseLinkedToProject,
    CaseUnlinkedFromProject,
    Fund,
    Plan,
    ProgressReported,
    ProjectEvent,
)


@dataclass(slots=True)
class ProjectsInMemory:
    """Projects, their facts, cases and offers."""

    projects: dict[UUID, Project] = field(default_factory=dict)
    facts: list[ProjectEvent] = field(default_factory=list)
    cases: dict[UUID, KnownCase] = field(default_factory=dict)
    links: Links = field(default_factory=dict)
    offers: dict[tuple[UUID, UUID], Offer] = field(default_factory=dict)
    reports: list[tuple[UUID, date, Report]] = field(default_factory=list)
    receipts: dict[str, UUID] = field(default_factory=dict)
    readers: dict[UUID, set[str]] = field(default_factory=dict)
    """Which units may read a case."""
    version: int = 0

    async def lock_list(self) -> None:
        self.version += 1

    async def list_version(self) -> int:
        return self.version

    async def open_projects(self) -> list[OpenProject]:
        still = [one for one in self.projects.values() if one.is_open and one.plan.category]
        return [
            OpenProject(one.project_id, one.ledger, one.plan.category, one.plan.place)
            for one in sorted(still, key=lambda one: one.ledger)
        ]

    async def of_ledgers(self, ledgers: Sequence[str]) -> dict[str, Project]:
        return {one.ledger: one for one in self.projects.values() if one.ledger in ledgers}

    async def of_ids(self, project_ids: Sequence[UUID]) -> dict[UUID, Project]:
        return {one: self.projects[one] for one in project_ids if one in self.projects}

    async def hold_groups(self) -> None:
        return None

    async def of_receipts(self, receipts: Sequence[str]) -> dict[str, UUID]:
        return {one: self.receipts[one] for one in receipts if one in self.receipts}

    async def hidden_from(self, unit: str, case_ids: Sequence[UUID]) -> list[UUID]:
        return sorted(one for one in set(case_ids) & set(self.cases) if unit not in self.readers[one])

    async def with_groups(self, case_ids: Sequence[UUID]) -> dict[UUID, KnownCase]:
        leads = {self.cases[one].lead or one for one in case_ids if one in self.cases}
        found = {one: case for one, case in self.cases.items() if one in leads or case.lead in leads}
        return dict(sorted(found.items()))

    async def linked(self, case_ids: Sequence[UUID]) -> Links:
        return {link: self.links[link] for link in sorted(self.links) if link[0] in case_ids}

    async def cases_of(self, project_id: UUID) -> list[KnownCase]:
        return [self.cases[case] for case, project in sorted(self.links) if project == project_id]

    async def record(self, moved: Sequence[Moved], by: str, now: datetime) -> None:
        for one in moved:
            self.projects[one.project.project_id] = one.project
            self.facts.append(one.event)
            match one.event:
                case CaseLinkedToProject(case_id=case_id, project_id=project_id, how=how):
                    self.links.setdefault((case_id, project_id), how)
                    self._accept((case_id, project_id))
                case CaseUnlinkedFromProject(case_id=case_id, project_id=project_id):
                    self.links.pop((case_id, project_id), None)
                case ProgressReported(text=text, evidence=evidence, percent=percent):
                    said = one.project.project_id, local_day(now), Report(text, evidence, percent)
                    self.reports.append(said)

    async def reports_of(self, project_id: UUID, day: date) -> set[Report]:
        return {report for of, on, report in self.reports if (of, on) == (project_id, day)}

    def _accept(self, link: tuple[UUID, UUID]) -> None:
        offer = self.offers.get(link)
        if offer and offer.accepted is None:
            self.offers[link] = replace(offer, accepted=True)

    async def offer(self, offers: Sequence[Offer]) -> None:
        for one in offers:
            self.offers.setdefault((one.case_id, one.project_id), one)

    async def offer_of(self, case_id: UUID, ledger: str) -> Offer | None:
        found = [one for one in self.offers.values() if one.case_id == case_id and one.ledger == ledger]
        return found[0] if found else None

    async def decide(self, offer: Offer, accepted: bool, by: str, now: datetime) -> None:
        self.offers[offer.case_id, offer.project_id] = replace(offer, accepted=accepted)


def plan(**given: Any) -> Plan:
    """A plan of the small county with everything that isn't given made up."""
    values: dict[str, Any] = {
        "name": "河口镇自来水管网改造",
        "content": "更换老旧主管道3.2公里。",
        "tier": "department",
        "owner": "water.head",
        "lead_unit": "water",
        "category": "water",
        "place": "river",
        "budget": "6400000.00",
        "funds": (Fund.model_validate({"source": "中央预算内资金", "year": 2021, "amount": "6400000"}),),
        "start": date(2021, 3, 1),
        "completion": date(2021, 6, 30),
        "milestones": ({"name": "主体完工", "due": date(2021, 6, 10)},),
    }
    return Plan.model_validate({**values, **given})
