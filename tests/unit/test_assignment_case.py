"""The steps of a case: the whole table, each cell of it."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args
from uuid import uuid4

import pytest

from services.assignment.case import STEPS, Act, Case, Incomplete, NotAllowed, Step, Taken, case_id_of, take
from services.contracts.case import CaseCompleted, CaseReassigned, CaseReturned, CaseSignedFor
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
POSSIBLE = {
    ("dispatched", "sign_for"): "signed_for",
    ("dispatched", "return"): "dispatched",
    ("dispatched", "reassign"): "dispatched",
    ("signed_for", "complete"): "completed",
    ("signed_for", "return"): "dispatched",
    ("signed_for", "reassign"): "dispatched",
}


def case(state: CaseState = "dispatched", unit: str = "water") -> Case:
    return Case(uuid4(), uuid4(), unit, f"{unit}.head", state, dispatch=1, version=3, dispatched_at=NOW)


def act(step: Step) -> Act:
    going = {"return": "petition", "reassign": "road"}.get(step)
    return Act(step, "王某", PublicText("已处理。"), going, going and f"{going}.head")


def after(outcome: Taken | NotAllowed) -> Taken:
    assert isinstance(outcome, Taken)
    return outcome


@pytest.mark.parametrize(("state", "step"), list(product(get_args(CaseState), STEPS)))
def test_a_step_leads_where_the_table_says_or_names_what_is_possible(state: CaseState, step: Step) -> None:
    outcome = take(case(state), act(step), NOW, backstop_unit="petition")
    if (state, step) in POSSIBLE:
        assert after(outcome).case.state == POSSIBLE[state, step]
    else:
        assert isinstance(outcome, NotAllowed)
        assert outcome.allowed == tuple(one for one in STEPS if (state, one) in POSSIBLE)


def test_each_step_is_one_version_more() -> None:
    assert after(take(case(), act("sign_for"), NOW, "petition")).case.version == 4


def test_signing_for_keeps_the_dispatch_and_notes_the_instant() -> None:
    taken = after(take(case(), act("sign_for"), NOW, "petition"))
    assert isinstance(taken.event, CaseSignedFor)
    assert (taken.event.unit, taken.event.version, taken.event.dispatch) == ("water", 4, 1)
    assert taken.case.signed_at == NOW


def test_completing_carries_the_reply() -> None:
    taken = after(take(case("signed_for"), act("complete"), NOW, "petition"))
    assert isinstance(taken.event, CaseCompleted)
    assert taken.event.reply == taken.case.reply == "已处理。"


def test_a_returned_case_lies_with_the_backstop_unit_on_a_new_dispatch() -> None:
    later = NOW + timedelta(hours=1)
    taken = after(take(case("signed_for"), act("return"), later, "petition"))
    assert isinstance(taken.event, CaseReturned)
    assert (taken.event.from_unit, taken.event.unit, taken.event.post) == (
        "water",
        "petition",
        "petition.head",
    )
    assert (taken.case.dispatch, taken.case.dispatched_at, taken.case.signed_at) == (2, later, None)


def test_what_lies_with_the_backstop_unit_cannot_be_returned() -> None:
    outcome = take(case(unit="petition"), act("return"), NOW, "petition")
    assert isinstance(outcome, NotAllowed)
    assert outcome.allowed == ("sign_for", "reassign")


def test_a_reassigned_case_names_both_units() -> None:
    taken = after(take(case(unit="petition"), act("reassign"), NOW, "petition"))
    assert isinstance(taken.event, CaseReassigned)
    assert (taken.event.from_unit, taken.event.unit, taken.event.dispatch) == ("petition", "road", 2)


def test_a_case_is_not_dispatched_anew_to_the_unit_it_lies_with() -> None:
    outcome = take(case(unit="road"), act("reassign"), NOW, "petition")
    assert isinstance(outcome, NotAllowed)


@pytest.mark.parametrize(
    ("state", "step", "missing"),
    [
        ("signed_for", "complete", "reply"),
        ("signed_for", "return", "reason"),
        ("dispatched", "reassign", "unit"),
    ],
)
def test_a_step_without_what_it_needs_says_what_is_missing(
    state: CaseState, step: Step, missing: str
) -> None:
    with pytest.raises(Incomplete, match=missing):
        take(case(state), Act(step, "王某"), NOW, "petition")


def test_a_demand_opens_always_the_same_case() -> None:
    demand, other = uuid4(), uuid4()
    assert case_id_of(demand) == case_id_of(demand) != case_id_of(other)
