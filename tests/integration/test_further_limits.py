"""Disputes, extensions and rectifications on a running stack, with the clock moved past their limits.

The tests of this file build on one stack and leave it balanced.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from services.dev.audit import audit
from services.dev.clock import advance
from services.dev.running import Running
from services.dev.settle import settle
from tests.e2e.conftest import running_stack
from tests.integration.test_cli_stack import (
    MESSAGES,
    MONDAY,
    asked,
    messages,
    said_by_citizen,
    tracked,
    yinuo,
)

__all__ = ["messages"]
"""The fixture, which pytest finds by its name."""


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Running]:
    async with running_stack(MONDAY) as stack:
        yield stack.running


@pytest.fixture(scope="module")
async def cases(running: Running, messages: Any) -> list[dict[str, Any]]:
    imported = yinuo(running, "import", str(messages))
    assert imported.exit_code == 0, imported.exception
    await settle(running)
    page = await asked(running, "assignment", "GET", f"/cases?limit={MESSAGES}")
    return [case for case in page["cases"] if not case["backstop"]]


async def step(running: Running, case: dict[str, Any], name: str, **said: Any) -> dict[str, Any]:
    sent = [{"case_id": case["case_id"], "step": name, **said}]
    [result] = await asked(running, "assignment", "POST", "/cases/steps", json=sent)
    found: dict[str, Any] = result
    return found


async def limits_of(running: Running, case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = await asked(running, "supervision", "GET", f"/cases/{case['case_id']}/limits")
    return {one["limit"]: one for one in found["limits"]}


async def counted_in_days(running: Running, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """The first case whose limit to complete is counted in working days."""
    for case in cases:
        told = (await limits_of(running, case))["complete"]["derivation"]
        if any(line["zh"].startswith("规定时限 ") and " 个工作日" in line["zh"] for line in told):
            return case
    raise AssertionError("no case's limit is counted in working days")


async def seen(running: Running, case: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await asked(running, "assignment", "GET", f"/cases/{case['case_id']}")
    return found


async def clean(running: Running) -> bool:
    await settle(running)
    wrong = [one for one in await audit(running) if not one.balanced]
    assert wrong == []
    return True


async def test_a_return_that_nobody_decides_goes_back_to_the_first_receiver_once(
    running: Running, cases: list[dict[str, Any]]
) -> None:
    case, reason = cases[0], "不属本单位职责"
    before = await limits_of(running, case)
    assert (await step(running, case, "return", reason=reason))["status"] == 200
    await settle(running)
    dispute = (await limits_of(running, case))["dispute"]
    assert (dispute["about"], dispute["state"], dispute["due_at"]) == (
        case["unit"],
        "open",
        "2021-03-01T06:30:00Z",
    )
    assert dispute["derivation"][1]["zh"].startswith("规定时限 4 个工作小时")
    await advance(running, _at("2021-03-01T18:00+08:00"))
    await settle(running)
    back, after = await seen(running, case), await limits_of(running, case)
    assert (back["unit"], back["state"], back["dispatch"]) == (case["unit"], "dispatched", 3)
    last = next(one for one in reversed(back["timeline"]) if one["step"] != "notice")
    assert (last["step"], last["by"], last["note"]) == (
        "reassign",
        "rule:dispute",
        "退回争议逾期未裁定，按首接负责由原单位办理",
    )
    assert after["dispute"]["state"] == "passed"
    assert after["complete"]["due_at"] == before["complete"]["due_at"]
    assert (await step(running, case, "return", reason=reason))["status"] == 200
    await advance(running, _at("2021-03-02T18:00+08:00"))
    await settle(running)
    kept = await seen(running, case)
    assert (kept["unit"] != case["unit"], kept["dispatch"]) == (True, 4)
    assert await clean(running)


async def test_a_return_decided_in_time_stays_decided(running: Running, cases: list[dict[str, Any]]) -> None:
    case = cases[1]
    await step(running, case, "return", reason="不属本单位职责")
    other = next(one["unit"] for one in cases if one["unit"] != case["unit"])
    assert (await step(running, case, "reassign", unit=other))["status"] == 200
    await advance(running, _at("2021-03-03T18:00+08:00"))
    assert (await limits_of(running, case))["dispute"]["state"] == "met"
    assert (await seen(running, case))["unit"] == other
    assert await clean(running)


async def test_an_extension_that_nobody_answers_counts_as_refused(
    running: Running, cases: list[dict[str, Any]]
) -> None:
    case = cases[2]
    await step(running, case, "sign_for")
    path, handler = f"/cases/{case['case_id']}/extension", running.token("handler", case["unit"])
    await asked(running, "assignment", "POST", path, handler, json={"days": 3, "reason": "等配件"})
    await step(running, case, "suspend", reason="待批复")
    await settle(running)
    assert (await limits_of(running, case))["extension"]["state"] == "open"
    await advance(running, _at("2021-03-05T18:00+08:00"))
    await settle(running)
    after = await seen(running, case)
    assert (after["extension_asked"], after["state"]) == (None, "suspended")
    last = next(one for one in reversed(after["timeline"]) if one["step"] != "notice")
    assert (last["step"], last["by"]) == ("refuse_extension", "rule:extension")
    assert last["note"] == "延期申请逾期未批，视为不予延期"
    assert (await limits_of(running, case))["extension"]["state"] == "passed"
    assert await clean(running)


async def test_an_extension_granted_while_the_case_rests_lengthens_what_is_left_when_it_goes_on(
    running: Running, cases: list[dict[str, Any]]
) -> None:
    case = await counted_in_days(running, cases[7:])
    before = (await limits_of(running, case))["complete"]["due_at"]
    await step(running, case, "sign_for")
    path, handler = f"/cases/{case['case_id']}/extension", running.token("handler", case["unit"])
    days = 5  # it is Friday evening: with them no limit of this week is past
    await asked(running, "assignment", "POST", path, handler, json={"days": days, "reason": "等配件"})
    await step(running, case, "suspend", reason="待批复")
    assert (await step(running, case, "grant_extension"))["state"] == "suspended"
    await settle(running)
    resting = await limits_of(running, case)
    assert (resting["extension"]["state"], resting["complete"]["state"]) == ("met", "suspended")
    assert resting["complete"]["due_at"] is None
    assert (await tracked(running, case))["state"] == "suspended"
    assert (await step(running, case, "resume"))["status"] == 200
    await settle(running)
    after = (await limits_of(running, case))["complete"]
    assert f"批准延期 {days} 个工作日" in [line["zh"] for line in after["derivation"]]
    assert after["due_at"] > before
    assert await clean(running)


async def test_whichever_of_withdrawal_and_reply_comes_first_the_citizen_is_told_and_the_books_balance(
    running: Running, cases: list[dict[str, Any]]
) -> None:
    case = cases[6]
    await step(running, case, "sign_for")
    await settle(running)
    await said_by_citizen(running, case, "withdrawal")
    reply = await step(running, case, "complete", reply="已修好。")
    assert await clean(running)
    told = await tracked(running, case)
    replied = ("completed", "late") if reply["status"] == 200 else ("withdrawn", "taken")
    assert (told["state"], told["withdrawal"]) == replied


async def test_a_bad_rating_is_put_right_before_the_case_is_filed(
    running: Running, cases: list[dict[str, Any]]
) -> None:
    case = cases[3]
    for name, said in (("sign_for", {}), ("complete", {"reply": "已修好。"}), ("review", {})):
        assert (await step(running, case, name, **said))["status"] == 200
    await settle(running)
    await said_by_citizen(running, case, "rating", level="dissatisfied", comment="没修好")
    await settle(running)
    shown, limit = await seen(running, case), (await limits_of(running, case))["rectification"]
    assert shown["rectification"] == {
        "opened": "2021-03-05T10:00:00Z",
        "due": "2021-03-12T16:00:00Z",
        "done": None,
    }
    assert (shown["rectify"], limit["state"], len(limit["rungs"])) == (True, "open", 3)
    refused = await step(running, case, "archive")
    assert (refused["status"], "rectify" in refused["allowed"]) == (409, True)
    how = {"rectification": "已上门重修。电话13800138000"}
    assert (await step(running, case, "rectify", **how))["status"] == 200
    await settle(running)
    assert (await limits_of(running, case))["rectification"]["state"] == "met"
    standing = await tracked(running, case)
    assert (standing["state"], standing["reply"]) == ("reviewed", "已修好。")
    assert standing["rectification"].startswith("已上门重修。")
    assert "13800138000" not in standing["rectification"]
    assert (await step(running, case, "archive"))["status"] == 200
    assert (await seen(running, case))["rectification"]["done"] is not None
    assert await clean(running)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_an_assisting_unit_does_its_part_within_its_own_limit_before_the_case_is_completed(
    running: Running, cases: list[dict[str, Any]]
) -> None:
    case = cases[4]
    other, third = sorted({one["unit"] for one in cases} - {case["unit"]})[:2]
    assert (await step(running, case, "sign_for"))["status"] == 200
    for unit in (other, third):
        assert (await step(running, case, "assist", unit=unit, what="查明水源"))["status"] == 200
    await settle(running)
    handler, stranger = running.token("handler", other), running.token("handler", "nobody")
    [listed] = (await asked(running, "assignment", "GET", "/cases?assisting=true", handler))["cases"]
    assert listed["case_id"] == case["case_id"]
    path = f"/cases/{case['case_id']}"
    seen_by_them = await asked(running, "assignment", "GET", path, handler)
    assert seen_by_them["allowed"] == ["assist_done"]
    limits = await asked(running, "supervision", "GET", f"{path}/limits", handler)
    dues = {one["about"]: one["due_at"] for one in limits["limits"] if one["limit"] == "assist"}
    assert set(dues) == {other, third}
    assert {one["unit"]: one["due"] for one in seen_by_them["assists"]} == dues
    assert listed["part"] == {"state": "open", "due": dues[other], "ended_at": None}
    for service, whose in (("assignment", path), ("supervision", f"{path}/limits")):
        with pytest.raises(httpx.HTTPStatusError, match="403"):
            await asked(running, service, "GET", whose, stranger)
    refused = await step(running, case, "complete", reply="已修好。")
    assert (refused["status"], other in refused["detail"]) == (409, True)
    await asked(running, "assignment", "POST", f"{path}/assist-done", handler, json={"result": "已查明"})
    assert (await step(running, case, "release_assist", unit=third, reason="无需"))["status"] == 200
    assert (await step(running, case, "complete", reply="已修好。"))["status"] == 200
    await settle(running)
    after = await seen(running, case)
    assert [(one["unit"], one["result"]) for one in after["assists"]] == [(other, "已查明"), (third, None)]
    limits = await asked(running, "supervision", "GET", f"{path}/limits")
    states = {one["about"]: one["state"] for one in limits["limits"] if one["limit"] == "assist"}
    assert states == {other: "met", third: "closed"}
    for unit, state in ((other, "done"), (third, "released")):
        assistant = running.token("handler", unit)
        assert (await asked(running, "assignment", "GET", path, assistant))["allowed"] == []
        await asked(running, "supervision", "GET", f"{path}/limits", assistant)
        [kept] = (await asked(running, "assignment", "GET", "/cases?assisting=true", assistant))["cases"]
        assert (kept["part"]["state"], kept["part"]["due"]) == (state, None)
    assert await clean(running)
