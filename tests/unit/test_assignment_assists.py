"""Units that assist with a case: who is asked, what each says of its part, and what waits for them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.assignment.api_outcomes import problem_of
from services.assignment.assists import Assist, assists_of
from services.assignment.case import Act, Case, StepNotAllowed, Taken
from services.assignment.take import take
from services.assignment.transitions import Person
from services.contracts.case import CaseAssistAsked, CaseAssistDone, CaseAssistReleased
from services.contracts.public_text import PublicText

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
CLERK, LEAD, ROADS = Person("clerk", None), Person("handler", "water"), Person("handler", "roads")
WHAT = PublicText("恢复开挖的路面")


def case(**given: Any) -> Case:
    held = Case(UUID(int=1), UUID(int=2), "water", "water.head", "signed_for", 1, 2, NOW)
    return Case(**{**{name: getattr(held, name) for name in held.__slots__}, **given})


def attempt(held: Case, act: Act, who: Person = CLERK) -> Taken | StepNotAllowed:
    return take(held, act, NOW, "petition", who)


def taken(held: Case, act: Act, who: Person = CLERK) -> Taken:
    outcome = attempt(held, act, who)
    assert isinstance(outcome, Taken)
    return outcome


def asking(unit: str = "roads") -> Act:
    return Act("assist", "刘某", WHAT, unit, f"{unit}.head")


def done(unit: str = "roads") -> Act:
    return Act("assist_done", "赵某", PublicText("路面已恢复"), unit)


def released(unit: str = "roads") -> Act:
    return Act("release_assist", "刘某", PublicText("无需开挖"), unit)


@pytest.mark.parametrize("who", [CLERK, LEAD])
def test_a_unit_is_asked_by_the_office_or_the_lead_unit_and_the_case_stays_where_it_lies(who: Person) -> None:
    asked = taken(case(), asking(), who)
    assert isinstance(asked.event, CaseAssistAsked)
    assert (asked.event.assisting, asked.event.post, asked.event.what) == ("roads", "roads.head", WHAT)
    assert (asked.case.unit, asked.case.state, asked.case.assisting) == ("water", "signed_for", ("roads",))


def test_neither_the_lead_unit_nor_one_that_assists_already_is_asked() -> None:
    assert isinstance(attempt(case(), asking("water")), StepNotAllowed)
    refused = attempt(case(assisting=("roads",)), asking())
    assert isinstance(refused, StepNotAllowed)
    problem = problem_of(refused)
    assert (problem.status, problem.body["field"]) == (409, "unit")


def test_only_a_unit_that_assists_says_that_its_part_is_done() -> None:
    held = case(assisting=("police", "roads"))
    ended = taken(held, done(), ROADS)
    assert isinstance(ended.event, CaseAssistDone)
    assert (ended.event.unit, ended.event.assisting, ended.event.result) == ("water", "roads", "路面已恢复")
    assert ended.case.assisting == ("police",)
    for who in (CLERK, LEAD, Person("handler", "housing")):
        assert isinstance(attempt(held, done(), who), StepNotAllowed)
    assert isinstance(attempt(ended.case, done(), ROADS), StepNotAllowed)


def test_a_unit_is_let_off_with_a_reason_and_only_if_it_assists() -> None:
    freed = taken(case(assisting=("roads",)), released(), LEAD)
    assert isinstance(freed.event, CaseAssistReleased)
    assert freed.case.assisting == ()
    assert isinstance(attempt(case(assisting=("police",)), released(), LEAD), StepNotAllowed)


def test_a_case_is_completed_only_when_every_part_is_done_and_the_refusal_names_who_is_missing() -> None:
    held, reply = case(assisting=("police", "roads")), Act("complete", "王某", PublicText("已修好"))
    refused = attempt(held, reply, LEAD)
    assert isinstance(refused, StepNotAllowed)
    problem = problem_of(refused)
    assert problem.status == 409
    assert "police, roads" in str(problem.body["detail"])
    held = taken(taken(held, done(), ROADS).case, released("police")).case
    assert taken(held, reply, LEAD).case.state == "completed"


def test_a_return_keeps_those_that_assist_and_a_dispatch_to_one_of_them_makes_it_lead() -> None:
    held = case(assisting=("police", "roads"))
    back = taken(held, Act("return", "王某", PublicText("不属"), "petition", "petition.head"), LEAD).case
    assert back.assisting == ("police", "roads")
    moved = taken(back, Act("reassign", "刘某", None, "roads", "roads.head")).case
    assert (moved.unit, moved.assisting) == ("roads", ("police",))


def test_the_backstop_unit_doesnt_assist_with_a_case_that_is_returned_to_it() -> None:
    held = case(assisting=("petition", "roads"))
    back = taken(held, Act("return", "王某", PublicText("不属"), "petition", "petition.head"), LEAD).case
    assert (back.unit, back.assisting) == ("petition", ("roads",))


def test_nobody_assists_with_a_refused_case() -> None:
    held = case(state="dispatched", assisting=("roads",))
    assert taken(held, Act("refuse", "刘某", PublicText("属诉讼事项"))).case.assisting == ()


def test_the_timeline_tells_each_part_with_its_result() -> None:
    def moment(step: str, unit: str | None, note: str = "") -> dict[str, Any]:
        return {"step": step, "assisting": unit, "note": note, "at": NOW}

    told = [
        moment("assist", "roads", "甲"),
        moment("sign_for", None),
        moment("assist", "police", "乙"),
        moment("release_assist", "roads", "免"),
        moment("assist", "roads", "丙"),
        moment("assist_done", "police", "已办"),
    ]
    assert assists_of(told, ["roads"]) == [
        Assist("roads", "甲", NOW, released_at=NOW),
        Assist("police", "乙", NOW, NOW, "已办"),
        Assist("roads", "丙", NOW),
    ]
    assert [one.what for one in assists_of(told, [])] == ["甲", "乙"]


@pytest.mark.parametrize("step", ["assist_done", "release_assist"])
def test_the_end_of_a_part_that_was_never_asked_for_is_left_out(step: str) -> None:
    asked = {"step": "assist", "assisting": "police", "note": "乙", "at": NOW}
    told = [{"step": step, "assisting": "roads", "note": "已办", "at": NOW}, asked]
    assert assists_of(told, ["police"]) == [Assist("police", "乙", NOW)]
