"""What the API of projects takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.assignment.api_models import NO_NUL, CaseNamed, Frozen, Reason, UnitCode
from services.assignment.project_history import Kind
from services.assignment.project_plan import (
    FIRST_YEAR,
    LAST_YEAR,
    LEDGER,
    LONGEST_CONTENT,
    LONGEST_NAME,
    LONGEST_PART,
    MOST_PARTS,
)
from services.contracts.project import Fund, Milestone, Plan, Yuan
from services.contracts.vocabulary import ProjectState, Satisfaction, Tier
from services.kit.masking import mask

CASES_AT_ONCE = 200
ROWS_AT_ONCE = 10_000

Ledger = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=f"^{LEDGER}$")
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME, pattern=NO_NUL),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_CONTENT, pattern=NO_NUL),
]
Reference = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_NUL)
]
PartName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=LONGEST_PART, pattern=r"^[^\x00；;\r\n]*$"
    ),
]
"""Without semicolons and line ends: these part several funds or milestones in a spreadsheet's cell."""
Approver = Annotated[UnitCode, Field(description="the post that approved it", examples=["magistrate"])]
Finding = Annotated[
    UUID | None, Field(description="what an inspection round found (its finding_id), where that is why")
]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class FundGiven(Frozen):
    """Money from a source in a year's budget, in yuan."""

    source: PartName = Field(examples=["中央预算内资金"])
    year: Year = Field(examples=[2021])
    amount: Yuan = Field(examples=["6400000.00"])

    def fund(self) -> Fund:
        return Fund(source=mask(self.source), year=self.year, amount=self.amount)


class MilestoneGiven(Frozen):
    """A step of the project and the local day by which it shall be reached."""

    name: PartName = Field(examples=["主体完工"])
    due: date

    def milestone(self) -> Milestone:
        return Milestone(name=mask(self.name), due=self.due)


Funds = Annotated[tuple[FundGiven, ...], Field(max_length=MOST_PARTS)]
Milestones = Annotated[tuple[MilestoneGiven, ...], Field(max_length=MOST_PARTS)]


class PlanGiven(Frozen):
    """What is undertaken. `owner` is a post's code; category and place say which cases it answers."""

    name: Name = Field(examples=["河口镇自来水管网改造"])
    content: Text = Field(examples=["更换老旧主管道3.2公里。"])
    tier: Tier
    owner: UnitCode = Field(examples=["water.head"])
    lead_unit: UnitCode = Field(examples=["water"])
    assisting_units: tuple[UnitCode, ...] = ()
    category: UnitCode | None = None
    place: UnitCode | None = None
    budget: Yuan = Field(examples=["6400000.00"])
    funds: Funds = ()
    start: date
    completion: date
    milestones: Milestones = ()

    def plan(self) -> Plan:
        """Texts masked."""
        return Plan(**{name: _as_in_a_plan(getattr(self, name), name) for name in Plan.model_fields})


class ProjectGiven(PlanGiven):
    """A project for the list; with `cases`, those are promoted to it."""

    ledger: Ledger = Field(examples=["凤项-2021-001"])
    cases: tuple[UUID, ...] = Field((), max_length=CASES_AT_ONCE)


class ChangeGiven(Frozen):
    """变更: only the fields that shall be others, the reason that all may read, and who approved it."""

    reason: Reason = Field(examples=["汛期无法施工，完成期限由6月30日改为8月31日。"])
    approver: Approver
    finding: Finding = None
    name: Name | None = None
    content: Text | None = None
    tier: Tier | None = None
    owner: UnitCode | None = None
    lead_unit: UnitCode | None = None
    assisting_units: tuple[UnitCode, ...] | None = None
    category: UnitCode | None = Field(None, description="null: no category")
    place: UnitCode | None = Field(None, description="null: the whole county")
    budget: Yuan | None = None
    funds: Funds | None = None
    start: date | None = None
    completion: date | None = None
    milestones: Milestones | None = None

    def fields(self) -> dict[str, Any]:
        """What was sent, as a plan has it; null empties category and place and leaves the others."""
        given = {
            name: getattr(self, name) for name in self.model_fields_set - {"reason", "approver", "finding"}
        }
        return {
            name: _as_in_a_plan(value, name)
            for name, value in given.items()
            if value is not None or name in {"category", "place"}
        }


class ReportGiven(Frozen):
    """进展: how far the work is; evidence refers to a document or picture."""

    text: Text = Field(examples=["主管道已更换2公里。"])
    evidence: Reference | None = None
    percent: int | None = Field(None, ge=0, le=100)


class ReachGiven(Frozen):
    """A milestone of the plan was reached."""

    milestone: Name
    on: date
    evidence: Reference | None = None


