"""What other services' events mean for tracking. The table at the end: topic → what is done with a batch."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, cast
from uuid import UUID

from services.contracts.case import (
    CaseArchived,
    CaseAssigned,
    CaseAssistAsked,
    CaseAssistReleased,
    CaseCalledBack,
    CaseCompleted,
    CaseEvent,
    CaseExtensionGranted,
    CaseFollowed,
    CaseLeadChanged,
    CaseMerged,
    CaseParted,
    CaseRatingLate,
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
from services.intake.store_tracking import record_cases, record_dues, record_parts, record_units
from services.intake.tracked_projects import link_news, milestones_reached, project_news
from services.intake.tracking import RATING_LATE, WITHDRAWAL_LATE, CaseStep, Part
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
    CaseArchived: ("archived", "archived"),
    CaseWithdrawn: ("withdrawn", "withdrawn"),
    CaseRefused: ("refused", "refused"),
    CaseParted: ("parted", "dispatched"),
}
"""Event → the step it shows as, and the state the demand is in from then on."""


Assistance = CaseAssistAsked | CaseAssistReleased

_FOLLOWED: Final = {"dispatched": "reassigned"}
"""State that the lead case came to → the step it shows as, where it has another name."""


async def take_cases(writing: Writing, records: Sequence[Record]) -> None:
    """Case events move their demand on; a unit that assists shows to nobody, but may not rate."""
    parts = [_part(record.event) for record in records if isinstance(record.event, Assistance)]
    steps = [_step(record) for record in records if not isinstance(record.event, Assistance)]
    if steps:
        await record_cases(writing, steps)
    if parts:
        await record_parts(writing, parts)


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
        _lead(event),
    )


def _part(event: Assistance) -> Part:
    released = isinstance(event, CaseAssistReleased)
    return Part(event.case_id, event.assisting, event.version, released)


def _lead(event: CaseEvent) -> UUID | None:
    """What it says about the case that the demand's is merged into: one that is parted is its own."""
    match event:
        case CaseMerged() | CaseLeadChanged() | CaseFollowed():
            return event.lead
        case CaseParted():
            return event.case_id
    return None


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
        case CaseCalledBack():
            return "called_back", event.state
        case CaseWithdrawalLate():
            return WITHDRAWAL_LATE, event.state
        case CaseRatingLate():
            return RATING_LATE, event.state
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
