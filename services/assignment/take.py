"""Take a step: the case after it, and the event that says so. Pure; the table step → effect is at the end."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.assignment.case import Act, Case, Incomplete, StepNotAllowed, Taken
from services.assignment.transitions import Person, Step, allowed_steps, leads_to
from services.contracts.case import (
    CaseArchived,
    CaseAssistAsked,
    CaseAssistDone,
    CaseAssistReleased,
    CaseCalledBack,
    CaseCompleted,
    CaseEvent,
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
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState


def take(case: Case, act: Act, now: datetime, backstop_unit: str, who: Person) -> Taken | StepNotAllowed:
    """The case after a step, with its event; or what whoever asks could do instead. Raises Incomplete."""
    place = case.place(backstop_unit)
    possible, to = allowed_steps(who, place), leads_to(place, act.step)
    if to is None or act.step not in possible or not _fits(case, act):
        return StepNotAllowed(case, act.step, possible)
    asked = case.extension_asked if to in EXTENDABLE else None
    moved = replace(case, version=case.version + 1, state=to, extension_asked=asked)
    if to in WITHOUT_DUTIES:
        moved = replace(moved, assisting=())
    after, event = EFFECTS[act.step](moved, act, now)
    return Taken(after, event, act, now)


EXTENDABLE: Final[tuple[CaseState, ...]] = ("signed_for", "suspended")
"""The states in which a request for an extension stays open; any other ends it."""
WITHOUT_DUTIES: Final[tuple[CaseState, ...]] = ("merged", "refused", "withdrawn")
"""The states in which nobody assists. Nothing is put right there either: that is so after a reply alone."""

Effect = Callable[[Case, Act, datetime], tuple[Case, CaseEvent]]
"""Fills in a case whose state and version have moved on, while it lies with the unit of before."""


def _fits(case: Case, act: Act) -> bool:
    """Whether the unit that a step names may be the one: another than the case's, one that does assist."""
    match act.step:
        case "reassign":
            return act.unit != case.unit
        case "assist":
            return act.unit != case.unit and act.unit not in case.assisting
        case "assist_done" | "release_assist":
            return act.unit in case.assisting
    return True


def _ids(case: Case) -> dict[str, Any]:
    """What every event of a case carries."""
    return {
        "case_id": case.case_id,
        "demand_id": case.demand_id,
        "version": case.version,
        "dispatch": case.dispatch,
        "unit": case.unit,
    }


def _said(act: Act, what: str) -> PublicText:
    if act.text is None:
        raise Incomplete(act.step, what)
    return act.text


