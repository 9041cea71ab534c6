"""Topic `case`: how the authority handles a demand, keyed by case.

A *dispatch* is one handing of a case to a unit: the first is number 1, each return or
reassignment opens the next. `version` counts the events of one case from 1.
"""

from typing import ClassVar
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import Channel, Kind, Urgency


class CaseEvent(Event):
    """What every event of a case carries."""

    case_id: UUID
    demand_id: UUID
    version: int
    dispatch: int

    def subject(self) -> str:
        return str(self.case_id)

    def identity(self) -> str:
        return f"{self.case_id}/{self.version}"


class CaseAssigned(CaseEvent):
    """A demand became a case, with its lead unit and responsible post. The dispatch starts the limits."""

    type: ClassVar[str] = "yinuo.case.assigned.v1"

    receipt: str
    citizen_ref: UUID
    channel: Channel
    kind: Kind
    urgency: Urgency
    category: str
    place: str | None
    town: str | None
    unit: str
    post: str
    backstop: bool
    summary: PublicText
    repeat_of: UUID | None = None


class CaseSignedFor(CaseEvent):
    """The lead unit took the case over (签收)."""

    type: ClassVar[str] = "yinuo.case.signed-for.v1"

    unit: str


class CaseCompleted(CaseEvent):
    """The lead unit completed the case with a reply to the citizen (办结)."""

    type: ClassVar[str] = "yinuo.case.completed.v1"

    unit: str
    reply: PublicText


class CaseReturned(CaseEvent):
    """The unit returned the case with its reason (退回); it lies with the backstop unit from now on.

    `dispatch` is the new dispatch, to the backstop unit; the one before it ended here.
    """

    type: ClassVar[str] = "yinuo.case.returned.v1"

    from_unit: str
    reason: PublicText
    unit: str
    post: str


class CaseReassigned(CaseEvent):
    """The backstop unit dispatched the case anew. `dispatch` is the new one; the one before it ended here."""

    type: ClassVar[str] = "yinuo.case.reassigned.v1"

    from_unit: str
    unit: str
    post: str
