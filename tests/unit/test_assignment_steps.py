"""Who may take which step, and many steps at once."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.assignment.case import Case, StepNotAllowed, Taken
from services.assignment.rulebook import Rulebook
from services.assignment.steps import (
    Asked,
    NoSuchCase,
    NoSuchUnit,
    NotTheirCase,
    Outcome,
    refusal,
    take_steps,
)
from services.contracts.case import CaseCompleted, CaseEvent
from services.contracts.vocabulary import Role
from services.kit.auth import Staff
from tests.assignment_fakes import CasesInMemory
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
RULEBOOK = Rulebook.build(1, county())
CLERK = Staff("职员", "clerk", None)


def lying_with(unit: str) -> Case:
    return Case(uuid4(), uuid4(), unit, f"{unit}.head", "dispatched", 1, 1, NOW)


class Office:
    """One case with the water unit, and what staff do to it."""

    def __init__(self, unit: str = "water") -> None:
        self.cases = CasesInMemory()
        self.events: list[CaseEvent] = []
        self.case_id: UUID = self.add(lying_with(unit))

    def add(self, case: Case) -> UUID:
        self.cases.cases[case.case_id] = case
        return case.case_id

    async def take(self, *asked: Asked, staff: Staff = CLERK) -> list[Outcome]:
        return await take_steps(self.cases, self.events.append, RULEBOOK, asked, staff, NOW)


@pytest.mark.parametrize("role", ["handler", "unit_head"])
def test_staff_of_the_backstop_unit_dispatch_anew_what_lies_with_it(role: Role) -> None:
    staff = Staff("某", role, "petition")
    assert refusal(staff, lying_with("petition"), "reassign", "petition") is None
    assert refusal(staff, lying_with("water"), "reassign", "petition") is not None


def test_a_refusal_says_who_may() -> None:
    why = refusal(Staff("某", "leader", "water"), lying_with("water"), "sign_for", "petition")
    assert why is not None
    assert "handler, unit_head of the case's unit; clerk, administrator" in why
    foreign = refusal(Staff("某", "handler", "road"), lying_with("water"), "sign_for", "petition")
    assert foreign == "the case lies with unit water, the token is for unit road"


async def test_what_would_be_possible_is_named_for_whoever_asks() -> None:
    office = Office()
    asked = Asked(office.case_id, "complete", "已修好。")
    [unit] = await office.take(asked, staff=Staff("某", "handler", "water"))
    [clerk] = await office.take(asked)
    assert isinstance(unit, StepNotAllowed)
    assert isinstance(clerk, StepNotAllowed)
    assert unit.allowed == ("sign_for", "assist", "return", "summarise")
    assert clerk.allowed == (
        "sign_for",
        "assist",
        "return",
        "reassign",
        "summarise",
        "tag",
        "refuse",
        "merge",
    )


async def test_several_steps_of_one_case_in_one_list_follow_each_other() -> None:
    office = Office()
    outcomes = await office.take(
        Asked(office.case_id, "sign_for"),
        Asked(office.case_id, "complete", "已修好。"),
        Asked(office.case_id, "complete", "再报一次。"),
    )
    assert [type(one) for one in outcomes] == [Taken, Taken, StepNotAllowed]
    assert [event.version for event in office.events] == [2, 3]
    assert office.cases.cases[office.case_id].state == "completed"


async def test_a_refused_step_stops_no_other() -> None:
    office = Office()
    foreign = office.add(lying_with("road"))
    staff = Staff("某", "handler", "water")
    unknown = uuid4()
    outcomes = await office.take(
        Asked(unknown, "sign_for"), Asked(foreign, "sign_for"), Asked(office.case_id, "sign_for"), staff=staff
    )
    assert [type(one) for one in outcomes] == [NoSuchCase, NotTheirCase, Taken]
    assert len(office.events) == 1


async def test_a_return_goes_to_the_backstop_unit_and_a_reassignment_to_the_unit_named() -> None:
    office = Office()
    await office.take(Asked(office.case_id, "return", "不属我局。"))
    returned = office.cases.cases[office.case_id]
    await office.take(Asked(office.case_id, "reassign", unit="river_town"))
    reassigned = office.cases.cases[office.case_id]
    assert (returned.unit, returned.post) == ("petition", "petition.head")
    assert (reassigned.unit, reassigned.post, reassigned.dispatch) == ("river_town", "river_town.head", 3)


async def test_a_case_cannot_go_to_a_unit_that_is_not_there() -> None:
    office = Office("petition")
    assert await office.take(Asked(office.case_id, "reassign", unit="moon")) == [NoSuchUnit("moon")]
    assert office.events == []


async def test_a_reply_leaves_masked() -> None:
    office = Office()
    await office.take(
        Asked(office.case_id, "sign_for"), Asked(office.case_id, "complete", "请打13912345678联系。")
    )
    [_, completed] = office.events
    assert isinstance(completed, CaseCompleted)
    assert completed.reply == "请打〔手机号〕联系。"
