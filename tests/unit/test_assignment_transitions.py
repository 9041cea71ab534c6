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
ACTORS: tuple[Actor, ...] = (*ROLES, "citizen")
LEADS: dict[CaseState, dict[Step, CaseState]] = {
    "dispatched": {
        "sign_for": "signed_for",
        "return": "dispatched",
        "reassign": "dispatched",
        "summarise": "dispatched",
        "refuse": "refused",
        "withdraw": "withdrawn",
    },
    "signed_for": {
        "suspend": "suspended",
        "ask_extension": "signed_for",
        "grant_extension": "signed_for",
        "refuse_extension": "signed_for",
        "complete": "completed",
        "return": "dispatched",
        "reassign": "dispatched",
        "summarise": "signed_for",
        "withdraw": "withdrawn",
    },
    "suspended": {"resume": "signed_for", "summarise": "suspended", "withdraw": "withdrawn"},
    "completed": {"review": "reviewed", "redo": "dispatched"},
    "reviewed": {"call_back": "called_back", "archive": "archived", "redo": "dispatched"},
    "called_back": {"archive": "archived", "redo": "dispatched"},
    "archived": {},
    "withdrawn": {},
    "refused": {},
}
UNIT_STEPS = ("sign_for", "suspend", "resume", "ask_extension", "complete", "return", "summarise")
EVERYWHERE: dict[Actor, tuple[Step, ...]] = {
    "clerk": tuple(step for step in STEPS if step not in ("withdraw", "ask_extension")),
    "administrator": tuple(step for step in STEPS if step not in ("withdraw", "ask_extension")),
    "callback_clerk": ("call_back", "archive", "redo"),
    "supervision_office": ("grant_extension", "refuse_extension", "review", "redo"),
    "citizen": ("withdraw",),
}


def expected(role: Actor, unit: str | None, place: Place, step: Step) -> bool:
    if step in EVERYWHERE.get(role, ()):
        return True
    if role not in ("handler", "unit_head") or unit != place.unit:
        return False
    return step in UNIT_STEPS or (step == "reassign" and place.unit == place.backstop_unit)


def not_barred(step: Step, lies_with: str, *, asked: bool) -> bool:
    if step == "return":
        return lies_with != "petition"
    if step == "ask_extension":
        return not asked
    return asked or step not in ("grant_extension", "refuse_extension")


@pytest.mark.parametrize(("state", "step", "role"), list(product(STATES, STEPS, ACTORS)))
def test_each_cell_leads_where_it_should_for_those_who_may(state: CaseState, step: Step, role: Actor) -> None:
    for lies_with, unit, asked in product(("water", "petition"), ("water", "petition", None), (False, True)):
        place, person = Place(state, lies_with, "petition", asked), Person(role, unit)
        leads = LEADS[state].get(step) if not_barred(step, lies_with, asked=asked) else None
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
        "handler, unit_head of the backstop unit that it lies with; clerk, administrator"
    )
    assert who_may("withdraw") == "citizen"
