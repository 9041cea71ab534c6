"""Demands become cases: routed, flagged as repeats, or waiting for a directory."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from services.assignment.assign import LOOKED_BACK, Registered, assign, assign_waiting
from services.assignment.case import case_id_of
from services.assignment.rulebook import Rulebook
from services.contracts.case import CaseAssigned
from services.kit.masking import remaining
from tests.assignment_fakes import CasesInMemory
from tests.builders import demand
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
RULEBOOK = Rulebook.build(1, county())


def registered(**given: Any) -> Registered:
    return Registered(demand(**given), NOW)


async def assigned(cases: CasesInMemory, *demands: Registered, at: datetime = NOW) -> list[CaseAssigned]:
    published: list[CaseAssigned] = []
    await assign(cases, published.append, RULEBOOK, demands, at)
    return published


async def test_a_demand_becomes_a_case_with_unit_post_town_and_summary() -> None:
    one = registered(title="关于家里停水三天的问题", body="请尽快处理。", place="河口镇")
    [event] = await assigned(CasesInMemory(), one)
    assert (event.case_id, event.version, event.dispatch) == (case_id_of(one.demand.demand_id), 1, 1)
    assert (event.category, event.unit, event.post, event.backstop) == ("water", "water", "water.head", False)
    assert (event.place, event.town, event.summary) == ("river", "river_town", "家里停水三天")


async def test_what_no_route_covers_goes_to_the_backstop_unit() -> None:
    [event] = await assigned(CasesInMemory(), registered(title="想说几句", body="没有别的。"))
    assert (event.unit, event.backstop, event.town) == ("petition", True, None)


async def test_a_place_without_a_town_has_none() -> None:
    [event] = await assigned(CasesInMemory(), registered(title="某县停水", body="停水"))
    assert (event.place, event.town) == ("county", None)


async def test_a_summary_cut_from_a_long_number_holds_no_number_of_a_person() -> None:
    title = "停水" * 14 + "A1390000" + "13900001111222233334444"
    [event] = await assigned(CasesInMemory(), registered(title=title, body="停水"))
    assert remaining(event.summary) == []


async def test_without_a_directory_demands_wait_and_are_assigned_once_there_is_one() -> None:
    cases, published = CasesInMemory(), list[CaseAssigned]()
    one = registered()
    assert await assign(cases, published.append, None, [one], NOW) == 0
    assert await assign_waiting(cases, published.append, None, NOW) == 0
    assert list(cases.waiting) == [one.demand.demand_id]
    assert await assign_waiting(cases, published.append, RULEBOOK, NOW) == 1
    assert [event.demand_id for event in published] == [one.demand.demand_id]
    assert not cases.waiting


async def test_a_matter_sent_again_names_the_case_it_repeats() -> None:
    cases, citizen = CasesInMemory(), uuid4()
    [first] = await assigned(cases, registered(citizen_ref=citizen, title="停水", place="河口"))
    later = NOW + timedelta(days=3)
    [second] = await assigned(cases, registered(citizen_ref=citizen, title="还停水", place="河口"), at=later)
    [other] = await assigned(cases, registered(title="停水", place="河口"), at=later)
    assert (first.repeat_of, second.repeat_of, other.repeat_of) == (None, first.case_id, None)


async def test_a_matter_sent_twice_in_one_batch_is_flagged_too() -> None:
    citizen = uuid4()
    pair = [registered(citizen_ref=citizen, title="停水", place="河口") for _ in range(2)]
    first, second = await assigned(CasesInMemory(), *pair)
    assert (first.repeat_of, second.repeat_of) == (None, first.case_id)


async def test_of_a_citizen_of_very_many_demands_only_the_latest_are_compared() -> None:
    cases, citizen = CasesInMemory(), uuid4()
    [first] = await assigned(cases, registered(citizen_ref=citizen, title="停水", place="河口"))
    flood = [registered(citizen_ref=citizen, title=f"路面坑洼 {n}", body="") for n in range(LOOKED_BACK)]
    await assigned(cases, *flood, at=NOW + timedelta(hours=1))
    again = registered(citizen_ref=citizen, title="停水", place="河口")
    [event] = await assigned(cases, again, at=NOW + timedelta(hours=2))
    assert first.category == event.category
    assert event.repeat_of is None


async def test_the_same_demands_again_open_no_second_case() -> None:
    cases, one = CasesInMemory(), registered()
    await assigned(cases, one)
    await assigned(cases, one)
    assert len(cases.cases) == 1


def test_a_category_has_a_family_and_an_unknown_one_stands_alone() -> None:
    assert RULEBOOK.family("water") == ["water", "water.quality"]
    assert RULEBOOK.family("gone") == ["gone"]
