"""An event as a fact: one flat row, appended and never changed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.contracts.case import (
    CaseArchived,
    CaseAssigned,
    CaseAssistAsked,
    CaseAssistDone,
    CaseAssistReleased,
    CaseCalledBack,
    CaseCompleted,
    CaseExtensionAsked,
    CaseExtensionGranted,
    CaseExtensionRefused,
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
    CaseSummarised,
    CaseSuspended,
    CaseTagged,
    CaseWithdrawalLate,
    CaseWithdrawn,
)
from services.contracts.demand import DemandRated, DemandRegistered
from services.contracts.envelope import Event, Record
from services.contracts.supervision import (
    FurtherLimitSet,
    LimitPassed,
    LimitsSet,
    NoticeAcknowledged,
    NoticeSent,
)


class Fact(NamedTuple):
    """One row of `facts`, in the table's column order: a tuple, since 6,000 a second are made.

    `at` is the event's own business time (aware); `day` that of its position in the log;
    `late` says that it happened in an earlier day than the one it is counted on. `limit_kind` names the
    further limit that an act opens or ends, `about` whose it is, `opened_by` the act's version in what
    supervision tells of it.
    """

    event_id: UUID
    at: datetime
    day: date
    kind: str
    topic: str
    partition: int
    offset: int
    late: bool
    case_id: UUID | None = None
    demand_id: UUID | None = None
    dispatch: int | None = None
    version: int | None = None
    unit: str | None = None
    post: str | None = None
    from_unit: str | None = None
    receipt: str | None = None
    channel: str | None = None
    case_kind: str | None = None
    urgency: str | None = None
    category: str | None = None
    town: str | None = None
    backstop: bool | None = None
    citizen_ref: UUID | None = None
    repeat_of: UUID | None = None
    sign_for_due: datetime | None = None
    complete_due: datetime | None = None
    limit_kind: str | None = None
    rung: int | None = None
    colour: str | None = None
    outcome: str | None = None
    overdue: bool | None = None
    about: str | None = None
    opened_by: int | None = None


COLUMNS: Final = Fact._fields

Origin = tuple[UUID, datetime, date, str, str, int, int, bool]
"""The first eight columns, which every fact has."""


def facts_of(placed: Iterable[tuple[Record, date]], midnight: Callable[[date], datetime]) -> Iterator[Fact]:
    """The facts of records with their days; what is no fact (a directory entry, a watermark) is left out.

    `midnight` gives the instant at which a local day begins.
    """
    begins: dict[date, datetime] = {}
    for record, day in placed:
        made = _MAKERS.get(type(record.event))
        if made is None:
            continue
        begin = begins.get(day)
        if begin is None:
            begin = begins[day] = midnight(day)
        kind, make = made
        at = record.envelope.time
        yield make(
            (record.envelope.id, at, day, kind, record.topic, record.partition, record.offset, at < begin),
            record.event,
        )


def _registered(origin: Origin, event: Any) -> Fact:
    return Fact(
        *origin,
        demand_id=event.demand_id,
        receipt=event.receipt,
        channel=event.channel,
        citizen_ref=event.citizen_ref,
    )


def _rated(origin: Origin, event: Any) -> Fact:
    return Fact(*origin, event.case_id, event.demand_id, unit=event.unit, outcome=event.level)


def _assigned(origin: Origin, event: Any) -> Fact:
    return Fact(
        *origin,
        event.case_id,
        event.demand_id,
        event.dispatch,
        event.version,
        event.unit,
        event.post,
        None,
        event.receipt,
        event.channel,
        event.kind,
        event.urgency,
        event.category,
        event.town,
        event.backstop,
        event.citizen_ref,
        event.repeat_of,
    )


def _done(origin: Origin, event: Any) -> Fact:
    return Fact(*origin, event.case_id, event.demand_id, event.dispatch, event.version, event.unit)


def _moved(origin: Origin, event: Any) -> Fact:
    return Fact(
        *origin,
        event.case_id,
        event.demand_id,
        event.dispatch,
        event.version,
        event.unit,
        event.post,
        event.from_unit,
    )


def _returned(origin: Origin, event: Any) -> Fact:
    return _moved(origin, event)._replace(limit_kind="dispute", about=event.from_unit)


def _called_back(origin: Origin, event: Any) -> Fact:
    return _done(origin, event)._replace(outcome=event.answer)


def _extension(origin: Origin, event: Any) -> Fact:
    return _done(origin, event)._replace(limit_kind="extension", about="")


def _rectification(origin: Origin, event: Any) -> Fact:
    return _done(origin, event)._replace(limit_kind="rectification", about="")


def _assist(origin: Origin, event: Any) -> Fact:
    return _done(origin, event)._replace(limit_kind="assist", about=event.assisting)


def _further(origin: Origin, event: Any) -> Fact:
    return Fact(
        *origin,
        event.case_id,
        event.demand_id,
        event.dispatch,
        getattr(event, "version", None),
        event.unit,
        complete_due=event.due,
        limit_kind=event.limit,
        about=event.about,
        opened_by=event.opened_by,
    )


def _again(origin: Origin, event: Any) -> Fact:
    return Fact(
        *origin,
        event.case_id,
        event.demand_id,
        event.dispatch,
        event.version,
        event.unit,
        event.post,
        event.unit,
    )


def _limits_set(origin: Origin, event: Any) -> Fact:
    return Fact(
        *origin,
        event.case_id,
        event.demand_id,
        event.dispatch,
        event.version,
        sign_for_due=event.sign_for_due,
        complete_due=event.complete_due,
    )


def _notice(origin: Origin, event: Any) -> Fact:
    return Fact(
        *origin,
        event.case_id,
        event.demand_id,
        event.generation,
        unit=event.unit,
        post=event.post,
        limit_kind=event.limit,
        rung=event.rung,
        colour=event.colour,
        outcome=event.outcome,
        overdue=event.overdue,
    )


def _acknowledged(origin: Origin, event: Any) -> Fact:
    return Fact(*origin, event.case_id)


_MAKERS: Final[Mapping[type[Event], tuple[str, Callable[[Origin, Any], Fact]]]] = {
    DemandRegistered: ("registered", _registered),
    DemandRated: ("rated", _rated),
    CaseAssigned: ("assigned", _assigned),
    CaseSignedFor: ("signed_for", _done),
    CaseCompleted: ("completed", _done),
    CaseReturned: ("returned", _returned),
    CaseReassigned: ("reassigned", _moved),
    CaseRedone: ("redone", _again),
    CaseSummarised: ("summarised", _done),
    CaseTagged: ("tagged", _done),
    CaseSuspended: ("suspended", _done),
    CaseResumed: ("resumed", _done),
    CaseExtensionAsked: ("extension_asked", _extension),
    CaseExtensionGranted: ("extension_granted", _extension),
    CaseExtensionRefused: ("extension_refused", _extension),
    CaseAssistAsked: ("assist_asked", _assist),
    CaseAssistDone: ("assist_done", _assist),
    CaseAssistReleased: ("assist_released", _assist),
    CaseRectificationOpened: ("rectification_opened", _rectification),
    CaseRectified: ("rectified", _rectification),
    CaseReviewed: ("reviewed", _done),
    CaseCalledBack: ("called_back", _called_back),
    CaseArchived: ("archived", _done),
    CaseWithdrawn: ("withdrawn", _done),
    CaseWithdrawalLate: ("withdrawal_late", _done),
    CaseRatingLate: ("rating_late", _done),
    CaseRefused: ("refused", _done),
    CaseMerged: ("merged", _done),
    CaseLeadChanged: ("lead_changed", _done),
    CaseFollowed: ("followed", _done),
    CaseParted: ("parted", _again),
    LimitsSet: ("limits_set", _limits_set),
    FurtherLimitSet: ("further_set", _further),
    LimitPassed: ("limit_passed", _further),
    NoticeSent: ("notice", _notice),
    NoticeAcknowledged: ("acknowledged", _acknowledged),
}
"""Event → the fact's kind, and what makes it."""
