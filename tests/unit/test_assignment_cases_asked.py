"""Which cases somebody may ask for is decided from the question and the token alone."""

from uuid import uuid4

import pytest

from services.assignment.api_cases_asked import CasesAsked
from services.kit.auth import Staff
from services.kit.http import Problem

HANDLER = Staff("handler-1", "handler", "water")
CLERK = Staff("clerk-1", "clerk", None)


def refused(asked: CasesAsked, staff: Staff) -> int:
    with pytest.raises(Problem) as problem:
        asked.filter(staff)
    assert problem.value.body["field"] == "unit"
    return problem.value.status


def test_staff_of_a_unit_are_refused_another_units_cases_and_parts() -> None:
    assert refused(CasesAsked(unit="roads"), HANDLER) == 403
    assert refused(CasesAsked(unit="roads", assisting=True), HANDLER) == 403


def test_whoever_sees_all_units_names_the_one_whose_parts_are_asked_for() -> None:
    assert refused(CasesAsked(assisting=True), CLERK) == 422
    assert CasesAsked(unit="roads", assisting=True).filter(CLERK).assisting == "roads"


def test_staff_of_a_unit_get_its_cases_and_its_parts_without_naming_it() -> None:
    assert CasesAsked().filter(HANDLER).unit == "water"
    parts = CasesAsked(assisting=True).filter(HANDLER)
    assert (parts.unit, parts.assisting) == (None, "water")


def test_cases_asked_for_one_by_one_are_those_that_the_unit_may_read() -> None:
    ids = [uuid4()]
    wanted = CasesAsked(case_id=ids).filter(HANDLER)
    assert (wanted.unit, wanted.readable_by, wanted.case_ids) == (None, "water", ids)
    assert CasesAsked(case_id=ids).filter(CLERK).readable_by is None
