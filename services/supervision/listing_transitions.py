"""The course of a listing (挂牌督办) as data: which step leads where, and who may take it. Pure.

The way: listed → (progress, each week) → asked to strike off → struck off, or sent back and listed as before.
It follows what is listed: handed over with it, and offered to be struck off when it ends.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

from services.contracts.vocabulary import Role

ListingState = Literal["listed", "asked", "struck_off"]
"""督办中 已申请销号 已销号."""
ListingStep = Literal["progress", "ask", "send_back", "strike_off", "hand_over", "offer"]
STEPS: Final[tuple[ListingStep, ...]] = get_args(ListingStep)
STATES: Final[tuple[ListingState, ...]] = get_args(ListingState)

Bound = Literal["unit", "authority"]


class Grant(NamedTuple):
    """Roles that may take a step, of the unit that is listed or of the authority that listed it."""

    roles: tuple[Role, ...]
    bound: Bound


class Transition(NamedTuple):
    """One line of the table."""

    state: ListingState
    step: ListingStep
    to: ListingState
    grant: Grant


UNIT: Final = Grant(("handler", "unit_head"), "unit")
HEAD: Final = Grant(("unit_head",), "unit")
AUTHORITY: Final = Grant(("supervision_office", "administrator"), "authority")
NOBODY: Final = Grant((), "authority")
"""What follows by itself from what becomes of the listed case or project."""

TABLE: Final = (
    Transition("listed", "progress", "listed", UNIT),
    Transition("listed", "ask", "asked", HEAD),
    Transition("asked", "send_back", "listed", AUTHORITY),
    Transition("asked", "strike_off", "struck_off", AUTHORITY),
    Transition("listed", "hand_over", "listed", NOBODY),
    Transition("asked", "hand_over", "asked", NOBODY),
    Transition("listed", "offer", "asked", NOBODY),
)

_CELLS: Final[Mapping[tuple[ListingState, ListingStep], Transition]] = {
    (one.state, one.step): one for one in TABLE
}
_GRANTS: Final[Mapping[ListingStep, Grant]] = {one.step: one.grant for one in TABLE}


def leads_to(state: ListingState, step: ListingStep) -> ListingState | None:
    """The state that a step leads to; None where it isn't possible, whoever asks."""
    found = _CELLS.get((state, step))
    return found.to if found else None


def may(role: Role, of: str | None, unit: str, authority: str | None, step: ListingStep) -> bool:
    """Whether somebody of unit `of` may take a step where `authority` listed `unit` (None: the county)."""
    grant = _GRANTS[step]
    bound = of == unit if grant.bound == "unit" else authority is None or of == authority
    return role in grant.roles and bound


def allowed_steps(
    role: Role, of: str | None, unit: str, authority: str | None, state: ListingState
) -> tuple[ListingStep, ...]:
    """The steps possible in a state that somebody may take."""
    return tuple(step for step in STEPS if leads_to(state, step) and may(role, of, unit, authority, step))


def roles_of(step: ListingStep) -> tuple[Role, ...]:
    """The roles that take a step."""
    return _GRANTS[step].roles


def who_may(step: ListingStep) -> str:
    """Who takes a step, in words: for API summaries and refusals."""
    grant = _GRANTS[step]
    whose = "the listed unit" if grant.bound == "unit" else "the authority that listed it"
    return f"{', '.join(grant.roles)} of {whose}"
