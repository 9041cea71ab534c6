"""Where a demand stands, as its sender may know it: values, and the rule that folds steps to a state."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

RECEIPT: Final = re.compile(r"YN[0-9]{8}-[0-9]{8}")
"""The local day of its registration and a number."""
WITHDRAWAL_LATE: Final = "withdrawal_late"
"""The step by which a citizen learns that a withdrawal came after the answer."""
RATING_LATE: Final = "rating_late"
"""The step by which a citizen learns that a rating came when the reply had been sent back."""
WithdrawalState = Literal["sent", "taken", "late"]
"""What became of the last withdrawal: on its way; the demand is withdrawn; the answer came first."""


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One event of a case: the step it is and the state that follows. `version` counts a case's from 1.

    `lead`: the case that it is merged into from then on, itself where it is parted; None: that stays.
    """

    demand_id: UUID
    case_id: UUID
    version: int
    at: datetime
    step: str
    state: str
    unit: str
    reply: str | None
    rectification: str | None = None
    lead: UUID | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A unit was asked to do a part of a case, or let off it (`released`)."""

    case_id: UUID
    unit: str
    version: int
    released: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline. `unit_name` is missing until the directory has told it."""

    at: datetime
    step: str
    unit: str | None
    unit_name: str | None


@dataclass(frozen=True, slots=True)
class Tracked:
    """A demand's standing. `limit` is when its case is due, None while that isn't known."""

    demand_id: UUID
    receipt: str
    channel: str
    external_id: str
    state: str
    unit: str | None
    unit_name: str | None
    limit: datetime | None
    reply: str | None
    rating: str | None
    received_at: datetime
    changed_at: datetime
    rectification: str | None
    withdrawal: WithdrawalState | None


def latest(steps: Iterable[CaseStep]) -> list[CaseStep]:
    """The last step of each demand, with the last reply, rectification and lead that its steps told.

    Sorted by demand; the steps come in whatever order.
    """
    last: dict[UUID, CaseStep] = {}
    for step in sorted(steps, key=lambda one: (one.demand_id, one.version)):
        known = last.get(step.demand_id)
        if known:
            step = replace(
                step,
                reply=step.reply or known.reply,
                rectification=step.rectification or known.rectification,
                lead=step.lead or known.lead,
            )
        last[step.demand_id] = step
    return list(last.values())
