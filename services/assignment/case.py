"""The case and its steps: which step leads from which state to which. Pure; the table is at the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from services.contracts.case import CaseCompleted, CaseEvent, CaseReassigned, CaseReturned, CaseSignedFor
from services.contracts.named_ids import Namespace
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState

Step = Literal["sign_for", "complete", "return", "reassign"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)

_CASES: Final = Namespace.of("5c0d3a53-8f0e-4a0e-9d0a-3d5f6c2b7e11")


def case_id_of(demand_id: UUID) -> UUID:
    """The case that a demand opens: always the same one, so that a repeat can't open a second."""
    return _CASES(str(demand_id))


@dataclass(frozen=True, slots=True)
class Case:
    """What deciding about a step needs of a case. Instants are aware, UTC, by the business clock."""

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


@dataclass(frozen=True, slots=True)
class Act:
    """A step that somebody takes. `text`: reply or reason, masked. `unit`, `post`: where the case goes."""

    step: Step
    by: str
    text: PublicText | None = None
    unit: str | None = None
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The step was taken: the case after it, and the event that says so."""

    case: Case
    event: CaseEvent
    act: Act
    at: datetime


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The step doesn't follow from the state the case is in."""

    case: Case
    step: Step
    allowed: tuple[Step, ...]


class Incomplete(ValueError):
    """A step lacks what it needs: a completion its reply, a return its reason, a dispatch its unit."""

    def __init__(self, step: Step, field: str) -> None:
        super().__init__(f"step {step} needs {field}")
        self.step = step
        self.field = field


def allowed_steps(case: Case, backstop_unit: str) -> tuple[Step, ...]:
    """The steps possible now. What lies with the backstop unit can't be returned: there is nobody behind."""
    return tuple(
        step
        for step in STEPS
        if (case.state, step) in TRANSITIONS and not (step == "return" and case.unit == backstop_unit)
    )


def take(case: Case, act: Act, now: datetime, backstop_unit: str) -> Taken | NotAllowed:
    """The case after a step, with its event; or what would be allowed instead. Raises Incomplete."""
    allowed = allowed_steps(case, backstop_unit)
    if act.step not in allowed or (act.step == "reassign" and act.unit == case.unit):
        return NotAllowed(case, act.step, allowed)
    after = replace(case, version=case.version + 1, state=TRANSITIONS[case.state, act.step])
    after, event = EFFECTS[act.step](after, act, now, case.unit)
    return Taken(after, event, act, now)


Effect = Callable[[Case, Act, datetime, str], tuple[Case, CaseEvent]]
"""Fills in a case whose state and version have moved on; the last argument is the unit it lay with."""


def _signed_for(case: Case, act: Act, now: datetime, unit: str) -> tuple[Case, CaseEvent]:
    case = replace(case, signed_at=now)
    return case, CaseSignedFor(
        case_id=case.case_id,
        demand_id=case.demand_id,
        version=case.version,
        dispatch=case.dispatch,
        unit=unit,
    )


def _completed(case: Case, act: Act, now: datetime, unit: str) -> tuple[Case, CaseEvent]:
    if act.text is None:
        raise Incomplete(act.step, "reply")
    case = replace(case, completed_at=now, reply=act.text)
    return case, CaseCompleted(
        case_id=case.case_id,
        demand_id=case.demand_id,
        version=case.version,
        dispatch=case.dispatch,
        unit=unit,
        reply=act.text,
    )


def _returned(case: Case, act: Act, now: datetime, unit: str) -> tuple[Case, CaseEvent]:
    if act.text is None:
        raise Incomplete(act.step, "reason")
    case = _dispatched_anew(case, act, now)
    return case, CaseReturned(
        case_id=case.case_id,
        demand_id=case.demand_id,
        version=case.version,
        dispatch=case.dispatch,
        from_unit=unit,
        reason=act.text,
        unit=case.unit,
        post=case.post,
    )


def _reassigned(case: Case, act: Act, now: datetime, unit: str) -> tuple[Case, CaseEvent]:
    case = _dispatched_anew(case, act, now)
    return case, CaseReassigned(
        case_id=case.case_id,
        demand_id=case.demand_id,
        version=case.version,
        dispatch=case.dispatch,
        from_unit=unit,
        unit=case.unit,
        post=case.post,
    )


def _dispatched_anew(case: Case, act: Act, now: datetime) -> Case:
    if act.unit is None or act.post is None:
        raise Incomplete(act.step, "unit")
    return replace(
        case,
        unit=act.unit,
        post=act.post,
        dispatch=case.dispatch + 1,
        dispatched_at=now,
        signed_at=None,
    )


TRANSITIONS: Final[Mapping[tuple[CaseState, Step], CaseState]] = {
    ("dispatched", "sign_for"): "signed_for",
    ("dispatched", "return"): "dispatched",
    ("dispatched", "reassign"): "dispatched",
    ("signed_for", "complete"): "completed",
    ("signed_for", "return"): "dispatched",
    ("signed_for", "reassign"): "dispatched",
}

EFFECTS: Final[Mapping[Step, Effect]] = {
    "sign_for": _signed_for,
    "complete": _completed,
    "return": _returned,
    "reassign": _reassigned,
}
