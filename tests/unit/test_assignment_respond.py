"""What citizens say of their demands, as assignment takes it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.assignment.case import Act, Case, Taken
from services.assignment.respond import Rated, UnknownCase, respond
from services.assignment.rulebook import Rulebook
from services.assignment.take import take
from services.assignment.transitions import Person
from services.contracts.case import CaseEvent, CaseRectificationOpened, CaseWithdrawalLate, CaseWithdrawn
from services.contracts.demand import DemandRated, DemandWithdrawn
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState, Satisfaction
from tests.assignment_fakes import CasesInMemory
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
RULEBOOK = Rulebook.build(1, county())
CLERK = Person("clerk", None)


def holding(state: CaseState) -> tuple[CasesInMemory, Case]:
    case = Case(uuid4(), uuid4(), "water", "water.head", state, 1, 2, NOW, reply="已修好。")
    return CasesInMemory(cases={case.case_id: case}), case


def withdrawal(case: Case) -> DemandWithdrawn:
    return DemandWithdrawn(demand_id=case.demand_id, case_id=case.case_id, reason=PublicText("来水了。"))


def rating(case: Case, level: Satisfaction = "dissatisfied") -> Rated:
    return DemandRated(demand_id=case.demand_id, case_id=case.case_id, unit="water", level=level), NOW


async def said(
    cases: CasesInMemory, withdrawn: Sequence[DemandWithdrawn] = (), rated: Sequence[Rated] = ()
) -> list[CaseEvent]:
    """What assignment tells after citizens said these things."""
    events: list[CaseEvent] = []
    await respond(cases, events.append, RULEBOOK, withdrawn, rated, NOW)
    return events


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
    redone = take(
        cases.cases[case.case_id], Act("redo", "刘某", PublicText("未说明。")), NOW, "petition", CLERK
    )
    assert isinstance(redone, Taken)
    await cases.record([redone])
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


async def test_what_is_said_of_a_case_that_never_came_is_refused_by_name() -> None:
    cases, (_, case) = CasesInMemory(), holding("completed")
    with pytest.raises(UnknownCase, match=str(case.case_id)):
        await said(cases, [withdrawal(case)])
    with pytest.raises(UnknownCase, match=str(case.case_id)):
        await said(cases, rated=[rating(case)])
