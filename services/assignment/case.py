"""The case and the acts upon it. Pure; `transitions` say what leads where, `take` what a step does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.assignment.transitions import Place, Step
from services.contracts.case import CaseEvent
from services.contracts.named_ids import Namespace
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState, Satisfaction, Tag

_CASES: Final = Namespace.of("5c0d3a53-8f0e-4a0e-9d0a-3d5f6c2b7e11")


def case_id_of(demand_id: UUID) -> UUID:
    """The case that a demand opens: always the same one, so that a repeat can't open a second."""
    return _CASES(str(demand_id))


@dataclass(frozen=True, slots=True)
class Case:
    """What deciding about a step needs of a case. Instants are aware, UTC, by the business clock.

    `completed_at` is that of the reply that stands; a redo takes it away, `reply` stays until the next one.
    `extension_asked`: the days of a request that nobody has decided yet. `lead`: the case that this one is
    merged into, `lead_state` where that one stands. `rectification_opened`, `rectified_at`: of a bad rating.
    `assisting`: the units whose part (协办) is still to come, sorted.
    """

    case_id: UUID
    demand_id: UUID
    unit: str
    post: str
    state: CaseState
    dispatch: int
    version: int
    dispatched_at: datetime
    signed_at: datetime | None = None
    completed_at: datetime | None = None
    reply: str | None = None
    extension_asked: int | None = None
    lead: UUID | None = None
    rectification_opened: datetime | None = None
    rectified_at: datetime | None = None
    assisting: tuple[str, ...] = ()
    lead_state: CaseState | None = None

    @property
    def rectifying(self) -> bool:
        return self.rectification_opened is not None and self.rectified_at is None

    def place(self, backstop_unit: str) -> Place:
        """Where it stands, as the table of transitions asks."""
        asked = self.extension_asked is not None
        return Place(
            self.state, self.unit, backstop_unit, asked, self.lead_state, self.rectifying, self.assisting
        )


@dataclass(frozen=True, slots=True)
class Act:
    """A step that somebody takes. `text`: reply, reason or note, masked. `unit`, `post`: where it goes,
    or which unit assists.

    `days`: how long an extension is asked for. `lead`: the case that a merged one follows, `followed` the
    step of it. `tags`: those that it has from then on. `answer`: how satisfied who was called back is.
    """

    step: Step
    by: str
    text: PublicText | None = None
    unit: str | None = None
    post: str | None = None
    days: int | None = None
    lead: Case | None = None
    followed: Step | None = None
    tags: tuple[Tag, ...] | None = None
    answer: Satisfaction | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The step was taken: the case after it, and the event that says so."""

    case: Case
    event: CaseEvent
    act: Act
    at: datetime


@dataclass(frozen=True, slots=True)
class StepNotAllowed:
    """The step doesn't follow from where the case stands; `allowed` would, for whoever asked."""

    case: Case
    step: Step
    allowed: tuple[Step, ...]


class Incomplete(ValueError):
    """A step lacks what it needs: a completion its reply, a return its reason, a dispatch its unit."""

    def __init__(self, step: Step, field: str) -> None:
        super().__init__(f"step {step} needs {field}")
        self.step = step
        self.field = field
