"""What citizens say of their demands, as assignment takes it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.assignment.case import Act, Case, Taken, case_id_of
from services.assignment.respond import (
    BY_PROJECT_RATING,
    BY_RATING,
    PROJECT_RATED_BADLY,
    Rated,
    Responses,
    UnknownCase,
    respond,
)
from services.assignment.rulebook import Rulebook
from services.assignment.take import take
from services.assignment.transitions import Person
from services.contracts.case import (
    CaseEvent,
    CaseRatingLate,
    CaseRectificationOpened,
    CaseRedone,
    CaseWithdrawalLate,
    CaseWithdrawn,
)
from services.contracts.demand import DemandRated, DemandWithdrawn, ProjectRated
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState, Satisfaction
from tests.assignment_fakes import CasesInMemory
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
RULEBOOK = Rulebook.build(1, county())
CLERK = Person("clerk", None)


def holding(state: CaseState) -> tuple[CasesInMemory, Case]:
    demand = uuid4()
    case = Case(case_id_of(demand), demand, "water", "water.head", state, 1, 2, NOW, reply="已修好。")
    return CasesInMemory(cases={case.case_id: case}), case


def withdrawal(case: Case) -> DemandWithdrawn:
    return DemandWithdrawn(demand_id=case.demand_id, case_id=case.case_id, reason=PublicText("来水了。"))


def rating(case: Case, level: Satisfaction = "dissatisfied") -> Rated:
    return DemandRated(demand_id=case.demand_id, case_id=case.case_id, unit="water", level=level), NOW


def project_rating(case: Case, level: Satisfaction = "dissatisfied") -> ProjectRated:
    return ProjectRated(demand_id=case.demand_id, project_id=uuid4(), level=level)


async def said(
    cases: CasesInMemory,
    withdrawn: Sequence[DemandWithdrawn] = (),
    rated: Sequence[Rated] = (),
    projects: Sequence[ProjectRated] = (),
) -> list[CaseEvent]:
    """What assignment tells after citizens said these things."""
    events: list[CaseEvent] = []
    await respond(cases, events.append, RULEBOOK, Responses(withdrawn, rated, projects), NOW)
    return events


async def redo(cases: CasesInMemory, case: Case) -> CaseEvent:
    act = Act("redo", "刘某", PublicText("未说明。"))
    redone = take(cases.cases[case.case_id], act, NOW, "petition", CLERK)
    assert isinstance(redone, Taken)
    await cases.record([redone])
    return redone.event


@pytest.mark.parametrize("state", ["dispatched", "signed_for", "suspended"])
async def test_a_withdrawn_demand_ends_its_case(state: CaseState) -> None:
    cases, case = holding(state)
    events = await said(cases, [withdrawal(case)])
    assert [type(event) for event in events] == [CaseWithdrawn]
    assert cases.cases[case.case_id].state == "withdrawn"
    assert (cases.steps[0].act.by, cases.steps[0].act.text) == ("citizen", "来水了。")


@pytest.mark.parametrize("state", ["completed", "reviewed", "called_back", "archived", "refused"])
async def test_a_withdrawal_that_comes_too_late_is_told_and_changes_nothing_else(state: CaseState) -> None:
    cases, case = holding(state)
    [event] = await said(cases, [withdrawal(case)])
    assert isinstance(event, CaseWithdrawalLate)
    assert (event.state, event.unit) == (state, "water")
    assert cases.cases[case.case_id] == replace(case, version=3)
    assert (cases.steps[0].act.by, cases.steps[0].act.text) == ("citizen", "来水了。")


async def test_a_merged_case_is_withdrawn_too_late_when_its_lead_case_has_the_reply() -> None:
    cases, lead = holding("completed")
    merged = Case(
        uuid4(),
        uuid4(),
        "roads",
        "roads.head",
        "merged",
        1,
        2,
        NOW,
        lead=lead.case_id,
        lead_state="completed",
    )
    cases.cases[merged.case_id] = merged
    [event] = await said(cases, [withdrawal(merged)])
    assert isinstance(event, CaseWithdrawalLate)
    assert (event.case_id, event.unit, event.state) == (merged.case_id, "water", "completed")
    assert cases.cases[merged.case_id] == replace(merged, version=3)


async def test_a_withdrawal_after_one_that_came_too_late_ends_the_case_that_is_handled_anew() -> None:
    cases, case = holding("completed")
    await said(cases, [withdrawal(case)])
    await redo(cases, case)
    again = withdrawal(case).model_copy(update={"number": 2})
    assert [type(event) for event in await said(cases, [again])] == [CaseWithdrawn]
    assert again.event_id() != withdrawal(case).event_id()


async def test_a_withdrawn_case_is_not_withdrawn_again() -> None:
    cases, case = holding("withdrawn")
    assert await said(cases, [withdrawal(case)]) == []
    assert cases.cases[case.case_id] == case


async def test_the_cases_of_a_batch_are_locked_at_once() -> None:
    cases, gone = holding("dispatched")
    _, replied = holding("completed")
    cases.cases[replied.case_id] = replied
    events = await said(cases, [withdrawal(gone)], [rating(replied)])
    assert [type(event) for event in events] == [CaseWithdrawn, CaseRectificationOpened]
    assert cases.locked == [({gone.case_id, replied.case_id}, True)]
    await said(cases, rated=[rating(replied)])
    assert cases.locked[1:] == [({replied.case_id}, False)]


async def test_a_rating_stays_with_its_case() -> None:
    cases, case = holding("completed")
    await said(cases, rated=[rating(case)])
    assert cases.ratings[case.case_id] == rating(case)


@pytest.mark.parametrize("state", ["dispatched", "signed_for", "suspended"])
async def test_a_rating_of_a_reply_that_was_sent_back_is_told_to_be_late_and_not_kept(
    state: CaseState,
) -> None:
    cases, case = holding(state)
    [event] = await said(cases, rated=[rating(case)])
    assert isinstance(event, CaseRatingLate)
    assert (event.state, event.unit) == (state, "water")
    assert cases.cases[case.case_id] == replace(case, version=3)
    assert cases.ratings == {}


async def test_a_rating_of_a_merged_case_is_late_while_its_lead_case_is_handled_anew() -> None:
    cases, lead = holding("completed")
    merged = replace(holding("merged")[1], unit="roads", lead=lead.case_id)
    cases.cases[merged.case_id] = merged
    await redo(cases, lead)
    [event] = await said(cases, rated=[rating(merged)])
    assert isinstance(event, CaseRatingLate)
    assert (event.case_id, event.unit, event.state) == (merged.case_id, "water", "dispatched")
    assert cases.ratings == {}


async def test_the_rating_after_one_that_was_late_stands() -> None:
    cases, case = holding("dispatched")
    await said(cases, rated=[rating(case)])
    cases.cases[case.case_id] = replace(cases.cases[case.case_id], state="completed")
    given, at = rating(case, "satisfied")
    again = given.model_copy(update={"number": 2})
    assert await said(cases, rated=[(again, at)]) == []
    assert cases.ratings[case.case_id] == (again, at)
    assert again.event_id() != given.event_id()


@pytest.mark.parametrize("state", ["completed", "reviewed", "called_back", "archived"])
async def test_a_project_rated_badly_opens_the_rectification_of_the_case_that_it_answers(
    state: CaseState,
) -> None:
    cases, case = holding(state)
    [event] = await said(cases, projects=[project_rating(case)])
    assert isinstance(event, CaseRectificationOpened)
    assert (event.case_id, event.unit, event.post) == (case.case_id, "water", "water.head")
    assert (cases.steps[0].act.by, cases.steps[0].act.text) == (BY_PROJECT_RATING, PROJECT_RATED_BADLY)


async def test_a_project_rated_badly_by_the_citizen_of_a_merged_case_is_the_lead_cases_to_put_right() -> None:
    cases, lead = holding("completed")
    merged = replace(holding("merged")[1], lead=lead.case_id)
    cases.cases[merged.case_id] = merged
    [event] = await said(cases, projects=[project_rating(merged)])
    assert event.case_id == lead.case_id


@pytest.mark.parametrize("state", ["dispatched", "signed_for", "suspended", "refused", "withdrawn"])
async def test_a_case_without_a_reply_has_nothing_to_put_right_for_its_project(state: CaseState) -> None:
    cases, case = holding(state)
    assert await said(cases, projects=[project_rating(case)]) == []
    assert cases.cases[case.case_id] == case


async def test_a_project_rated_well_and_a_second_bad_rating_open_nothing() -> None:
    cases, case = holding("completed")
    assert await said(cases, projects=[project_rating(case, "fairly_satisfied")]) == []
    events = await said(cases, rated=[rating(case)], projects=[project_rating(case)])
    assert [type(event) for event in events] == [CaseRectificationOpened]
    assert cases.steps[0].act.by == BY_RATING


async def test_a_redo_takes_the_place_of_an_open_rectification() -> None:
    cases, case = holding("completed")
    await said(cases, rated=[rating(case)])
    assert cases.cases[case.case_id].rectifying
    assert isinstance(await redo(cases, case), CaseRedone)
    assert cases.cases[case.case_id].rectification_opened is None


async def test_what_was_put_right_before_a_redo_stays_on_record() -> None:
    cases, case = holding("completed")
    put_right = replace(case, rectification_opened=NOW, rectified_at=NOW)
    cases.cases[case.case_id] = put_right
    await redo(cases, case)
    assert cases.cases[case.case_id].rectification_opened == NOW


async def test_what_is_said_of_a_case_that_never_came_is_refused_by_name() -> None:
    cases, (_, case) = CasesInMemory(), holding("completed")
    with pytest.raises(UnknownCase, match=str(case.case_id)):
        await said(cases, [withdrawal(case)])
    with pytest.raises(UnknownCase, match=str(case.case_id)):
        await said(cases, rated=[rating(case)])
    with pytest.raises(UnknownCase, match=str(case.case_id)):
        await said(cases, projects=[project_rating(case)])
