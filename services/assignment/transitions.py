"""The life of a case as data: which step leads from which state to which, and who may take it. Pure.

A merged case (同一事项) follows its lead case until it is parted again.

The way: dispatched → signed for (⇄ suspended) → completed (已回复) → reviewed → called back → archived.
A case ends early as refused or withdrawn; return, reassignment and redo begin a new dispatch. Whoever draws a
sample may call about a case that was called back or filed before: it stays where it is.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

from services.contracts.vocabulary import AFTER_REPLY, BEFORE_REPLY, CaseState, Role

Step = Literal[
    "sign_for",
    "complete",
    "review",
    "call_back",
    "rectify",
    "assist_done",
    "archive",
    "suspend",
    "resume",
    "assist",
    "release_assist",
    "ask_extension",
    "grant_extension",
    "refuse_extension",
    "redo",
    "return",
    "reassign",
    "summarise",
    "tag",
    "refuse",
    "withdraw",
    "withdraw_late",
    "rate_late",
    "merge",
    "part",
    "follow",
    "open_rectification",
]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
"""The way forward first: pages offer the steps in this order."""

Actor = Role | Literal["citizen", "rule"]
"""The citizen acts through intake, never with a token; a rule acts on what others did."""
Bound = Literal["unit", "backstop", "assisting", "anyone"]
"""Whose staff one must be: the case's unit's; the backstop unit's, while the case lies with it; those of a
unit that assists; anyone's."""
When = Literal[
    "always",
    "lies_elsewhere",
    "nothing_asked",
    "extension_asked",
    "lead_under_way",
    "lead_answered",
    "rectifying",
    "nothing_to_rectify",
    "assisted",
    "nothing_awaited",
]
"""What must hold besides: it lies elsewhere than with the backstop unit, behind which there is nobody; an
extension is asked for and not decided, or none is; the lead case has no reply yet, or it has; a
badly rated reply waits to be put right, or none does; an
assisting unit still has its part to do, or none has."""


class Grant(NamedTuple):
    """Roles that may take a step, and where they must belong."""

    roles: tuple[Actor, ...]
    bound: Bound


class Transition(NamedTuple):
    """One line of the table."""

    state: CaseState
    step: Step
    to: CaseState
    grants: tuple[Grant, ...]
    when: When = "always"


UNIT: Final = Grant(("handler", "unit_head"), "unit")
ASSISTING: Final = Grant(("handler", "unit_head"), "assisting")
BACKSTOP: Final = Grant(("handler", "unit_head"), "backstop")
OFFICE: Final = Grant(("clerk", "administrator"), "anyone")
REVIEWERS: Final = Grant(("clerk", "supervision_office", "administrator"), "anyone")
CALLERS: Final = Grant(("callback_clerk", "clerk", "administrator"), "anyone")
JUDGES: Final = Grant(("clerk", "callback_clerk", "supervision_office", "administrator"), "anyone")
CITIZEN: Final = Grant(("citizen",), "anyone")
RULE: Final = Grant(("rule",), "anyone")

UNDER_WAY: Final[tuple[CaseState, ...]] = ("dispatched", "signed_for")
ANSWERED: Final[tuple[CaseState, ...]] = (*AFTER_REPLY, "refused")

TABLE: Final = (
    Transition("dispatched", "sign_for", "signed_for", (UNIT, OFFICE)),
    Transition("dispatched", "return", "dispatched", (UNIT, OFFICE), "lies_elsewhere"),
    Transition("dispatched", "reassign", "dispatched", (BACKSTOP, OFFICE, RULE)),
    Transition("dispatched", "summarise", "dispatched", (UNIT, OFFICE)),
    Transition("dispatched", "tag", "dispatched", (OFFICE,)),
    Transition("dispatched", "refuse", "refused", (OFFICE,)),
    Transition("dispatched", "withdraw", "withdrawn", (CITIZEN,)),
    Transition("dispatched", "merge", "merged", (BACKSTOP, OFFICE, RULE)),
    Transition("signed_for", "complete", "completed", (UNIT, OFFICE), "nothing_awaited"),
    Transition("signed_for", "ask_extension", "signed_for", (UNIT,), "nothing_asked"),
    Transition("signed_for", "grant_extension", "signed_for", (REVIEWERS,), "extension_asked"),
    Transition("signed_for", "refuse_extension", "signed_for", (REVIEWERS, RULE), "extension_asked"),
    Transition("signed_for", "suspend", "suspended", (UNIT, OFFICE)),
    Transition("signed_for", "return", "dispatched", (UNIT, OFFICE), "lies_elsewhere"),
    Transition("signed_for", "reassign", "dispatched", (BACKSTOP, OFFICE)),
    Transition("signed_for", "summarise", "signed_for", (UNIT, OFFICE)),
    Transition("signed_for", "tag", "signed_for", (OFFICE,)),
    Transition("signed_for", "withdraw", "withdrawn", (CITIZEN,)),
    Transition("signed_for", "merge", "merged", (BACKSTOP, OFFICE, RULE)),
    Transition("suspended", "resume", "signed_for", (UNIT, OFFICE)),
    Transition("suspended", "grant_extension", "suspended", (REVIEWERS,), "extension_asked"),
    Transition("suspended", "refuse_extension", "suspended", (REVIEWERS, RULE), "extension_asked"),
    Transition("suspended", "summarise", "suspended", (UNIT, OFFICE)),
    Transition("suspended", "tag", "suspended", (OFFICE,)),
    Transition("suspended", "withdraw", "withdrawn", (CITIZEN,)),
    Transition("merged", "tag", "merged", (OFFICE,)),
    Transition("merged", "merge", "merged", (BACKSTOP, OFFICE, RULE)),
    Transition("merged", "part", "dispatched", (BACKSTOP, OFFICE, RULE)),
    Transition("merged", "follow", "merged", (RULE,)),
    Transition("merged", "withdraw", "withdrawn", (CITIZEN,), "lead_under_way"),
    Transition("merged", "withdraw_late", "merged", (CITIZEN,), "lead_answered"),
    Transition("merged", "rate_late", "merged", (CITIZEN,), "lead_under_way"),
    Transition("completed", "tag", "completed", (OFFICE,)),
    Transition("completed", "review", "reviewed", (REVIEWERS,)),
    Transition("completed", "redo", "dispatched", (JUDGES,)),
    Transition("reviewed", "tag", "reviewed", (OFFICE,)),
    Transition("reviewed", "call_back", "called_back", (CALLERS,)),
    Transition("reviewed", "redo", "dispatched", (JUDGES,)),
    Transition("reviewed", "archive", "archived", (CALLERS,), "nothing_to_rectify"),
    Transition("called_back", "tag", "called_back", (OFFICE,)),
    Transition("called_back", "call_back", "called_back", (CALLERS,)),
    Transition("called_back", "redo", "dispatched", (JUDGES,)),
    Transition("called_back", "archive", "archived", (CALLERS,), "nothing_to_rectify"),
    Transition("archived", "call_back", "archived", (CALLERS,)),
    *(Transition(state, "assist", state, (UNIT, OFFICE)) for state in UNDER_WAY),
    *(Transition(state, "assist_done", state, (ASSISTING,), "assisted") for state in BEFORE_REPLY),
    *(Transition(state, "release_assist", state, (UNIT, OFFICE), "assisted") for state in BEFORE_REPLY),
    *(Transition(state, "open_rectification", state, (RULE,), "nothing_to_rectify") for state in AFTER_REPLY),
    *(Transition(state, "rectify", state, (UNIT, OFFICE), "rectifying") for state in AFTER_REPLY),
    *(Transition(state, "withdraw_late", state, (CITIZEN,)) for state in ANSWERED),
    *(Transition(state, "rate_late", state, (CITIZEN,)) for state in BEFORE_REPLY),
)