class FinishGiven(Frozen):
    """办结: the project is done."""

    on: date
    text: Text = Field(examples=["已竣工验收并通水。"])
    evidence: Reference | None = None


class ReplaceGiven(Frozen):
    """替代: another project takes the place of this one."""

    by: Ledger
    reason: Reason
    approver: Approver
    finding: Finding = None


class DropGiven(Frozen):
    """终止: the project is given up, without another one in its place."""

    reason: Reason = Field(examples=["规划调整，该路段改线，不再实施。"])
    approver: Approver


class LinkGiven(Frozen):
    """关联: the project answers the case."""

    case_id: CaseNamed = Field(description="its id or its receipt number")
    reason: Reason


class UnlinkGiven(Frozen):
    """取消关联: the project doesn't answer the case after all."""

    reason: Reason


class DecisionGiven(Frozen):
    """Whether an offered project answers the case."""

    accept: bool


class SheetRowGiven(Frozen):
    """A row of a county's spreadsheet: its number in the sheet, cells by Chinese heading, as text.

    `fault`: why the row itself can't be read, as whoever read the file found; then nothing goes in.
    """

    row: int = Field(ge=1, le=2_000_000)
    cells: dict[str, str | None]
    fault: Annotated[str, StringConstraints(max_length=1000)] | None = None


class SheetGiven(Frozen):
    """All rows of a spreadsheet."""

    rows: tuple[SheetRowGiven, ...] = Field(max_length=ROWS_AT_ONCE)


class SheetTaken(Frozen):
    """What an import did; a repeat finds all unchanged."""

    opened: int
    unchanged: int


class SheetView(Frozen):
    """The list as the rows of a spreadsheet, by ledger number; cells by the heading of their column."""

    headings: list[str]
    rows: list[dict[str, str]]


class ProjectMoved(Frozen):
    """The project after an act."""

    ledger: str
    project_id: UUID
    state: ProjectState
    version: int


class ProjectRow(Frozen):
    """A project in the list. Names are those of the directory in force."""

    project_id: UUID
    ledger: str
    name: str
    tier: Tier
    state: ProjectState
    owner: str
    owner_title: str | None
    leader: str | None = Field(description="who holds the owner's post today")
    lead_unit: str
    lead_unit_name: str | None
    budget: Decimal
    start: date
    completion: date
    percent: int | None
    done_on: date | None
    replaced_by: str | None
    overdue: bool = Field(description="its last day has passed and it isn't done")
    updated: bool = Field(description="更新 a finding replaced it, or changed its wording or its dates")
    cases: int = Field(description="how many cases it answers")
    version: int
    opened_at: datetime


class ProjectPage(Frozen):
    """Projects, those opened last first. `next` is the cursor of the following page, None at the end."""

    projects: list[ProjectRow]
    next: str | None


class MilestoneView(Frozen):
    model_config = ConfigDict(from_attributes=True)

    name: str
    due: date
    reached_on: date | None
    evidence: str | None


class DifferenceView(Frozen):
    """A field of the plan before and after. `…_names`: what codes stand for in the directory in force."""

    field: str
    before: str | None
    after: str | None
    before_names: str | None = Field(description="None where the value is no code")
    after_names: str | None


class ProjectFactView(Frozen):
    """One public fact of the project; a change says before and after of each field."""

    version: int
    at: datetime
    kind: Kind
    text: str | None
    on: date | None
    milestone: str | None
    evidence: str | None
    percent: int | None
    by_ledger: str | None
    approver: str | None = Field(description="the post that approved a change, or an end without being done")
    approver_title: str | None
    finding: UUID | None = Field(description="what an inspection round found, where that was why")
    differences: list[DifferenceView]


class UnitView(Frozen):
    code: str
    name: str | None


class ProjectView(ProjectRow):
    """A project whole: its plan, its milestones, and everything that happened to it."""

    content: str
    assisting_units: list[UnitView]
    category: str | None
    category_name: str | None
    place: str | None
    place_name: str | None
    funds: list[Fund]
    milestones: list[MilestoneView]
    allowed: list[str] = Field(description="what can be done in its state, by those who may")
    facts: list[ProjectFactView]
    ratings: dict[Satisfaction, int] = Field(description="how many citizens gave each level")


class OfferView(Frozen):
    """A project that may answer the case. `accepted` None: still to be decided."""

    ledger: str
    name: str
    lead_unit: str
    state: ProjectState
    why: str
    offered_at: datetime
    accepted: bool | None


def _as_in_a_plan(value: Any, name: str) -> Any:
    match value:
        case str() if name in {"name", "content"}:
            return mask(value)
        case tuple():
            return tuple(_as_in_a_plan(one, "") for one in value)
        case FundGiven():
            return value.fund()
        case MilestoneGiven():
            return value.milestone()
    return value
