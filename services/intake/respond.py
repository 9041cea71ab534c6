"""What a citizen says after sending a demand: takes it back, or rates its reply. Each once.

A withdrawal that came too late is over: when the demand is handled anew, it may be taken back again. So is a
rating of a reply that was sent back meanwhile: the next reply may be rated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.contracts.demand import DemandRated, DemandWithdrawn, ProjectRated
from services.contracts.vocabulary import AFTER_REPLY, BEFORE_REPLY, Satisfaction
from services.kit.masking import mask


@dataclass(frozen=True, slots=True)
class KnownDemand:
    """A demand as far as intake knows: None where its case isn't known yet. `assisting` did a part of it."""

    demand_id: UUID
    case_id: UUID | None
    unit: str | None
    state: str
    assisting: Sequence[str] = ()

    @property
    def units(self) -> list[str]:
        """Those whose work it is."""
        return [self.unit, *self.assisting] if self.unit else []


@dataclass(frozen=True, slots=True)
class Answering:
    """A project that answers a demand; `done`: it can be rated. `units` do its work."""

    project_id: UUID
    done: bool
    units: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SaidNow:
    """It was said, at a business instant."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """It had been said before; that stands."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """The demand isn't in a state for it."""

    state: str


class Responses(Protocol):
    """Where withdrawals and ratings are kept, within one transaction."""

    async def withdraw(self, demand_id: UUID, now: datetime) -> int | None:
        """The number of the withdrawal, counted from 1; None where one is under way or was taken."""
        ...

    async def rate(self, demand_id: UUID, level: Satisfaction, now: datetime) -> int | None:
        """The number of the rating, counted from 1; None where one stands, or is on its way."""
        ...

    async def rate_project(
        self, demand_id: UUID, project_id: UUID, level: Satisfaction, now: datetime
    ) -> bool:
        """Whether this demand's citizen hadn't rated the project before, by whichever of the own demands."""
        ...


Publish = Callable[[DemandWithdrawn | DemandRated | ProjectRated], None]


async def withdraw(
    responses: Responses, publish: Publish, demand: KnownDemand, reason: str | None, now: datetime
) -> SaidNow | SaidBefore | NotNow:
    """Take a demand back. If its case is replied to meanwhile, the reply stands and the citizen is told.

    A demand without a case yet waits a moment: its case is being opened.
    """
    if demand.case_id is None or demand.state not in BEFORE_REPLY:
        return NotNow(demand.state)
    number = await responses.withdraw(demand.demand_id, now)
    if number is None:
        return SaidBefore()
    said, case_id = mask(reason) if reason else None, demand.case_id
    publish(DemandWithdrawn(demand_id=demand.demand_id, case_id=case_id, reason=said, number=number))
    return SaidNow(now)


async def rate(
    responses: Responses,
    publish: Publish,
    demand: KnownDemand,
    level: Satisfaction,
    comment: str | None,
    now: datetime,
) -> SaidNow | SaidBefore | NotNow:
    """Rate the reply that stands."""
    if demand.case_id is None or demand.unit is None or demand.state not in AFTER_REPLY:
        return NotNow(demand.state)
    number = await responses.rate(demand.demand_id, level, now)
    if number is None:
        return SaidBefore()
    publish(
        DemandRated(
            demand_id=demand.demand_id,
            case_id=demand.case_id,
            unit=demand.unit,
            level=level,
            comment=mask(comment) if comment else None,
            number=number,
        )
    )
    return SaidNow(now)


async def rate_project(
    responses: Responses,
    publish: Publish,
    demand_id: UUID,
    project: Answering,
    level: Satisfaction,
    comment: str | None,
    now: datetime,
) -> SaidNow | SaidBefore | NotNow:
    """Rate a project that answers the demand, when it is done."""
    if not project.done:
        return NotNow("under_way")
    if not await responses.rate_project(demand_id, project.project_id, level, now):
        return SaidBefore()
    said = mask(comment) if comment else None
    publish(ProjectRated(demand_id=demand_id, project_id=project.project_id, level=level, comment=said))
    return SaidNow(now)