_CELLS: Final[Mapping[tuple[CaseState, Step], Transition]] = {(one.state, one.step): one for one in TABLE}
_GRANTS: Final[Mapping[Step, tuple[Grant, ...]]] = {
    step: tuple(dict.fromkeys(grant for one in TABLE if one.step == step for grant in one.grants))
    for step in STEPS
}


class Person(NamedTuple):
    """Who asks: a role, and the unit it is bound to."""

    role: Actor
    unit: str | None


class Place(NamedTuple):
    """Where a case stands: its state, the unit it lies with, the authority's backstop unit, what is asked.

    `lead_state` is that of the case it is merged into; `assisting` the units whose part is still to come.
    """

    state: CaseState
    unit: str
    backstop_unit: str
    extension_asked: bool = False
    lead_state: CaseState | None = None
    rectifying: bool = False
    assisting: tuple[str, ...] = ()

    def holds(self, when: When) -> bool:
        """Whether a condition of the table is met."""
        met: Mapping[When, bool] = {
            "always": True,
            "lies_elsewhere": self.unit != self.backstop_unit,
            "nothing_asked": not self.extension_asked,
            "extension_asked": self.extension_asked,
            "lead_under_way": self.lead_state in BEFORE_REPLY,
            "lead_answered": self.lead_state not in BEFORE_REPLY,
            "rectifying": self.rectifying,
            "nothing_to_rectify": not self.rectifying,
            "assisted": bool(self.assisting),
            "nothing_awaited": not self.assisting,
        }
        return met[when]


def leads_to(place: Place, step: Step) -> CaseState | None:
    """The state that a step leads to from here; None where it isn't possible, whoever asks."""
    found = _CELLS.get((place.state, step))
    return found.to if found and place.holds(found.when) else None


def may(person: Person, place: Place, step: Step) -> bool:
    """Whether a person may take a step of a case lying there, if it is possible."""
    found = _CELLS.get((place.state, step))
    return any(_fits(person, place, grant) for grant in (found.grants if found else _GRANTS[step]))


def allowed_steps(person: Person, place: Place) -> tuple[Step, ...]:
    """The steps possible here that this person may take."""
    return tuple(step for step in STEPS if leads_to(place, step) and may(person, place, step))


def who_may(step: Step) -> str:
    """Who takes a step, in words: for API summaries and refusals."""
    return "; ".join(_said(grant) for grant in _GRANTS[step])


def roles_of(*steps: Step) -> tuple[Role, ...]:
    """The staff roles that take one of these steps, in the vocabulary's order."""
    named = {role for step in steps for grant in _GRANTS[step] for role in grant.roles}
    return tuple(role for role in get_args(Role) if role in named)


STAFF: Final[tuple[Role, ...]] = roles_of(*STEPS)
"""The roles that take any step at all."""


def _fits(person: Person, place: Place, grant: Grant) -> bool:
    if person.role not in grant.roles:
        return False
    if grant.bound == "anyone":
        return True
    if grant.bound == "assisting":
        return person.unit in place.assisting
    if person.unit != place.unit:
        return False
    return grant.bound == "unit" or place.unit == place.backstop_unit


def _said(grant: Grant) -> str:
    return f"{', '.join(grant.roles)}{BOUNDS[grant.bound]}"


BOUNDS: Final[Mapping[Bound, str]] = {
    "unit": " of the case's unit",
    "assisting": " of a unit that assists",
    "backstop": " of the backstop unit that it lies with",
    "anyone": "",
}
