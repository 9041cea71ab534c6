"""What citizens say of their demands, as assignment takes it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.assignment.case import Case
from services.assignment.respond import UnknownCase, rate, withdraw
from services.assignment.rulebook import Rulebook
from services.contracts.case import CaseEvent, CaseWithdrawn
from services.contracts.demand import DemandRated, DemandWithdrawn
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState
from tests.assignment_fakes import CasesInMemory
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
RULEBOOK = Rulebook.build(1, county())


def holding(state: CaseState) -> tuple[CasesInMemory, Case]:
    case = Case(uuid4(), uuid4(), "water", "water.head", state, 1, 2, NOW, reply="已修好。")
    return CasesInMemory(cases={case.case_id: case}), case


def withdrawal(case: Case) -> DemandWithdrawn:
    return DemandWithdrawn(demand_id=case.demand_id, case_id=case.case_id, reason=PublicText("来水了。"))


@pytest.mark.parametrize("state", ["dispatched", "signed_for", "suspended"])
async def test_a_withdrawn_demand_ends_its_case(state: CaseState) -> None:
    cases, case = holding(state)
    events: list[CaseEvent] = []
    await withdraw(cases, events.append, RULEBOOK, [withdrawal(case)], NOW)
    assert [type(event) for event in events] == [CaseWithdrawn]
    assert cases.cases[case.case_id].state == "withdrawn"
    assert (cases.steps[0].act.by, cases.steps[0].act.text) == ("citizen", "来水了。")


@pytest.mark.parametrize("state", ["completed", "archived", "refused", "withdrawn"])
async def test_a_withdrawal_that_comes_too_late_changes_nothing(state: CaseState) -> None:
    cases, case = holding(state)
    events: list[CaseEvent] = []
    await withdraw(cases, events.append, RULEBOOK, [withdrawal(case)], NOW)
    assert (events, cases.cases[case.case_id]) == ([], case)


async def test_a_rating_stays_with_its_case() -> None:
    cases, case = holding("completed")
    rated = DemandRated(demand_id=case.demand_id, case_id=case.case_id, unit="water", level="dissatisfied")
    await rate(cases, lambda _: None, RULEBOOK, [(rated, NOW)], NOW)
    assert cases.ratings[case.case_id] == (rated, NOW)


async def test_what_is_said_of_a_case_that_never_came_is_refused_by_name() -> None:
    cases, (_, case) = CasesInMemory(), holding("completed")
    rated = DemandRated(demand_id=case.demand_id, case_id=case.case_id, unit="water", level="satisfied")
    with pytest.raises(UnknownCase, match=str(case.case_id)):
        await withdraw(cases, lambda _: None, RULEBOOK, [withdrawal(case)], NOW)
    with pytest.raises(UnknownCase, match=str(case.case_id)):
        await rate(cases, lambda _: None, RULEBOOK, [(rated, NOW)], NOW)
