"""What assignment refuses about projects and promises names its field and the remedy, whatever it is."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.assignment.api_project_outcomes import no_directory
from services.assignment.api_project_outcomes import problem_of as project_problem
from services.assignment.api_promise_outcomes import problem_of as promise_problem
from services.assignment.chain import Broken, ChainBroken
from services.assignment.move_project import NoSuchProject, NotTheirProject
from services.assignment.pledge import NoSuchPromise, NotTheirPromise
from services.assignment.project import ActNotAllowed, Fault, Faulty, opened
from services.assignment.promise import FactRefused
from services.kit.http import Problem
from tests.project_fakes import plan

PROJECT = opened("县项-1", plan(), datetime(2021, 3, 1, tzinfo=UTC), date(2021, 3, 1)).project
PROBLEMS: list[tuple[Problem, str]] = [
    (project_problem(NoSuchProject("县项-9")), "ledger"),
    (project_problem(NoSuchProject("县项-9", "by")), "by"),
    *(
        (project_problem(NotTheirProject("why", one)), one)
        for one in ("ledger", "lead_unit", "by", "case_id", "cases")
    ),
    (project_problem(Faulty((Fault("case_id", "没有", "改"),))), "case_id"),
    (project_problem(ActNotAllowed(PROJECT, "report", ())), "ledger"),
    (no_directory(), "lead_unit"),
    (promise_problem(NoSuchPromise(uuid4())), "promise_id"),
    (promise_problem(NotTheirPromise("why")), "unit"),
    (promise_problem(FactRefused("已是 kept", "另立一项")), "promise_id"),
    (promise_problem(FactRefused("太早", "改", "due")), "due"),
    (promise_problem(ChainBroken(Broken(1, "why"))), "authority"),
]


@pytest.mark.parametrize(("problem", "field"), PROBLEMS)
def test_a_refusal_names_its_field_and_the_remedy(problem: Problem, field: str) -> None:
    assert problem.body["field"] == field
    assert problem.body["remedy"]
