"""Cases of a running process: opened by demands, moved by steps, listed to who may see them."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.assignment.case import case_id_of
from services.contracts.case import (
    CaseAssigned,
    CaseCalledBack,
    CaseCompleted,
    CaseExtensionGranted,
    CaseRefused,
    CaseReturned,
    CaseSummarised,
    CaseWithdrawalLate,
    CaseWithdrawn,
)
from services.contracts.demand import DemandRated, DemandWithdrawn
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitsSet, NoticeSent
from tests.assignment_process import CONFLICT, FORBIDDEN, Assignment, numbered
from tests.service_process import MONDAY


async def test_one_demand_becomes_one_case_with_its_event_and_its_row(assignment: Assignment) -> None:
    one = numbered(title="关于家里停水三天的问题", place="河口镇")
    await assignment.tell(one)
    [event] = await assignment.until(CaseAssigned, case_id_of(one.demand_id))
    row = await assignment.case(event.case_id)
    assert (event.unit, event.post, event.town) == ("water", "water.head", "river_town")
    assert (row["unit_name"], row["post_title"], row["place_name"]) == ("水利局", "局长", "河口镇")
    assert (row["summary"], row["title"], row["body"]) == ("家里停水三天", one.title, one.body)
    assert row["allowed"] == [
        "sign_for",
        "assist",
        "return",
        "reassign",
        "summarise",
        "tag",
        "refuse",
        "merge",
    ]
    assert datetime.fromisoformat(row["dispatched_at"]) == MONDAY


async def test_the_same_event_twice_opens_one_case(assignment: Assignment) -> None:
    one, other = numbered(), numbered()
    await assignment.tell(one, one)
    await assignment.tell(one, other)
    await assignment.until(CaseAssigned, case_id_of(other.demand_id))
    await assignment.settled()
    assert len(assignment.of(CaseAssigned, case_id_of(one.demand_id))) == 1
    assert len((await assignment.listed(assignment.staff("clerk"), q=one.receipt))["cases"]) == 1


async def test_texts_that_are_no_unicode_and_bodies_too_deep_are_refused(assignment: Assignment) -> None:
    headers = {**assignment.staff("clerk"), "Content-Type": "application/json"}
    for body in (b'{"reply": "\\ud800"}', b"[" * 50_000, b"", b'{"reply": "x", "more": 1}'):
        answer = await assignment.http.post(f"/cases/{uuid4()}/complete", content=body, headers=headers)
        assert answer.status_code in (400, 422), body[:20]


@pytest.mark.parametrize(
    ("role", "unit", "sign", "reassign"),
    [
        ("handler", "water", 200, FORBIDDEN),
        ("unit_head", "water", 200, FORBIDDEN),
        ("handler", "river_town", FORBIDDEN, FORBIDDEN),
        ("handler", "petition", FORBIDDEN, FORBIDDEN),
        ("handler", None, FORBIDDEN, FORBIDDEN),
        ("clerk", None, 200, 200),
        ("administrator", None, 200, 200),
        ("leader", "water", FORBIDDEN, FORBIDDEN),
        ("supervision_office", None, FORBIDDEN, FORBIDDEN),
        ("callback_clerk", "water", FORBIDDEN, FORBIDDEN),
        ("inspector", None, FORBIDDEN, FORBIDDEN),
    ],
)
async def test_each_role_takes_the_steps_it_may(
    assignment: Assignment, role: str, unit: str | None, sign: int, reassign: int
) -> None:
    who, case_id = assignment.staff(role, unit), await assignment.opened()
    assert (await assignment.take(case_id, "sign-for", who)).status_code == sign
    answer = await assignment.take(case_id, "reassign", who, unit="river_town")
    assert answer.status_code == reassign


async def test_without_a_token_nothing_is_said(assignment: Assignment) -> None:
    case_id = await assignment.opened()
    assert (await assignment.take(case_id, "sign-for", {})).status_code == 401
    assert (await assignment.http.get("/cases")).status_code == 401


async def test_a_case_goes_its_way_to_the_reply(assignment: Assignment) -> None:
    case_id, handler = await assignment.opened(), assignment.staff("handler", "water")
    early = await assignment.take(case_id, "complete", handler, reply="好了。")
    assert early.status_code == CONFLICT
    assert early.json()["allowed"] == ["sign_for", "assist", "return", "summarise"]
    assert (await assignment.take(case_id, "sign-for", handler)).json()["state"] == "signed_for"
    assert (await assignment.take(case_id, "sign-for", handler)).status_code == CONFLICT
    done = await assignment.take(case_id, "complete", handler, reply="已修好，电话13912345678。")
    late = await assignment.take(case_id, "return", handler, reason="不对。")
    [event] = await assignment.until(CaseCompleted, case_id)
    assert (done.json()["state"], late.json()["allowed"]) == ("completed", [])
    assert event.reply == "已修好，电话〔手机号〕。"
    timeline = (await assignment.case(case_id))["timeline"]
    assert [moment["step"] for moment in timeline] == ["assign", "sign_for", "complete"]
    assert timeline[1]["by"] == "handler of water"


async def test_a_reply_is_reviewed_called_back_and_filed_and_then_nothing_more_is_possible(
    assignment: Assignment,
) -> None:
    case_id, clerk = await assignment.opened(), assignment.staff("clerk")
    caller, handler = assignment.staff("callback_clerk"), assignment.staff("handler", "water")
    assert (await assignment.take(case_id, "sign-for", handler)).status_code == 200
    assert (await assignment.take(case_id, "suspend", handler, reason="待批复。")).json()[
        "state"
    ] == "suspended"
    resting = await assignment.take(case_id, "complete", handler, reply="好了。")
    assert (resting.status_code, resting.json()["allowed"]) == (CONFLICT, ["resume", "summarise"])
    assert (await assignment.take(case_id, "resume", handler)).json()["state"] == "signed_for"
    await assignment.take(case_id, "complete", handler, reply="好了。")
    own = await assignment.take(case_id, "review", handler)
    assert (own.status_code, "supervision_office" in own.json()["remedy"]) == (FORBIDDEN, True)
    assert (await assignment.take(case_id, "redo", clerk, reason="未说明。")).json()["dispatch"] == 2
    await assignment.take(case_id, "sign-for", handler)
    await assignment.take(case_id, "complete", handler, reply="已修好，二日恢复。")
    reviewed = await assignment.take(case_id, "review", assignment.staff("supervision_office"))
    called = await assignment.take(case_id, "call-back", caller, note="满意，电话13912345678。")
    filed = await assignment.take(case_id, "archive", caller)
    assert [one.json()["state"] for one in (reviewed, called, filed)] == [
        "reviewed",
        "called_back",
        "archived",
    ]
    late = await assignment.take(case_id, "redo", clerk, reason="再办。")
    assert (late.status_code, late.json()["allowed"]) == (CONFLICT, ["call_back"])
    [event] = await assignment.until(CaseCalledBack, case_id)
    assert event.note == "满意，电话〔手机号〕。"
    steps = [moment["step"] for moment in (await assignment.case(case_id))["timeline"]]
    assert steps[1:6] == ["sign_for", "suspend", "resume", "complete", "redo"]


async def test_more_time_is_asked_for_by_the_unit_and_decided_by_others(assignment: Assignment) -> None:
    case_id, handler = await assignment.opened(), assignment.staff("handler", "water")
    office, asked = assignment.staff("supervision_office"), {"days": 5, "reason": "等配件。"}
    await assignment.take(case_id, "sign-for", handler)
    nothing = await assignment.take(case_id, "extension/grant", office)
    assert (nothing.status_code, nothing.json()["allowed"]) == (CONFLICT, [])
    endless = await assignment.take(case_id, "extension", handler, days=999, reason="等配件。")
    assert (endless.status_code, endless.json()["field"]) == (422, "body.days")
    assert (await assignment.take(case_id, "extension", handler, **asked)).status_code == 200
    assert (await assignment.case(case_id))["extension_asked"] == 5
    assert (await assignment.take(case_id, "extension", handler, **asked)).status_code == CONFLICT
    own = await assignment.take(case_id, "extension/grant", handler)
    assert (own.status_code, "clerk" in own.json()["remedy"]) == (FORBIDDEN, True)
    assert (await assignment.take(case_id, "extension/grant", office)).status_code == 200
    [event] = await assignment.until(CaseExtensionGranted, case_id)
    assert (event.days, event.dispatch) == (5, 1)
    timeline = (await assignment.case(case_id))["timeline"]
    assert [(one["step"], one["days"]) for one in timeline][2:] == [
        ("ask_extension", 5),
        ("grant_extension", None),
    ]


async def test_a_withdrawn_demand_ends_its_case_and_a_rating_stays_with_it(assignment: Assignment) -> None:
    gone, replied = numbered(title="撤回停水"), numbered(title="评价停水")
    await assignment.tell(gone, replied)
    cases = {one.demand_id: case_id_of(one.demand_id) for one in (gone, replied)}
    clerk = assignment.staff("clerk")
    for case_id in cases.values():
        await assignment.until(CaseAssigned, case_id)
    await assignment.take(cases[replied.demand_id], "sign-for", clerk)
    await assignment.take(cases[replied.demand_id], "complete", clerk, reply="已修好。")
    await assignment.tell(
        *(DemandWithdrawn(demand_id=demand, case_id=case) for demand, case in cases.items()),
        DemandRated(
            demand_id=replied.demand_id,
            case_id=cases[replied.demand_id],
            unit="water",
            level="very_dissatisfied",
            comment=PublicText("没有修好。"),
        ),
    )
    [event] = await assignment.until(CaseWithdrawn, cases[gone.demand_id])
    assert event.version == 2
    await assignment.settled()
    kept = await assignment.case(cases[replied.demand_id])
    ended = await assignment.case(cases[gone.demand_id])
    assert (kept["state"], kept["rating"]) == ("completed", "very_dissatisfied")
    assert kept["rating_comment"] == "没有修好。"
    assert (ended["state"], ended["allowed"], ended["timeline"][-1]["by"]) == ("withdrawn", [], "citizen")
    to_rectify = (await assignment.listed(clerk, rectify="true"))["cases"]
    assert [one["case_id"] for one in to_rectify] == [str(cases[replied.demand_id])]


async def test_a_withdrawal_that_comes_after_the_reply_is_told_and_another_ends_the_case_handled_anew(
    assignment: Assignment,
) -> None:
    one, clerk = numbered(title="迟到的撤回"), assignment.staff("clerk")
    await assignment.tell(one)
    case_id = case_id_of(one.demand_id)
    await assignment.until(CaseAssigned, case_id)
    await assignment.take(case_id, "sign-for", clerk)
    await assignment.take(case_id, "complete", clerk, reply="已修好。")
    withdrawn = DemandWithdrawn(demand_id=one.demand_id, case_id=case_id)
    await assignment.tell(withdrawn, withdrawn)
    [late] = await assignment.until(CaseWithdrawalLate, case_id)
    assert (late.state, late.version) == ("completed", 4)
    await assignment.take(case_id, "redo", clerk, reason="未说明。")
    await assignment.tell(withdrawn.model_copy(update={"number": 2}))
    await assignment.until(CaseWithdrawn, case_id)
    kept = await assignment.case(case_id)
    steps = [moment["step"] for moment in kept["timeline"]]
    assert (kept["state"], steps[3:]) == ("withdrawn", ["withdraw_late", "redo", "withdraw"])


async def test_a_summary_is_put_into_better_words_and_masked(assignment: Assignment) -> None:
    case_id, handler = await assignment.opened(), assignment.staff("handler", "water")
    empty = await assignment.take(case_id, "summarise", handler, summary="")
    assert (empty.status_code, empty.json()["field"]) == (422, "body.summary")
    taken = await assignment.take(case_id, "summarise", handler, summary="水压低，电13912345678")
    assert (taken.status_code, taken.json()["state"]) == (200, "dispatched")
    found = await assignment.case(case_id)
    assert "13912345678" not in found["summary"]
    assert found["summary"].startswith("水压低")
    assert (found["timeline"][-1]["step"], found["timeline"][-1]["by"]) == ("summarise", "handler of water")
    [event] = await assignment.until(CaseSummarised, case_id)
    assert (event.summary, event.version) == (found["summary"], 2)


async def test_a_case_is_tagged_and_found_by_its_tags(assignment: Assignment) -> None:
    case_id, clerk = await assignment.opened(), assignment.staff("clerk")
    unit = await assignment.take(case_id, "tag", assignment.staff("handler", "water"), tags=["petition"])
    unknown = await assignment.take(case_id, "tag", clerk, tags=["rich"])
    assert (unit.status_code, unknown.status_code, unknown.json()["field"]) == (FORBIDDEN, 422, "body.tags.0")
    await assignment.take(case_id, "tag", clerk, tags=["enterprise", "petition", "petition"])
    assert (await assignment.case(case_id))["tags"] == ["petition", "enterprise"]
    found = (await assignment.listed(clerk, tag="enterprise"))["cases"]
    assert str(case_id) in {one["case_id"] for one in found}
    await assignment.take(case_id, "tag", clerk, tags=[])
    assert (await assignment.case(case_id))["tags"] == []
    assert (await assignment.listed(clerk, tag="enterprise"))["cases"] == []


async def test_a_refused_case_is_over(assignment: Assignment) -> None:
    case_id = await assignment.opened()
    unit = await assignment.take(case_id, "refuse", assignment.staff("handler", "water"), reason="不属。")
    refused = await assignment.take(case_id, "refuse", assignment.staff("clerk"), reason="属诉讼事项。")
    [event] = await assignment.until(CaseRefused, case_id)
    assert (unit.status_code, refused.json()["state"], event.reason) == (FORBIDDEN, "refused", "属诉讼事项。")
    assert (await assignment.case(case_id))["allowed"] == []


async def test_a_returned_case_is_dispatched_anew_by_the_backstop_unit(assignment: Assignment) -> None:
    case_id, backstop = await assignment.opened(), assignment.staff("handler", "petition")
    returned = await assignment.take(
        case_id, "return", assignment.staff("handler", "water"), reason="非我局。"
    )
    again = await assignment.take(case_id, "return", backstop, reason="也不是。")
    unknown = await assignment.take(case_id, "reassign", backstop, unit="moon")
    same = await assignment.take(case_id, "reassign", backstop, unit="petition")
    moved = await assignment.take(case_id, "reassign", backstop, unit="river_town")
    [event] = await assignment.until(CaseReturned, case_id)
    assert (returned.json()["unit"], event.from_unit, event.dispatch) == ("petition", "water", 2)
    assert (again.status_code, unknown.status_code, same.status_code) == (CONFLICT, 422, CONFLICT)
    assert [one.json()["field"] for one in (again, unknown, same)] == ["step", "unit", "unit"]
    assert (moved.json()["unit"], moved.json()["dispatch"], moved.json()["version"]) == ("river_town", 3, 3)


@pytest.mark.parametrize("reply", ["", "   ", "a\x00b", "长" * 5001, None])
async def test_a_reply_that_cannot_be_kept_is_refused_by_name(
    assignment: Assignment, reply: str | None
) -> None:
    answer = await assignment.http.post(
        f"/cases/{uuid4()}/complete", json={"reply": reply}, headers=assignment.staff("clerk")
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "body.reply")


async def test_many_steps_at_once_have_an_outcome_each(assignment: Assignment) -> None:
    first, second = await assignment.opened(), await assignment.opened()
    steps = [
        {"case_id": str(first), "step": "sign_for"},
        {"case_id": str(second), "step": "return"},
        {"case_id": str(first), "step": "complete", "reply": "已处理。"},
        {"case_id": str(second), "step": "complete", "reply": "已处理。"},
        {"case_id": str(uuid4()), "step": "sign_for"},
    ]
    answer = await assignment.http.post("/cases/steps", json=steps, headers=assignment.staff("clerk"))
    results = answer.json()
    assert [one["status"] for one in results] == [200, 422, 200, CONFLICT, 404]
    assert (results[1]["field"], results[2]["state"]) == ("reason", "completed")
    [event] = await assignment.until(CaseCompleted, first)
    assert event.version == 3


async def test_two_clerks_signing_for_one_case_at_once_sign_once(assignment: Assignment) -> None:
    case_id, clerk = await assignment.opened(), assignment.staff("clerk")
    answers = await asyncio.gather(*(assignment.take(case_id, "sign-for", clerk) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + 7 * [CONFLICT]


async def test_pages_show_each_case_once_the_latest_first(assignment: Assignment) -> None:
    citizen = uuid4()
    demands = [numbered(citizen_ref=citizen, title=f"翻页停水{n}") for n in range(7)]
    await assignment.tell(*demands)
    for one in demands:
        await assignment.until(CaseAssigned, case_id_of(one.demand_id))
    shown, after, clerk = [], None, assignment.staff("clerk")
    while True:
        asked = {"q": "翻页停水", "limit": "3", **({"after": after} if after else {})}
        page = await assignment.listed(clerk, **asked)
        shown += [row["case_id"] for row in page["cases"]]
        after = page["next"]
        if after is None:
            break
    assert shown == sorted((str(case_id_of(one.demand_id)) for one in demands), reverse=True)


async def test_a_unit_lists_what_it_assists_with_open_parts_first_page_by_page(
    assignment: Assignment,
) -> None:
    clerk, helper = assignment.staff("clerk"), assignment.staff("handler", "river_town")
    cases = [await assignment.opened(title=f"协办停水{number}") for number in range(6)]
    for case_id in cases:
        asked = await assignment.take(case_id, "assist", clerk, unit="river_town", what="查明水源")
        assert asked.status_code == 200
    for case_id in (cases[1], cases[4]):
        done = await assignment.take(case_id, "assist-done", helper, result="已查明。")
        assert done.status_code == 200
    await assignment.take(cases[3], "release-assist", clerk, unit="river_town", reason="无需")
    shown: list[tuple[str, str]] = []
    after: dict[str, str] = {}
    while True:
        page = await assignment.listed(helper, assisting="true", q="协办停水", limit="2", **after)
        shown += [(row["case_id"], row["part"]["state"]) for row in page["cases"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    states = ("open", "done", "open", "released", "done", "open")
    told = [(str(case_id), state) for case_id, state in zip(cases, states, strict=True)]
    # The clock stands still: those assigned at one instant come in the order of their ids.
    assert shown == sorted(told, key=lambda one: (one[1] == "open", one[0]), reverse=True)
    of_unit = await assignment.listed(clerk, assisting="true", unit="river_town", q="协办停水")
    assert [row["case_id"] for row in of_unit["cases"]] == [case_id for case_id, _ in shown]


async def test_who_was_asked_to_assist_reads_the_case_for_good_and_nobody_else_does(
    assignment: Assignment,
) -> None:
    case_id, clerk = await assignment.opened(), assignment.staff("clerk")
    helper, stranger = assignment.staff("handler", "river_town"), assignment.staff("handler", None)
    path = f"/cases/{case_id}"
    assert (await assignment.http.get(path, headers=helper)).status_code == FORBIDDEN
    await assignment.take(case_id, "assist", clerk, unit="river_town", what="查明水源")
    await assignment.take(case_id, "assist-done", helper, result="已查明。")
    seen = await assignment.http.get(path, headers=helper)
    assert (seen.status_code, seen.json()["allowed"]) == (200, [])
    assert (await assignment.take(case_id, "sign-for", helper)).status_code == FORBIDDEN
    for other in (stranger, assignment.staff("handler", "petition")):
        assert (await assignment.http.get(path, headers=other)).status_code == FORBIDDEN
    nobodys = await assignment.http.get("/cases", params={"assisting": "true"}, headers=clerk)
    assert (nobodys.status_code, nobodys.json()["field"]) == (422, "unit")


async def test_staff_of_a_unit_see_its_cases_only(assignment: Assignment) -> None:
    case_id = await assignment.opened()
    own, foreign = assignment.staff("handler", "water"), assignment.staff("handler", "petition")
    assert {row["unit"] for row in (await assignment.listed(own))["cases"]} == {"water"}
    refused = await assignment.http.get("/cases", params={"unit": "water"}, headers=foreign)
    hidden = await assignment.http.get(f"/cases/{case_id}", headers=foreign)
    assert (refused.status_code, hidden.status_code) == (FORBIDDEN, FORBIDDEN)
    for role in ("leader", "inspector"):
        seen = await assignment.http.get(f"/cases/{case_id}", headers=assignment.staff(role))
        assert seen.status_code == 200


async def test_cases_are_asked_for_by_id_and_shown_to_whom_they_would_be_one_by_one(
    assignment: Assignment,
) -> None:
    clerk = assignment.staff("clerk")
    own, assisted, foreign = [await assignment.opened() for _ in range(3)]
    other = await assignment.opened(title="道路坑洼", place="河口镇")
    await assignment.take(assisted, "assist", clerk, unit="river_town", what="查明水源")
    asked = {"case_id": [str(own), str(assisted), str(other), str(uuid4())]}

    async def shown(role: str, unit: str | None, of_unit: str | None = None) -> set[str]:
        params = {**asked, **({"unit": of_unit} if of_unit else {})}
        answer = await assignment.http.get("/cases", params=params, headers=assignment.staff(role, unit))
        return {row["case_id"] for row in answer.json()["cases"]}

    assert await shown("clerk", None) == {str(own), str(assisted), str(other)}
    assert await shown("handler", "water") == {str(own), str(assisted)}
    assert await shown("handler", "river_town") == {str(assisted), str(other)}
    assert await shown("handler", "river_town", of_unit="river_town") == {str(other)}
    assert str(foreign) not in await shown("clerk", None)
    nobody = await assignment.http.get("/cases", params=asked, headers=assignment.staff("handler", None))
    assert nobody.status_code == FORBIDDEN


async def test_the_backstop_unit_merges_what_lies_with_it_into_a_case_that_a_receipt_number_names(
    assignment: Assignment,
) -> None:
    one, lead = numbered(), numbered()
    await assignment.tell(one, lead)
    case_id, lead_id = case_id_of(one.demand_id), case_id_of(lead.demand_id)
    for each in (case_id, lead_id):
        await assignment.until(CaseAssigned, each)
    await assignment.take(case_id, "return", assignment.staff("handler", "water"), reason="不属我局。")
    office = assignment.staff("handler", "petition")
    hidden = await assignment.http.get(f"/cases/{lead_id}", headers=office)
    unknown = await assignment.take(case_id, "merge", office, into="YN19990101-00000001", reason="同一处")
    merged = await assignment.take(case_id, "merge", office, into=lead.receipt, reason="同一处")
    assert (hidden.status_code, unknown.status_code, unknown.json()["field"]) == (FORBIDDEN, CONFLICT, "into")
    assert "YN19990101-00000001" in unknown.json()["detail"]
    assert (merged.status_code, merged.json()["state"]) == (200, "merged")
    row = await assignment.case(case_id)
    assert row["lead"]["case_id"] == str(lead_id)


@pytest.mark.parametrize(("field", "value"), [("after", "???"), ("after", "MjAyMQ=="), ("limit", "0")])
async def test_a_page_that_cannot_be_is_refused_by_name(
    assignment: Assignment, field: str, value: str
) -> None:
    answer = await assignment.http.get("/cases", params={field: value}, headers=assignment.staff("clerk"))
    assert answer.status_code == 422
    assert field in answer.json()["field"]


def limits(case_id: UUID, version: int, due: datetime) -> LimitsSet:
    return LimitsSet(
        case_id=case_id, demand_id=uuid4(), dispatch=1, version=version, sign_for_due=due, complete_due=due
    )


async def test_of_two_limits_of_one_case_in_one_batch_the_later_version_holds(assignment: Assignment) -> None:
    case_id = await assignment.opened(title="超期停水")
    earlier, later = MONDAY - timedelta(days=1), MONDAY + timedelta(days=9)
    notice = NoticeSent(
        notice_id=uuid4(),
        subject_kind="case",
        subject_id=case_id,
        case_id=case_id,
        demand_id=uuid4(),
        limit="complete",
        trigger="limit",
        generation=1,
        rung=2,
        colour="red",
        outcome="sent",
        unit="water",
        post="water.head",
        recipients=("unit:water",),
        due_at=earlier,
        reply_by=None,
        points=0,
        overdue=True,
        late=False,
    )
    await assignment.tell(limits(case_id, 2, earlier), limits(case_id, 1, later), notice)
    await assignment.settled()
    row = await assignment.case(case_id)
    overdue = await assignment.listed(assignment.staff("clerk"), q="超期停水", overdue="true")
    assert datetime.fromisoformat(row["complete_due"]) == earlier
    assert row["overdue"]
    assert [one["case_id"] for one in overdue["cases"]] == [str(case_id)]
    assert "notice" in [moment["step"] for moment in row["timeline"]]
