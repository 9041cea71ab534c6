"""The course of a letter as data: which step leads from which state to which, and who may take it. Pure.

The way: (drafted →) issued → received → replied → accepted → struck off. A reply that isn't good enough is
returned, and another one follows. A draft that is given up has no number; a voided letter keeps its own.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

from services.contracts.vocabulary import Role

LetterState = Literal[
    "drafted", "issued", "received", "replied", "returned", "accepted", "struck_off", "voided", "discarded"
]
"""待签发 已发出 已签收 已回复 已退回 已验收 已销号 已作废 未签发即撤."""
Step = Literal["sign", "discard", "receive", "reply", "accept", "return", "strike_off", "void"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
STATES: Final[tuple[LetterState, ...]] = get_args(LetterState)

Bound = Literal["unit", "anyone"]


class Grant(NamedTuple):
    """Roles that may take a step, and whether they must belong to the letter's unit."""

    roles: tuple[Role, ...]
    bound: Bound


class Transition(NamedTuple):
    """One line of the table."""

    state: LetterState
    step: Step
    to: LetterState
    grant: Grant


UNIT: Final = Grant(("handler", "unit_head"), "unit")
OFFICE: Final = Grant(("supervision_office", "administrator"), "anyone")

TABLE: Final = (
    Transition("drafted", "sign", "issued", OFFICE),
    Transition("drafted", "discard", "discarded", OFFICE),
    Transition("issued", "receive", "received", UNIT),
    Transition("issued", "void", "voided", OFFICE),
    Transition("received", "reply", "replied", UNIT),
    Transition("received", "void", "voided", OFFICE),
    Transition("replied", "accept", "accepted", OFFICE),
    Transition("replied", "return", "returned", OFFICE),
    Transition("returned", "reply", "replied", UNIT),
    Transition("accepted", "strike_off", "struck_off", OFFICE),
)

_CELLS: Final[Mapping[tuple[LetterState, Step], Transition]] = {(one.state, one.step): one for one in TABLE}
_GRANTS: Final[Mapping[Step, Grant]] = {one.step: one.grant for one in TABLE}


def leads_to(state: LetterState, step: Step) -> LetterState | None:
    """The state that a step leads to; None where it isn't possible, whoever asks."""
    found = _CELLS.get((state, step))
    return found.to if found else None


def may(role: Role, unit: str | None, of_letter: str, step: Step) -> bool:
    """Whether somebody of a unit may take a step of a letter to a unit, where it is possible."""
    grant = _GRANTS[step]
    return role in grant.roles and (grant.bound == "anyone" or unit == of_letter)


def allowed_steps(role: Role, unit: str | None, of_letter: str, state: LetterState) -> tuple[Step, ...]:
    """The steps possible in a state that somebody may take."""
    return tuple(step for step in STEPS if leads_to(state, step) and may(role, unit, of_letter, step))


def roles_of(step: Step) -> tuple[Role, ...]:
    """The roles that take a step."""
    return _GRANTS[step].roles


def who_may(step: Step) -> str:
    """Who takes a step, in words: for API summaries and refusals."""
    grant = _GRANTS[step]
    return ", ".join(grant.roles) + (" of the letter's unit" if grant.bound == "unit" else "")
