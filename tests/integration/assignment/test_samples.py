"""Call-back samples on a running assignment: drawn, listed, called back, never altered."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.assignment.sample import Replied, draw
from services.dev.credentials import service_environment
from services.kit.clock import set_clock
from tests.assignment_process import CONFLICT, FORBIDDEN, Assignment
from tests.service_process import MONDAY

DAY = {"first_day": "2021-03-01", "last_day": "2021-03-01"}


async def asked(one: Assignment, role: str = "callback_clerk", **given: Any) -> Any:
    return await one.http.post("/call-back-samples", json={**DAY, **given}, headers=one.staff(role))


async def replied(one: Assignment) -> UUID:
    case_id, clerk = await one.opened(), one.staff("clerk")
    await one.take(case_id, "sign-for", clerk)
    await one.take(case_id, "complete", clerk, reply="已修好。")
    return case_id


async def test_a_sample_is_drawn_by_unit_and_shows_who_was_called_back(assignment: Assignment) -> None:
    cases = {await replied(assignment) for _ in range(3)}
    drawn = await asked(assignment, share="1", seed="2021-03")
    assert drawn.status_code == 201
    sample = drawn.json()
    assert set(map(str, cases)) <= {case["case_id"] for case in sample["cases"]}
    assert (sample["seed"], sample["population"]) == ("2021-03", sample["drawn"])
    assert sample["called_back"] == 0
    assert "SHA-256" in sample["method"]
    called = min(cases)
    await assignment.take(called, "review", assignment.staff("clerk"))
    answer = await assignment.take(called, "call-back", assignment.staff("callback_clerk"), note="满意。")
    assert answer.status_code == 200
    path = f"/call-back-samples/{sample['sample_id']}"
    caller = assignment.staff("callback_clerk")
    again = (await assignment.http.get(path, headers=caller)).json()
    shown = {case["case_id"]: case["called_back_at"] is not None for case in again["cases"]}
    assert {case for case in cases if shown[str(case)]} == {called}
    [listed] = [
        one
        for one in (await assignment.http.get("/call-back-samples", headers=caller)).json()["samples"]
        if one["sample_id"] == sample["sample_id"]
    ]
    assert (listed["drawn"], listed["called_back"]) == (sample["drawn"], 1)


async def test_a_filed_case_is_called_back_and_a_call_that_led_to_a_redo_counts(
    assignment: Assignment,
) -> None:
    clerk, caller = assignment.staff("clerk"), assignment.staff("callback_clerk")
    filed, wrong, before = [await replied(assignment) for _ in range(3)]
    for case_id in (filed, wrong, before):
        await assignment.take(case_id, "review", clerk)
    await assignment.take(before, "call-back", caller, note="满意。")
    await assignment.take(filed, "archive", clerk)
    await set_clock(assignment.stack.admin_url, MONDAY + timedelta(minutes=1))
    sample = (await asked(assignment, share="1", seed="2021-04")).json()
    assert sample["called_back"] == 0
    called = await assignment.take(filed, "call-back", caller, note="满意。")
    assert (called.status_code, called.json()["state"]) == (200, "archived")
    await assignment.take(wrong, "call-back", caller, note="没有人来过。")
    await assignment.take(wrong, "redo", caller, reason="没有人来过。")
    path = f"/call-back-samples/{sample['sample_id']}"
    shown = (await assignment.http.get(path, headers=caller)).json()
    assert {one["case_id"] for one in shown["cases"] if one["called_back_at"]} == {str(filed), str(wrong)}
    assert shown["called_back"] == 2


async def test_the_list_is_read_page_by_page_to_the_first_drawn(assignment: Assignment) -> None:
    await replied(assignment)
    drawn = [(await asked(assignment, seed=f"page-{at}")).json()["sample_id"] for at in range(3)]
    caller, found = assignment.staff("callback_clerk"), []
    page = {"next": ""}
    while page["next"] is not None:
        after = {"after": page["next"]} if page["next"] else {}
        answer = await assignment.http.get("/call-back-samples", params={"limit": 2, **after}, headers=caller)
        page = answer.json()
        found += [(one["drawn_at"], one["sample_id"]) for one in page["samples"]]
    assert found == sorted(set(found), reverse=True)
    assert {sample_id for _, sample_id in found} >= set(drawn)
    wrong = await assignment.http.get("/call-back-samples?after=x", headers=caller)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "after")


async def test_what_was_drawn_from_is_read_page_by_page_and_draws_the_same_again(
    assignment: Assignment,
) -> None:
    for _ in range(3):
        await replied(assignment)
    sample = (await asked(assignment, share="0.5")).json()
    path = f"/call-back-samples/{sample['sample_id']}/population"
    caller, found = assignment.staff("callback_clerk"), list[dict[str, Any]]()
    after: str | None = ""
    while after is not None:
        params = {"limit": "2", **({"after": after} if after else {})}
        page = (await assignment.http.get(path, params=params, headers=caller)).json()
        found, after = found + page["cases"], page["next"]
    assert len({one["case_id"] for one in found}) == len(found) == sample["population"]
    again = draw(
        [Replied(UUID(one["case_id"]), one["unit"]) for one in found], Decimal("0.5"), sample["seed"]
    )
    assert {str(one.case_id) for one in again} == {one["case_id"] for one in found if one["drawn"]}
    assert {str(one.case_id) for one in again} == {one["case_id"] for one in sample["cases"]}
    missing = "/call-back-samples/00000000-0000-4000-8000-000000000001/population"
    assert (await assignment.http.get(missing, headers=caller)).status_code == 404


async def test_the_same_seed_draws_the_same_cases_and_without_one_it_is_drawn_too(
    assignment: Assignment,
) -> None:
    for _ in range(4):
        await replied(assignment)
    one = (await asked(assignment, share="0.5", seed="7")).json()
    same = (await asked(assignment, "clerk", share="0.5", seed="7")).json()
    other = (await asked(assignment, share="0.5")).json()
    assert one["sample_id"] != same["sample_id"]
    assert one["cases"] == same["cases"]
    assert other["seed"]


@pytest.mark.parametrize("seed", [{}, {"seed": "again"}])
async def test_a_draw_whose_answer_was_lost_gives_the_same_sample_again(
    assignment: Assignment, seed: dict[str, str]
) -> None:
    await replied(assignment)
    first, again = [await asked(assignment, share="0.31", **seed) for _ in range(2)]
    other = await asked(assignment, share="0.31", seed=f"another{len(seed)}")
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.json() == again.json()
    assert first.json()["sample_id"] != other.json()["sample_id"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"share": "0.09"}, "body.share"),
        ({"share": "1.1"}, "body.share"),
        ({"first_day": "2021-03-02"}, "last_day"),
        ({"last_day": "2021-03-02"}, "last_day"),
        ({"seed": "种子"}, "body.seed"),
        ({"first_day": "2020-02-29"}, "first_day"),
        ({"first_day": "0001-01-01", "last_day": "0001-01-02"}, "body.first_day"),
    ],
)
async def test_what_cannot_be_drawn_is_named(
    assignment: Assignment, given: dict[str, str], field: str
) -> None:
    answer = await asked(assignment, **given)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_days_without_replies_have_no_sample_and_units_draw_none(assignment: Assignment) -> None:
    nothing = await asked(assignment, first_day="2020-03-01", last_day="2020-03-02")
    assert (nothing.status_code, nothing.json()["field"]) == (CONFLICT, "first_day")
    assert (await asked(assignment, "unit_head")).status_code == FORBIDDEN
    missing = "/call-back-samples/00000000-0000-4000-8000-000000000001"
    assert (await assignment.http.get(missing, headers=assignment.staff("clerk"))).status_code == 404


async def test_what_was_drawn_can_not_be_altered_by_the_service_itself(assignment: Assignment) -> None:
    await replied(assignment)
    assert (await asked(assignment)).status_code == 201
    environment = service_environment("assignment", assignment.stack.secrets, assignment.stack.ports)
    connection = await asyncpg.connect(environment["YINUO_DATABASE_URL"])
    try:
        for statement in (
            "UPDATE assignment.call_back_samples SET seed = 'x'",
            "DELETE FROM assignment.call_back_sampled",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
