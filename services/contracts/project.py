"""Topic `project`: what the authority has taken upon itself to do (办实事项目), keyed by project.

Nothing of a project is overwritten: a new date, wording or budget is a new public fact with its reason and
who approved it: `approver` is the code of a post, which somebody held when the fact was recorded.
`version` counts the events of one project from 1. Amounts are in yuan, to the fen, as decimal strings.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.contracts.envelope import Event
from services.contracts.named_ids import Namespace
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import Tier

UPDATES: Final = frozenset({"name", "content", "start", "completion", "milestones"})
"""The fields of a plan that are its wording and its dates."""
FEN: Final = Decimal("0.01")
_ID_OF: Final = Namespace.of("3ad5cb4f-6a0f-5f1c-9b3e-0f7a2d1c8e64")

LinkedHow = Literal["rule", "clerk", "promoted", "replaced", "merged"]
"""Certain by rule; decided by staff; the project was made of the case; taken over from a replaced project;
the project answers the case that this one is merged into."""


def _to_the_fen(amount: Decimal) -> Decimal:
    return amount.quantize(FEN)


Yuan = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2), AfterValidator(_to_the_fen)]


def project_id_of(ledger: str) -> UUID:
    """The id of the project with a ledger number: the same number is the same project."""
    return _ID_OF(ledger)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Fund(_Part):
    """Money for a project: from where, in which year's budget, how much in yuan."""

    source: PublicText
    year: int
    amount: Yuan


class Milestone(_Part):
    """A named step of a project and the local day by which it shall be reached."""

    name: PublicText
    due: date


class Plan(_Part):
    """What is undertaken: everything of a project that a change may alter.

    `owner` is the code of the post that answers for it. `category` (with all below it) and `place` say which
    cases it answers; None: no category, the whole county. Days are local, `completion` is the last one.
    """

    name: PublicText
    content: PublicText
    tier: Tier
    owner: str
    lead_unit: str
    assisting_units: tuple[str, ...] = ()
    category: str | None = None
    place: str | None = None
    budget: Yuan
    funds: tuple[Fund, ...] = ()
    start: date
    completion: date
    milestones: tuple[Milestone, ...] = ()


class ProjectEvent(Event):
    """What every event of a project carries. `ledger` is its number in the authority's list (台账编号)."""

    project_id: UUID
    ledger: str
    version: int

    def subject(self) -> str:
        return str(self.project_id)

    def identity(self) -> str:
        return f"{self.project_id}/{self.version}"


class ProjectOpened(ProjectEvent):
    """The project stands in the list."""

    type: ClassVar[str] = "yinuo.project.opened.v1"

    plan: Plan


class ProjectChanged(ProjectEvent):
    """The plan is another one from now on. `changed` names the fields of the plan that differ.

    `finding_id`: what an inspection round found, which this answers. A project is *updated* (项目更新) where
    a finding changed one of UPDATES, or replaced it.
    """

    type: ClassVar[str] = "yinuo.project.changed.v1"

    plan: Plan
    changed: tuple[str, ...]
    reason: PublicText
    approver: str
    finding_id: UUID | None = None


class ProgressReported(ProjectEvent):
    """How far the work is. `evidence` refers to a document or picture, `percent` is what is done of all."""

    type: ClassVar[str] = "yinuo.project.progress-reported.v1"

    text: PublicText
    evidence: PublicText | None = None
    percent: int | None = None


class MilestoneReached(ProjectEvent):
    """A milestone of the plan was reached on a local day."""

    type: ClassVar[str] = "yinuo.project.milestone-reached.v1"

    milestone: PublicText
    on: date
    evidence: PublicText | None = None


class ProjectDone(ProjectEvent):
    """The project was done on a local day (办结)."""

    type: ClassVar[str] = "yinuo.project.done.v1"

    on: date
    text: PublicText
    evidence: PublicText | None = None


class ProjectReplaced(ProjectEvent):
    """Another project stands in this one's place; it ends here without being done.

    `finding_id`: what an inspection round found, which this answers.
    """

    type: ClassVar[str] = "yinuo.project.replaced.v1"

    by_project_id: UUID
    by_ledger: str
    reason: PublicText
    approver: str
    finding_id: UUID | None = None


class ProjectDropped(ProjectEvent):
    """The project ends here without being done, and no other one stands in its place (终止)."""

    type: ClassVar[str] = "yinuo.project.dropped.v1"

    reason: PublicText
    approver: str


class CaseLinkedToProject(ProjectEvent):
    """A case is answered by the project; `why` says in words what that rests on."""

    type: ClassVar[str] = "yinuo.project.case-linked.v1"

    case_id: UUID
    demand_id: UUID
    how: LinkedHow
    why: PublicText


class CaseUnlinkedFromProject(ProjectEvent):
    """A case is not answered by the project after all."""

    type: ClassVar[str] = "yinuo.project.case-unlinked.v1"

    case_id: UUID
    demand_id: UUID
    reason: PublicText
