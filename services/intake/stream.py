"""What other services' events mean for tracking. The table at the end: topic → what is done with a batch."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, cast

from services.contracts.case import (
    CaseArchived,
    CaseAssigned,
    CaseCalledBack,
    CaseCompleted,
    CaseEvent,
    CaseExtensionGranted,
    CaseFollowed,
    CaseLeadChanged,
    CaseMerged,
    CaseParted,
    CaseReassigned,
    CaseRectificationOpened,
    CaseRectified,
    CaseRedone,
    CaseRefused,
    CaseResumed,
    CaseReturned,
    CaseReviewed,
    CaseSignedFor,
    CaseSuspended,
    CaseWithdrawalLate,
    CaseWithdrawn,
)
from services.contracts.directory import UnitRecorded
from services.contracts.envelope import Event, Record
from services.contracts.project import ProjectEvent
from services.contracts.supervision import LimitsSet
from services.intake.store_projects import record_projects
from services.intake.store_tracking import record_cases, record_dues, record_units
from services.intake.tracked_projects import link_news, milestones_reached, project_news
from services.intake.tracking import WITHDRAWAL_LATE, CaseStep
from services.kit.postgres import Writing

_STEPS: Final[Mapping[type[Event], tuple[str, str]]] = {
    CaseAssigned: ("assigned", "dispatched"),
    CaseSignedFor: ("signed_for", "signed_for"),
    CaseCompleted: ("completed", "completed"),
    CaseReturned: ("returned", "dispatched"),
    CaseReassigned: ("reassigned", "dispatched"),
    CaseRedone: ("redone", "dispatched"),
    CaseSuspended: ("suspended", "suspended"),
    CaseResumed: ("resumed", "signed_for"),
    CaseReviewed: ("reviewed", "reviewed"),
    CaseCalledBack: ("called_back", "called_back"),
    CaseArchived: ("archived", "archived"),
    CaseWithdrawn: ("withdrawn", "withdrawn"),
    CaseRefused: ("refused", "refused"),
    CaseParted: ("parted", "dispatched"),
}
"""Event → the step it shows as, and the state the demand is in from then on."""


_FOLLOWED: Final = {"dispatched": "reassigned"}
"""State that the lead case came to → the step it shows as, where it has another name."""


async def take_cases(writing: Writing, records: Sequence[Record]) -> None:
    """Case events move their demand on."""
    await record_cases(writing, [_step(record) for record in records])


async def take_limits(writing: Writing, records: Sequence[Record]) -> None:
    """Limits tell a demand when its case is due."""
    await record_dues(writing, [cast("LimitsSet", record.event) for record in records])


async def take_units(writing: Writing, records: Sequence[Record]) -> None:
    """The directory names the units."""
    await record_units(writing, [cast("UnitRecorded", record.event) for record in records])


async def take_projects(writing: Writing, records: Sequence[Record]) -> None:
    """Projects tell the demands that they answer their name, their date and each milestone."""
    told = [(cast("ProjectEvent", record.event), record.time) for record in records]
    events = [event for event, _ in told]
    await record_projects(writing, project_news(events), milestones_reached(events), link_news(told))


def _step(record: Record) -> CaseStep:
    event = cast("CaseEvent", record.event)
    step, state = _shown(event)
    return CaseStep(
        event.demand_id,
        event.case_id,
        event.version,
        record.time,
        step,
        state,
        event.unit,
        _told(event),
        event.rectification if isinstance(event, CaseRectified | CaseFollowed) else None,
    )


def _shown(event: CaseEvent) -> tuple[str, str]:
    """The step that the citizen reads, and the state; a merged case stands where its lead case stands."""
    match event:
        case CaseMerged() | CaseLeadChanged():
            return "merged", event.state
        case CaseRectificationOpened():
            return "rectification_opened", event.state
        case CaseRectified():
            return "rectified", event.state
        case CaseExtensionGranted():
            return "extended", event.state
        case CaseWithdrawalLate():
            return WITHDRAWAL_LATE, event.state
        case CaseFollowed(rectification=str()):
            return "rectified", event.state
        case CaseFollowed():
            return _FOLLOWED.get(event.state, event.state), event.state
    return _STEPS[type(event)]


def _told(event: CaseEvent) -> str | None:
    """What the citizen is told with it: the reply, or why the demand was refused."""
    match event:
        case CaseCompleted() | CaseFollowed():
            return event.reply
        case CaseRefused():
            return event.reason
    return None


HANDLERS: Final[dict[str, Callable[[Writing, Sequence[Record]], Awaitable[None]]]] = {
    "directory": take_units,
    "case": take_cases,
    "project": take_projects,
    "supervision": take_limits,
}
