"""A plan enters the list only with known codes, days in order and funds that add up."""

from datetime import date
from typing import Any

import pytest

from services.assignment import project_plan
from services.assignment.project import Fault
from services.assignment.project_labels import DirectoryLabels
from services.contracts.project import Plan
from tests.project_fakes import plan
from tests.unit.directory_samples import county


def plan_faults(plan: Plan) -> list[Fault]:
    return project_plan.plan_faults(plan, county(), DirectoryLabels.of(county()))


def fund(amount: str, source: str = "县级财政") -> dict[str, object]:
    return {"source": source, "year": 2021, "amount": amount}


def test_a_good_plan_has_no_fault() -> None:
    assert plan_faults(plan()) == []


def test_a_project_without_money_category_place_and_milestones_is_good() -> None:
    bare = plan(budget="0", funds=(), milestones=(), category=None, place=None)
    assert plan_faults(bare) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"owner": "moon.head"}, "owner"),
        ({"lead_unit": "moon"}, "lead_unit"),
        ({"assisting_units": ("moon",)}, "assisting_units"),
        ({"assisting_units": ("water",)}, "assisting_units"),
        ({"assisting_units": ("petition", "petition")}, "assisting_units"),
        ({"category": "moon"}, "category"),
        ({"place": "moon"}, "place"),
        ({"budget": "6400000.01"}, "funds"),
        ({"funds": ()}, "funds"),
        ({"completion": date(2021, 2, 28), "milestones": ()}, "completion"),
        ({"milestones": ({"name": "早", "due": date(2021, 2, 1)},)}, "milestones"),
        ({"milestones": ({"name": "晚", "due": date(2021, 7, 1)},)}, "milestones"),
        ({"milestones": ({"name": "同", "due": date(2021, 4, 1)},) * 2}, "milestones"),
    ],
)
def test_each_fault_is_named_by_its_field_with_a_remedy(given: dict[str, Any], field: str) -> None:
    [fault] = plan_faults(plan(**given))
    assert fault.field == field
    assert fault.remedy


def test_funds_of_several_sources_and_years_add_up_to_the_fen() -> None:
    parts = (fund("0.10"), fund("0.20"), fund("99.70", "中央资金"))
    assert plan_faults(plan(budget="100.00", funds=parts)) == []


def test_a_difference_is_told_in_yuan() -> None:
    [fault] = plan_faults(plan(budget="100", funds=(fund("99.99"),)))
    assert "0.01 元" in fault.remedy


def test_a_start_and_a_completion_on_the_same_day_are_in_order() -> None:
    day = date(2021, 3, 1)
    assert plan_faults(plan(start=day, completion=day, milestones=())) == []
