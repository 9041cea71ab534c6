"""What each step does to a case, and the event that says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.assignment.case import Act, Case, Incomplete, StepNotAllowed, Taken, case_id_of
from services.assignment.take import take
from services.assignment.transitions import Person, Step
from services.contracts.case import (
    CaseCompleted,
    CaseExtensionAsked,
    CaseExtensionGranted,
    CaseReassigned,
    CaseRedone,
    CaseRefused,
    CaseReturned,
    CaseSignedFor,
    CaseSuspended,
    CaseWithdrawn,
)
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
CLERK = Person("clerk", None)
HANDLER = Person("handler", "water")


def case(state: CaseState = "dispatched", unit: str = "water") -> Case:
    return Case(uuid4(), uuid4(), unit, f"{unit}.head", state, dispatch=1, version=3, dispatched_at=NOW)


def act(step: Step) -> Act:
    going = {"return": "petition", "reassign": "road"}.get(step)
    return Act(step, "王某", PublicText("已处理。"), going, going and f"{going}.head")


def after(outcome: Taken | StepNotAllowed) -> Taken:
    assert isinstance(outcome, Taken)
    return outcome


def test_each_step_is_one_version_more() -> None:
    assert after(take(case(), act("sign_for"), NOW, "petition", CLERK)).case.version == 4


def test_signing_for_keeps_the_dispatch_and_notes_the_instant() -> None:
    taken = after(take(case(), act("sign_for"), NOW, "petition", CLERK))
    assert isinstance(taken.event, CaseSignedFor)
    assert (taken.event.unit, taken.event.version, taken.event.dispatch) == ("water", 4, 1)
    assert taken.case.signed_at == NOW


def test_completing_carries_the_reply() -> None:
    taken = after(take(case("signed_for"), act("complete"), NOW, "petition", CLERK))
    assert isinstance(taken.event, CaseCompleted)
    assert taken.event.reply == taken.case.reply == "已处理。"


def test_a_returned_case_lies_with_the_backstop_unit_on_a_new_dispatch() -> None:
    later = NOW + timedelta(hours=1)
    taken = after(take(case("signed_for"), act("return"), later, "petition", CLERK))
    assert isinstance(taken.event, CaseReturned)
    assert (taken.event.from_unit, taken.event.unit, taken.event.post) == (
        "water",
        "petition",
        "petition.head",
    )
    assert (taken.case.dispatch, taken.case.dispatched_at, taken.case.signed_at) == (2, later, None)


def test_what_lies_with_the_backstop_unit_cannot_be_returned() -> None:
    outcome = take(case(unit="petition"), act("return"), NOW, "petition", CLERK)
    assert isinstance(outcome, StepNotAllowed)
    assert outcome.allowed == ("sign_for", "assist", "reassign", "summarise", "tag", "refuse", "merge")


def test_a_reassigned_case_names_both_units() -> None:
    taken = after(take(case(unit="petition"), act("reassign"), NOW, "petition", CLERK))
    assert isinstance(taken.event, CaseReassigned)
    assert (taken.event.from_unit, taken.event.unit, taken.event.dispatch) == ("petition", "road", 2)


def test_a_case_is_not_dispatched_anew_to_the_unit_it_lies_with() -> None:
    outcome = take(case(unit="road"), act("reassign"), NOW, "petition", CLERK)
    assert isinstance(outcome, StepNotAllowed)


@pytest.mark.parametrize(
    ("state", "step", "missing"),
    [
        ("signed_for", "complete", "reply"),
        ("signed_for", "return", "reason"),
        ("signed_for", "suspend", "reason"),
        ("completed", "redo", "reason"),
        ("reviewed", "call_back", "note"),
        ("dispatched", "refuse", "reason"),
        ("dispatched", "reassign", "unit"),
    ],
)
def test_a_step_without_what_it_needs_says_what_is_missing(
    state: CaseState, step: Step, missing: str
) -> None:
    with pytest.raises(Incomplete, match=missing):
        take(case(state), Act(step, "王某"), NOW, "petition", CLERK)


def test_what_is_redone_stays_with_its_unit_on_a_new_dispatch_and_keeps_the_reply_till_the_next() -> None:
    replied = replace(case("completed"), signed_at=NOW, completed_at=NOW, reply="已修好。")
    later = NOW + timedelta(days=2)
    taken = after(take(replied, act("redo"), later, "petition", CLERK))
    assert isinstance(taken.event, CaseRedone)
    assert (taken.event.unit, taken.event.post, taken.event.dispatch) == ("water", "water.head", 2)
    assert (taken.case.state, taken.case.dispatched_at) == ("dispatched", later)
    assert (taken.case.signed_at, taken.case.completed_at, taken.case.reply) == (None, None, "已修好。")


def test_a_suspension_a_refusal_and_a_withdrawal_say_what_was_done() -> None:
    suspended = after(take(case("signed_for"), act("suspend"), NOW, "petition", CLERK)).event
    refused = after(take(case(), act("refuse"), NOW, "petition", CLERK)).event
    withdrawn = after(take(case(), act("withdraw"), NOW, "petition", Person("citizen", None))).event
    assert isinstance(suspended, CaseSuspended)
    assert isinstance(refused, CaseRefused)
    assert suspended.reason == refused.reason == "已处理。"
    assert isinstance(withdrawn, CaseWithdrawn)


def test_an_extension_is_asked_for_once_and_decided_once() -> None:
    asking = Act("ask_extension", "王某", PublicText("等配件。"), days=5)
    asked = after(take(case("signed_for"), asking, NOW, "petition", HANDLER))
    assert isinstance(asked.event, CaseExtensionAsked)
    assert (asked.event.days, asked.case.extension_asked) == (5, 5)
    again = take(asked.case, asking, NOW, "petition", HANDLER)
    assert isinstance(again, StepNotAllowed)
    assert again.allowed == ("complete", "suspend", "assist", "return", "summarise")
    granted = after(take(asked.case, act("grant_extension"), NOW, "petition", CLERK))
    assert isinstance(granted.event, CaseExtensionGranted)
    assert (granted.event.days, granted.case.extension_asked, granted.case.state) == (5, None, "signed_for")
    refused = after(take(asked.case, act("refuse_extension"), NOW, "petition", CLERK))
    assert (refused.case.extension_asked, refused.case.version) == (None, asked.case.version + 1)


@pytest.mark.parametrize("step", ["complete", "return", "reassign"])
def test_a_request_for_more_time_ends_with_the_work_it_was_for(step: Step) -> None:
    asked = replace(case("signed_for"), extension_asked=5)
    assert after(take(asked, act(step), NOW, "petition", CLERK)).case.extension_asked is None


def test_a_request_for_more_time_waits_while_the_case_rests() -> None:
    asked = replace(case("signed_for"), extension_asked=5)
    rests = after(take(asked, act("suspend"), NOW, "petition", CLERK)).case
    assert after(take(rests, act("resume"), NOW, "petition", CLERK)).case.extension_asked == 5


def test_a_demand_opens_always_the_same_case() -> None:
    demand, other = uuid4(), uuid4()
    assert case_id_of(demand) == case_id_of(demand) != case_id_of(other)
