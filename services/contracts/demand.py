"""Topic `demand`: what citizens said, keyed by demand."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import Channel, Satisfaction


class DemandRegistered(Event):
    """A demand was accepted: its receipt is given and it will never be lost.

    `citizen_ref` is random and says only that two demands come from one citizen.
    `occurred_at` is what the citizen or the channel says; no limit starts from it.
    """

    type: ClassVar[str] = "yinuo.demand.registered.v1"

    demand_id: UUID
    receipt: str
    citizen_ref: UUID
    channel: Channel
    title: PublicText
    body: PublicText
    place: PublicText | None = None
    latitude: float | None = None
    longitude: float | None = None
    occurred_at: datetime | None = None

    def subject(self) -> str:
        return str(self.demand_id)

    def identity(self) -> str:
        return str(self.demand_id)


class DemandWithdrawn(Event):
    """The citizen took the demand back (撤回). A case that was replied to meanwhile stays as it is.

    `number` counts from 1: one that came too late may be followed by another when the case is handled anew.
    """

    type: ClassVar[str] = "yinuo.demand.withdrawn.v1"

    demand_id: UUID
    case_id: UUID
    reason: PublicText | None = None
    number: int = 1

    def subject(self) -> str:
        return str(self.demand_id)

    def identity(self) -> str:
        return str(self.demand_id) if self.number == 1 else f"{self.demand_id}/{self.number}"


class DemandRated(Event):
    """The citizen rated the reply (好差评). `unit` is the one whose reply it was.

    `number` counts from 1: one that came when the case was handled anew is followed by another.
    """

    type: ClassVar[str] = "yinuo.demand.rated.v1"

    demand_id: UUID
    case_id: UUID
    unit: str
    level: Satisfaction
    comment: PublicText | None = None
    number: int = 1

    def subject(self) -> str:
        return str(self.demand_id)

    def identity(self) -> str:
        return str(self.demand_id) if self.number == 1 else f"{self.demand_id}/{self.number}"


class ProjectRated(Event):
    """The citizen rated a project that answers the demand, once it was done."""

    type: ClassVar[str] = "yinuo.demand.project-rated.v1"

    demand_id: UUID
    project_id: UUID
    level: Satisfaction
    comment: PublicText | None = None

    def subject(self) -> str:
        return str(self.demand_id)

    def identity(self) -> str:
        return f"{self.demand_id}/{self.project_id}"