def _signed_for(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    return replace(case, signed_at=now), CaseSignedFor(**_ids(case))


def _suspended(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    return case, CaseSuspended(**_ids(case), reason=_said(act, "reason"))


def _resumed(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    return case, CaseResumed(**_ids(case))


def _extension_asked(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    if act.days is None:
        raise Incomplete(act.step, "days")
    case = replace(case, extension_asked=act.days)
    return case, CaseExtensionAsked(**_ids(case), days=act.days, reason=_said(act, "reason"))


def _extension_granted(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    assert case.extension_asked is not None  # noqa: S101  the table lets only what was asked be granted
    granted = CaseExtensionGranted(**_ids(case), days=case.extension_asked, state=case.state)
    return replace(case, extension_asked=None), granted


def _extension_refused(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    refused = CaseExtensionRefused(**_ids(case), reason=_said(act, "reason"))
    return replace(case, extension_asked=None), refused


def _completed(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    reply = _said(act, "reply")
    return replace(case, completed_at=now, reply=reply), CaseCompleted(**_ids(case), reply=reply)


def _assist_asked(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    if act.unit is None or act.post is None:
        raise Incomplete(act.step, "unit")
    asked = CaseAssistAsked(**_ids(case), assisting=act.unit, post=act.post, what=_said(act, "what"))
    return replace(case, assisting=tuple(sorted((*case.assisting, act.unit)))), asked


def _assist_done(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    unit = act.unit or ""
    return _without(case, unit), CaseAssistDone(**_ids(case), assisting=unit, result=_said(act, "result"))


def _assist_released(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    unit = act.unit or ""
    return _without(case, unit), CaseAssistReleased(**_ids(case), assisting=unit, reason=_said(act, "reason"))


def _without(case: Case, unit: str) -> Case:
    return replace(case, assisting=tuple(one for one in case.assisting if one != unit))


def _rectification_opened(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    opened = replace(case, rectification_opened=now, rectified_at=None)
    return opened, CaseRectificationOpened(**_ids(case), post=case.post, state=case.state)


def _rectified(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    how = _said(act, "rectification")
    return replace(case, rectified_at=now), CaseRectified(**_ids(case), state=case.state, rectification=how)


def _reviewed(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    return case, CaseReviewed(**_ids(case))


def _called_back(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    return case, CaseCalledBack(**_ids(case), note=_said(act, "note"), state=case.state, answer=act.answer)


def _archived(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    return case, CaseArchived(**_ids(case))


def _redone(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    """The new dispatch stands in the place of an open rectification; what was put right stays on record."""
    opened = None if case.rectifying else case.rectification_opened
    case = replace(_dispatched_anew(case, now), completed_at=None, rectification_opened=opened)
    return case, CaseRedone(**_ids(case), post=case.post, reason=_said(act, "reason"))


def _returned(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    reason = _said(act, "reason")
    moved = _moved(case, act, now)
    moved = _without(moved, moved.unit)
    return moved, CaseReturned(**_ids(moved), from_unit=case.unit, reason=reason, post=moved.post)


def _reassigned(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    moved = _moved(case, act, now)
    moved = _without(moved, moved.unit)
    return moved, CaseReassigned(**_ids(moved), from_unit=case.unit, post=moved.post)


def _summarised(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    return case, CaseSummarised(**_ids(case), summary=_said(act, "summary"))


def _tagged(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    if act.tags is None:
        raise Incomplete(act.step, "tags")
    return case, CaseTagged(**_ids(case), tags=act.tags)


def _refused(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    return case, CaseRefused(**_ids(case), reason=_said(act, "reason"))


def _withdrawn(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    return replace(case, lead=None, lead_state=None), CaseWithdrawn(**_ids(case))


def _withdrawn_late(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    stands = act.lead or case
    return case, CaseWithdrawalLate(**{**_ids(case), "unit": stands.unit}, state=stands.state)


def _rated_late(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    stands = act.lead or case
    return case, CaseRatingLate(**{**_ids(case), "unit": stands.unit}, state=stands.state)


def _merged(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    lead, reason = _lead(act), _said(act, "reason")
    event = CaseMerged if case.lead is None else CaseLeadChanged
    following = replace(case, lead=lead.case_id, lead_state=lead.state)
    return following, event(**_theirs(case, lead), state=lead.state, reason=reason)


def _followed(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    lead = _lead(act)
    rectified = act.text if act.followed == "rectify" else None
    reply = None if rectified else act.text
    following = replace(case, lead_state=lead.state, reply=reply or case.reply)
    theirs = _theirs(case, lead)
    return following, CaseFollowed(**theirs, state=lead.state, reply=reply, rectification=rectified)


def _parted(case: Case, act: Act, now: datetime) -> tuple[Case, CaseEvent]:
    assert case.lead is not None  # noqa: S101  the table lets only what is merged be parted
    alone = replace(_dispatched_anew(case, now), lead=None, lead_state=None)
    reason = _said(act, "reason")
    return alone, CaseParted(**_ids(alone), lead=case.lead, post=alone.post, reason=reason)


def _lead(act: Act) -> Case:
    if act.lead is None:
        raise Incomplete(act.step, "into")
    return act.lead


def _theirs(case: Case, lead: Case) -> dict[str, Any]:
    """What an event of a merged case carries: it lies where its lead case lies."""
    return {**_ids(case), "unit": lead.unit, "lead": lead.case_id}


def _moved(case: Case, act: Act, now: datetime) -> Case:
    if act.unit is None or act.post is None:
        raise Incomplete(act.step, "unit")
    return replace(_dispatched_anew(case, now), unit=act.unit, post=act.post)


def _dispatched_anew(case: Case, now: datetime) -> Case:
    return replace(case, dispatch=case.dispatch + 1, dispatched_at=now, signed_at=None)


EFFECTS: Final[Mapping[Step, Effect]] = {
    "sign_for": _signed_for,
    "suspend": _suspended,
    "resume": _resumed,
    "ask_extension": _extension_asked,
    "grant_extension": _extension_granted,
    "refuse_extension": _extension_refused,
    "complete": _completed,
    "review": _reviewed,
    "call_back": _called_back,
    "archive": _archived,
    "redo": _redone,
    "return": _returned,
    "reassign": _reassigned,
    "summarise": _summarised,
    "tag": _tagged,
    "refuse": _refused,
    "withdraw": _withdrawn,
    "withdraw_late": _withdrawn_late,
    "rate_late": _rated_late,
    "merge": _merged,
    "part": _parted,
    "follow": _followed,
    "open_rectification": _rectification_opened,
    "rectify": _rectified,
    "assist": _assist_asked,
    "assist_done": _assist_done,
    "release_assist": _assist_released,
}
