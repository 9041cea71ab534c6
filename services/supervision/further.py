"""Limits that something opens on the way (争议裁定, 延期审批, 整改, 协办). Pure.

The tables at the end say which event of a case opens, ends or moves which of them. None rests while its case
is suspended: those who must decide or put right aren't kept from it (decision 0009).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, cast, get_args

from services.contracts.case import (
    CaseAssistAsked,
    CaseAssistDone,
    CaseAssistReleased,
    CaseCompleted,
    CaseEvent,
    CaseExtensionAsked,
    CaseExtensionGranted,
    CaseExtensionRefused,
    CaseMerged,
    CaseReassigned,
    CaseRectificationOpened,
    CaseRectified,
    CaseRedone,
    CaseRefused,
    CaseReturned,
    CaseSignedFor,
    CaseWithdrawn,
)
from services.contracts.supervision import FurtherLimitSet, LimitPassed, SubjectLimitSet
from services.contracts.vocabulary import FurtherKind, SubjectLimitKind
from services.supervision.policy import Policy
from services.supervision.watched import State, Watched, begun_anew


class WithFurther(NamedTuple):
    """A case's limit to complete, and all further limits that it has or had."""

    complete: Watched
    further: tuple[Watched, ...] = ()


class Opening(NamedTuple):
    """What an event opens: which limit, which of several of its kind; whose, if not the case's unit's."""

    kind: FurtherKind
    about: str = ""
    unit: str | None = None


def after(case: WithFurther, event: CaseEvent, at: datetime, policy: Policy) -> WithFurther:
    """The further limits after an event; each that it doesn't change is the same object.

    An event that isn't newer than the one that opened a limit doesn't change it.
    """
    further = tuple(
        limit if event.version <= limit.opened_by else _moved(limit, event, at) for limit in case.further
    )
    opening = OPENS[type(event)](event) if type(event) in OPENS else None
    return WithFurther(
        case.complete, further if opening is None else (*_opened(case, further, opening, event, at, policy),)
    )


def told(limit: Watched) -> FurtherLimitSet | SubjectLimitSet:
    """The event that tells a limit's present due instant."""
    if limit.kind in FURTHER_KINDS:
        return FurtherLimitSet(**_named(limit), version=limit.set_version, due=limit.due_at)
    return subject_told(limit)


def subject_told(limit: Watched) -> SubjectLimitSet:
    """The same of a limit that isn't one of a case's own."""
    return SubjectLimitSet(
        subject_kind=limit.subject,
        subject_id=limit.subject_id,
        limit=cast("SubjectLimitKind", limit.kind),
        about=limit.about,
        generation=limit.generation,
        version=limit.set_version,
        unit=limit.unit,
        post=limit.post,
        due=limit.due_at,
    )


def passed(limit: Watched) -> tuple[Watched, LimitPassed]:
    """A limit whose due instant went by: nothing of it fires any more, and a rule of assignment acts."""
    assert limit.due_at is not None  # noqa: S101  an open limit has one
    after = limit._replace(state="passed", fires_at=None, overdue=True)
    return after, LimitPassed(**_named(limit), due=limit.due_at)


def _named(limit: Watched) -> dict[str, Any]:
    return {
        "case_id": limit.case_id,
        "demand_id": limit.demand_id,
        "limit": limit.kind,
        "about": limit.about,
        "generation": limit.generation,
        "opened_by": limit.opened_by,
        "dispatch": limit.dispatch,
        "unit": limit.unit,
    }


def _opened(
    case: WithFurther,
    further: tuple[Watched, ...],
    opening: Opening,
    event: CaseEvent,
    at: datetime,
    policy: Policy,
) -> Iterator[Watched]:
    """With the limit that is opened: a new row, or the next generation of the one that was there."""
    key = (opening.kind, opening.about)
    there = next((limit for limit in further if (limit.kind, limit.about) == key), None)
    yield from (limit for limit in further if limit is not there)
    if there is None:
        template = case.complete._replace(generation=0, set_version=0, opened_by=0)
        yield _begun(template, opening, event, at, policy)
    elif event.version > there.opened_by:
        yield _begun(there, opening, event, at, policy)
    else:
        yield there


def _begun(old: Watched, opening: Opening, event: CaseEvent, at: datetime, policy: Policy) -> Watched:
    opened = old._replace(
        kind=opening.kind,
        about=opening.about,
        opened_by=event.version,
        set_version=old.set_version + 1,
        unit=opening.unit or event.unit,
        post=getattr(event, "post", old.post),
        dispatch=event.dispatch,
    )
    return begun_anew(opened, at, policy)


def _moved(limit: Watched, event: CaseEvent, at: datetime) -> Watched:
    if not limit.running:
        return limit
    end = ENDS.get(type(event), {}).get(limit.kind)
    if end is not None and _concerns(event, limit):
        awaits = limit.awaits_year if limit.due_at is None and end == "met" else None
        met, closed = (at, None) if end == "met" else (None, at)
        return limit._replace(state=end, met_at=met, ended_at=closed, fires_at=None, awaits_year=awaits)
    if isinstance(event, CaseReturned | CaseReassigned) and limit.kind not in STAYING:
        return limit._replace(unit=event.unit, post=event.post, dispatch=event.dispatch)
    return limit


def _concerns(event: CaseEvent, limit: Watched) -> bool:
    """An event names one of several assisting units; the one that the case is dispatched to leads now."""
    if limit.kind != "assist":
        return True
    if isinstance(event, CaseAssistDone | CaseAssistReleased):
        return event.assisting == limit.about
    return not isinstance(event, CaseReassigned | CaseReturned) or event.unit == limit.about


OPENS: Final[Mapping[type[CaseEvent], Callable[[Any], Opening]]] = {
    CaseReturned: lambda event: Opening("dispute", event.from_unit),
    CaseExtensionAsked: lambda event: Opening("extension"),
    CaseAssistAsked: lambda event: Opening("assist", event.assisting, event.assisting),
    CaseRectificationOpened: lambda event: Opening("rectification"),
}

FURTHER_KINDS: Final = frozenset(get_args(FurtherKind))
STAYING: Final = frozenset({"assist", "notice_reply"})
"""Those that stay the unit's that they were set for: its part, its answer."""

_ALL_CLOSED: Final[Mapping[str, State]] = {
    "dispute": "closed",
    "extension": "closed",
    "assist": "closed",
    "notice_reply": "closed",
}
ENDS: Final[Mapping[type[CaseEvent], Mapping[str, State]]] = {
    CaseReassigned: {"dispute": "met", "extension": "closed", "assist": "closed"},
    CaseSignedFor: {"dispute": "met"},
    CaseExtensionGranted: {"extension": "met"},
    CaseExtensionRefused: {"extension": "met"},
    CaseCompleted: {"extension": "closed"},
    CaseReturned: {"extension": "closed", "assist": "closed"},
    CaseAssistDone: {"assist": "met"},
    CaseAssistReleased: {"assist": "closed"},
    CaseRectified: {"rectification": "met"},
    CaseRedone: {"rectification": "closed"},
    CaseWithdrawn: _ALL_CLOSED,
    CaseRefused: _ALL_CLOSED,
    CaseMerged: _ALL_CLOSED,
}
"""A signature by the backstop office decides a dispute, too: it keeps the case. A redo's own limits stand in
the place of a rectification."""

FURTHER: Final = frozenset(OPENS) | frozenset(ENDS)
"""The events that are asked about."""
