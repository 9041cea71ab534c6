"""What the rules do when a decision is late, and what they leave alone because somebody decided."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.assignment.case import Act, Case, Taken
from services.assignment.lapse import lapse
from services.assignment.respond import Responses, respond
from services.assignment.rulebook import Rulebook
from services.assignment.take import take
from services.assignment.transitions import Person
from services.contracts.case import (
    CaseEvent,
    CaseExtensionRefused,
    CaseFollowed,
    CaseRatingLate,
    CaseReassigned,
    CaseRectificationOpened,
)
from services.contracts.demand import DemandRated
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitPassed
from tests.assignment_fakes import CasesInMemory
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
RULEBOOK = Rulebook.build(1, county())
CASE, OTHER, DEMAND = UUID(int=1), UUID(int=2), UUID(int=3)
CLERK, HANDLER = Person("clerk", None), Person("handler", "water")


class Bench:
    """A case in memory that clerks and rules act upon."""

    def __init__(self, **given: Any) -> None:
        values = {"unit": "water", "post": "water.head", "state": "dispatched", "dispatch": 1, "version": 1}
        case = Case(CASE, DEMAND, dispatched_at=NOW, **{**values, **given})
        self.cases = CasesInMemory(cases={CASE: case})
        self.events: list[CaseEvent] = []

    @property
    def case(self) -> Case:
        return self.cases.cases[CASE]

    async def step(self, act: Act, who: Person = CLERK) -> None:
        taken = take(self.case, act, NOW, "petition", who)
        assert isinstance(taken, Taken)
        await self.cases.record([taken])

    async def returned(self) -> None:
        reason = PublicText("不属本单位职责")
        await self.step(Act("return", "刘某", reason, "petition", "petition.head"))

    async def passes(self, **given: Any) -> None:
        await lapse(self.cases, self.events.append, RULEBOOK, [passed(self.case, **given)], NOW)


def passed(case: Case, **given: Any) -> LimitPassed:
    values = {"limit": "dispute", "about": "water", "generation": 1, "opened_by": case.version}
    ids = {"case_id": case.case_id, "demand_id": case.demand_id}
    place = {"dispatch": case.dispatch, "unit": case.unit, "due": NOW}
    return LimitPassed.model_validate({**ids, **place, **values, **given})


async def test_an_undecided_return_goes_back_to_the_unit_that_returned_it() -> None:
    bench = Bench()
    await bench.returned()
    await bench.passes()
    [event] = bench.events
    assert isinstance(event, CaseReassigned)
    assert (event.unit, event.post, event.from_unit) == ("water", "water.head", "petition")
    assert (bench.case.dispatch, bench.cases.steps[-1].act.by) == (3, "rule:dispute")


async def test_a_repeat_does_nothing() -> None:
    bench = Bench()
    await bench.returned()
    told = passed(bench.case)
    await lapse(bench.cases, bench.events.append, RULEBOOK, [told], NOW)
    await lapse(bench.cases, bench.events.append, RULEBOOK, [told, told], NOW)
    assert len(bench.events) == 1


async def test_a_unit_that_returns_it_again_does_not_get_it_back_a_second_time() -> None:
    bench = Bench()
    for _ in range(2):
        await bench.returned()
        await bench.passes()
    assert (len(bench.events), bench.case.unit) == (1, "petition")


@pytest.mark.parametrize(
    "decision",
    [Act("reassign", "刘某", unit="roads", post="roads.head"), Act("sign_for", "刘某")],
)
async def test_what_a_person_decided_while_the_limit_passed_stands(decision: Act) -> None:
    bench = Bench()
    await bench.returned()
    told = passed(bench.case)
    await bench.step(decision)
    decided = bench.case
    await lapse(bench.cases, bench.events.append, RULEBOOK, [told], NOW)
    assert (bench.events, bench.case) == ([], decided)


async def test_a_case_whose_unit_left_the_directory_stays_with_the_backstop_office() -> None:
    bench = Bench()
    await bench.returned()
    await bench.passes(about="abolished")
    assert (bench.events, bench.case.unit) == ([], "petition")


@pytest.mark.parametrize("state", ["signed_for", "suspended"])
async def test_an_unanswered_extension_counts_as_refused(state: str) -> None:
    bench = Bench(state="signed_for")
    await bench.step(Act("ask_extension", "王某", PublicText("等配件"), days=3), HANDLER)
    told = passed(bench.case, limit="extension", about="")
    if state == "suspended":
        await bench.step(Act("suspend", "王某", PublicText("待批复")), HANDLER)
    await lapse(bench.cases, bench.events.append, RULEBOOK, [told], NOW)
    [event] = bench.events
    assert isinstance(event, CaseExtensionRefused)
    assert (event.reason, bench.case.extension_asked, bench.case.state) == (
        "延期申请逾期未批，视为不予延期",
        None,
        state,
    )


async def test_a_request_made_after_a_refusal_is_not_refused_for_the_first_ones_limit() -> None:
    bench = Bench(state="signed_for")
    await bench.step(Act("ask_extension", "王某", PublicText("等配件"), days=3), HANDLER)
    first = passed(bench.case, limit="extension", about="")
    await bench.step(Act("refuse_extension", "刘某", PublicText("不符")))
    await bench.step(Act("ask_extension", "王某", PublicText("停电"), days=2), HANDLER)
    await lapse(bench.cases, bench.events.append, RULEBOOK, [first], NOW)
    assert (bench.events, bench.case.extension_asked) == ([], 2)


async def test_cases_merged_into_one_that_goes_back_by_rule_follow_it() -> None:
    bench = Bench()
    merged = Case(OTHER, OTHER, "roads", "roads.head", "merged", 1, 2, NOW, lead=CASE)
    bench.cases.cases[OTHER] = merged
    await bench.returned()
    await bench.passes()
    assert [type(event) for event in bench.events] == [CaseReassigned, CaseFollowed]


def rated(case_id: UUID, level: str) -> Any:
    said = {"demand_id": DEMAND, "case_id": case_id, "unit": "water", "level": level}
    return DemandRated.model_validate(said), NOW


async def rating(bench: Bench, *given: Any) -> None:
    await respond(bench.cases, bench.events.append, RULEBOOK, Responses((), given), NOW)


@pytest.mark.parametrize("state", ["completed", "reviewed", "called_back", "archived"])
async def test_a_bad_rating_opens_one_rectification_and_a_good_one_none(state: str) -> None:
    bench = Bench(state=state)
    await rating(bench, rated(CASE, "fairly_satisfied"))
    assert bench.events == []
    await rating(bench, rated(CASE, "dissatisfied"), rated(CASE, "very_dissatisfied"))
    [event] = bench.events
    assert isinstance(event, CaseRectificationOpened)
    assert (event.state, bench.case.state, bench.case.rectifying) == (state, state, True)


async def test_a_bad_rating_of_a_merged_case_opens_the_rectification_of_its_lead_case() -> None:
    bench = Bench(state="completed")
    merged = Case(OTHER, OTHER, "roads", "roads.head", "merged", 1, 2, NOW, lead=CASE)
    bench.cases.cases[OTHER] = merged
    await rating(bench, rated(OTHER, "dissatisfied"))
    assert [event.case_id for event in bench.events] == [CASE]


async def test_a_bad_rating_of_a_case_that_is_handled_anew_opens_nothing() -> None:
    bench = Bench(state="signed_for")
    await rating(bench, rated(CASE, "dissatisfied"))
    assert [type(event) for event in bench.events] == [CaseRatingLate]
    assert not bench.case.rectifying


async def test_a_case_is_not_filed_before_it_is_rectified() -> None:
    bench = Bench(state="reviewed")
    await rating(bench, rated(CASE, "dissatisfied"))
    assert not isinstance(take(bench.case, Act("archive", "刘某"), NOW, "petition", CLERK), Taken)
    await bench.step(Act("rectify", "王某", PublicText("已返工")), HANDLER)
    await bench.step(Act("archive", "刘某"))
    assert (bench.case.state, bench.case.rectified_at) == ("archived", NOW)


async def test_a_case_that_is_handled_anew_has_nothing_to_rectify_until_its_next_bad_rating() -> None:
    bench = Bench(state="completed")
    await rating(bench, rated(CASE, "dissatisfied"))
    await bench.step(Act("redo", "刘某", PublicText("未说明")))
    assert not bench.case.rectifying
    await bench.step(Act("sign_for", "王某"), HANDLER)
    await bench.step(Act("complete", "王某", PublicText("已返工")), HANDLER)
    await rating(bench, rated(CASE, "dissatisfied"))
    assert bench.case.rectifying
