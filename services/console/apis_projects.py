"""What the console asks of assignment about projects; anybody may read them, so it asks without a token."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote

from services.console.call import Api, Shown

PAGE = 25


class ProjectRow(Shown):
    """A project in the list. `budget` in yuan; `leader` holds the owner's post today."""

    ledger: str
    name: str
    tier: str
    state: str
    owner: str
    owner_title: str | None
    leader: str | None
    lead_unit: str
    lead_unit_name: str | None
    budget: Decimal
    start: date
    completion: date
    percent: int | None
    done_on: date | None
    replaced_by: str | None
    overdue: bool
    cases: int


class ProjectPage(Shown):
    """Those opened last first; `next` goes into `after`."""

    projects: list[ProjectRow]
    next: str | None


class Fund(Shown):
    """Money from a source in a year's budget, in yuan."""

    source: str
    year: int
    amount: Decimal


class Milestone(Shown):
    """`reached_on` None: still to come."""

    name: str
    due: date
    reached_on: date | None
    evidence: str | None


class Difference(Shown):
    """One field that a change altered; `…_names` where the value is a code, or several."""

    field: str
    before: str | None
    after: str | None
    before_names: str | None
    after_names: str | None


class Fact(Shown):
    """One public fact; `text` is the report, or why the project was changed."""

    at: datetime
    kind: str
    text: str | None
    on: date | None
    milestone: str | None
    evidence: str | None
    percent: int | None
    by_ledger: str | None
    approver: str | None
    approver_title: str | None
    differences: list[Difference]


class Unit(Shown):
    code: str
    name: str | None


class Project(ProjectRow):
    """A project whole, its facts oldest first. `allowed`: what can be done in its state."""

    content: str
    assisting_units: list[Unit]
    category: str | None
    category_name: str | None
    place: str | None
    place_name: str | None
    funds: list[Fund]
    milestones: list[Milestone]
    allowed: list[str]
    facts: list[Fact]
    ratings: dict[str, int]

    @property
    def to_come(self) -> list[str]:
        """The milestones that weren't reached yet."""
        return [one.name for one in self.milestones if one.reached_on is None]


@dataclass(frozen=True, slots=True)
class Projects:
    """All methods raise Refused, Away."""

    api: Api

    async def page(self, **filters: str | None) -> ProjectPage:
        return await self.api.get(ProjectPage, "/projects", limit=PAGE, **filters)

    async def one(self, ledger: str) -> Project:
        return await self.api.get(Project, f"/projects/{quote(ledger, safe='')}")

    async def printed(self, ledger: str) -> str:
        """The ledger page (HTML) for print."""
        return (await self.api.ask("GET", f"/projects/{quote(ledger, safe='')}/page")).text
