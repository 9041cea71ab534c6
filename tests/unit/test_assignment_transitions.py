"""The table of transitions: every state, step and role of it tried, from the outside in plain words."""

from itertools import product
from typing import get_args

import pytest

from services.assignment.transitions import (
    STAFF,
    STEPS,
    TABLE,
    Actor,
    Person,
    Place,
    Step,
    allowed_steps,
    leads_to,
    may,
    who_may,
)
from services.contracts.vocabulary import ROLES, CaseState

STATES: tuple[CaseState, ...] = get_args(CaseState)
ACTORS: tuple[Actor, ...] = (*ROLES, "citizen", "rule")


def rated(state: CaseState) -> dict[Step, CaseState]:
    """What a rating and its rectification do: the state stays."""
    return {"open_rectification": state, "rectify": state}


def late(state: CaseState) -> dict[Step, CaseState]:
    """A withdrawal that comes after the answer: the state stays."""
    return {"withdraw_late": state}


def anew(state: CaseState) -> dict[Step, CaseState]:
    """A rating that comes when the reply was sent back: the state stays."""
    return {"rate_late": state}


def helped(state: CaseState) -> dict[Step, CaseState]:
    """What ends the part of an assisting unit: the state stays."""
    return {"assist_done": state, "release_assist": state}


LEADS: dict[CaseState, dict[Step, CaseState]] = {
    "dispatched": {
        "assist": "dispatched",
        **helped("dispatched"),
        **anew("dispatched"),
        "sign_for": "signed_for",
        "return": "dispatched",
        "reassign": "dispatched",
        "summarise": "dispatched",
        "tag": "dispatched",
        "refuse": "refused",
        "withdraw": "withdrawn",
        "merge": "merged",
    },
    "signed_for": {
        "assist": "signed_for",
        **helped("signed_for"),
        **anew("signed_for"),
        "suspend": "suspended",
        "ask_extension": "signed_for",
        "grant_extension": "signed_for",
        "refuse_extension": "signed_for",
        "complete": "completed",
        "return": "dispatched",
        "reassign": "dispatched",
        "summarise": "signed_for",
        "tag": "signed_for",
        "withdraw": "withdrawn",
        "merge": "merged",
    },
    "suspended": {
        **helped("suspended"),
        **anew("suspended"),
        "resume": "signed_for",
        "grant_extension": "suspended",
        "refuse_extension": "suspended",
        "summarise": "suspended",
        "tag": "suspended",
        "withdraw": "withdrawn",
    },
    "merged": {
        "tag": "merged",
        "merge": "merged",
        "part": "dispatched",
        "follow": "merged",
        "withdraw": "withdrawn",
        **late("merged"),
        **anew("merged"),
    },
    "completed": {
        "tag": "completed",
        "review": "reviewed",
        "redo": "dispatched",
        **rated("completed"),
        **late("completed"),
    },
    "reviewed": {
        "tag": "reviewed",
        "call_back": "called_back",
        "archive": "archived",
        "redo": "dispatched",
        **rated("reviewed"),
        **late("reviewed"),
    },
    "called_back": {
        "tag": "called_back",
        "call_back": "called_back",
        "archive": "archived",
        "redo": "dispatched",
        **rated("called_back"),
        **late("called_back"),
    },
    "archived": {"call_back": "archived", **rated("archived"), **late("archived")},
    "withdrawn": {},
    "refused": late("refused"),
}
LEAD_STATES: dict[CaseState, tuple[CaseState | None, ...]] = dict.fromkeys(STATES, (None,)) | {
    "merged": ("dispatched", "suspended", "completed")
}
UNIT_STEPS = (
    "sign_for",
    "suspend",
    "resume",
    "ask_extension",
    "complete",
    "return",
    "summarise",
    "rectify",
    "assist",
    "release_assist",
)
NOT_OFFICE = (
    "withdraw",
    "withdraw_late",
    "rate_late",
    "ask_extension",
    "follow",
    "open_rectification",
    "assist_done",
)
BACKSTOP_STEPS = ("reassign", "merge", "part")
EVERYWHERE: dict[Actor, tuple[Step, ...]] = {
    "clerk": tuple(step for step in STEPS if step not in NOT_OFFICE),
    "administrator": tuple(step for step in STEPS if step not in NOT_OFFICE),
    "callback_clerk": ("call_back", "archive", "redo"),
    "supervision_office": ("grant_extension", "refuse_extension", "review", "redo"),
    "citizen": ("withdraw", "withdraw_late", "rate_late"),
    "rule": ("merge", "part", "follow", "reassign", "refuse_extension", "open_rectification"),
}


def expected(role: Actor, unit: str | None, place: Place, step: Step) -> bool:
    if step in EVERYWHERE.get(role, ()):
        return (role, step, place.state) != ("rule", "reassign", "signed_for")
    if role not in ("handler", "unit_head"):
        return False
    if step == "assist_done":
        return unit in place.assisting
    if unit != place.unit:
        return False
    return step in UNIT_STEPS or (step in BACKSTOP_STEPS and place.unit == place.backstop_unit)


def not_barred(
    step: Step,
    lies_with: str,
    *,
    asked: bool,
    lead_state: CaseState | None,
    rectifying: bool,
    assisting: tuple[str, ...],
) -> bool:
    if step == "return":
        return lies_with != "petition"
    if step == "ask_extension":
        return not asked
    if step in ("withdraw", "rate_late"):
        return lead_state != "completed"
    if step == "withdraw_late":
        return lead_state in (None, "completed")
    if step in ("archive", "open_rectification"):
        return not rectifying
    if step == "rectify":
        return rectifying
    if step == "complete":
        return not assisting
    if step in ("assist_done", "release_assist"):
        return bool(assisting)
    return asked or step not in ("grant_extension", "refuse_extension")


@pytest.mark.parametrize(("state", "step", "role"), list(product(STATES, STEPS, ACTORS)))
def test_each_cell_leads_where_it_should_for_those_who_may(state: CaseState, step: Step, role: Actor) -> None:
    units, both = ("water", "petition"), (False, True)
    for lies_with, unit, asked, lead_state, rectifying, assisting in product(
        units, (*units, None), both, LEAD_STATES[state], both, ((), ("petition",))
    ):
        place = Place(state, lies_with, "petition", asked, lead_state, rectifying, assisting)
        person = Person(role, unit)
        barred = not not_barred(
            step,
            lies_with,
            asked=asked,
            lead_state=lead_state,
            rectifying=rectifying,
            assisting=assisting,
        )
        leads = None if barred else LEADS[state].get(step)
        assert leads_to(place, step) == leads
        assert may(person, place, step) == expected(role, unit, place, step)
        possible = leads is not None and expected(role, unit, place, step)
        assert (step in allowed_steps(person, place)) == possible


def test_a_cell_stands_in_the_table_once() -> None:
    assert len({(one.state, one.step) for one in TABLE}) == len(TABLE)


def test_each_step_and_state_is_in_the_table() -> None:
    assert {one.step for one in TABLE} == set(STEPS)
    assert {one.state for one in TABLE} | {one.to for one in TABLE} == set(STATES)


def test_leaders_and_inspectors_take_no_steps_and_the_citizen_has_no_token() -> None:
    assert set(ROLES) - set(STAFF) == {"leader", "inspector"}
    assert "citizen" not in STAFF


def test_who_may_is_said_in_words() -> None:
    assert who_may("reassign") == (
        "handler, unit_head of the backstop unit that it lies with; clerk, administrator; rule"
    )
    assert who_may("withdraw") == "citizen"
