"""Projects in the console for staff who may move them on or open them, over fakes of the four APIs."""

import re
from typing import Any, Final

import pytest

from services.console.project_forms import OPENING, act_forms, opening_form, opening_of
from services.console.typed import Unfit
from services.contracts.vocabulary import Role, Service
from tests.api_documents import document_of
from tests.console_browser import CASE_PAGE, Browser
from tests.console_fakes import CASE_ID, LEDGER, RECEIPT, WHOLE_PROJECT

PAGE: Final = f"/projects/{LEDGER}"
ACTS: Final = ["change", "report", "milestone", "done", "replace", "drop", "link", "unlink"]
OPENED: Final[tuple[Service, str, str]] = ("assignment", "POST", "/projects")
CHANGED: Final[tuple[Service, str, str]] = ("assignment", "POST", f"{PAGE}/change")
TYPED: Final = {
    "ledger": "凤项-2021-009",
    "name": "老街水管",
    "content": "更换水管。",
    "tier": "department",
    "owner": "water.head",
    "lead_unit": "water",
    "budget": "6400000.00",
    "funds": "中央预算内资金 2021年 6,000,000元\n\n县级 财政资金 2021 400000.00",
    "milestones": "主体完工 2021-06-10",
    "start": "2021-03-01",
    "completion": "2021-06-30",
}


def acts_on(page: str) -> list[str]:
    return re.findall(r'action="[^"]+/acts/(\w+)"', page)


@pytest.mark.parametrize(
    ("role", "unit", "may"),
    [
        ("clerk", None, True),
        ("administrator", None, True),
        ("handler", "water", True),
        ("unit_head", "water", True),
        ("handler", "office", False),
        ("unit_head", None, False),
        ("leader", "water", False),
        ("supervision_office", None, False),
        ("inspector", None, False),
        ("callback_clerk", None, False),
    ],
)
async def test_a_project_offers_what_its_state_allows_to_those_who_may(
    browser: Browser, role: Role, unit: str | None, may: bool
) -> None:
    assert acts_on((await browser.get(PAGE)).text) == []
    await browser.login(role, unit)
    assert acts_on((await browser.get(PAGE)).text) == (ACTS if may else [])


async def test_of_a_project_that_has_ended_cases_are_unlinked_and_nothing_else(browser: Browser) -> None:
    ended = {**WHOLE_PROJECT, "state": "dropped", "allowed": ["unlink"]}
    browser.apis.instead["assignment", "GET", PAGE] = (200, ended)
    await browser.login("clerk")
    page = (await browser.get(PAGE)).text
    assert (acts_on(page), "已终止" in page) == (["unlink"], True)


async def test_every_act_that_has_a_form_has_its_place_and_names_for_its_fields() -> None:
    forms = act_forms(document_of("assignment"), "凤项〔2021〕1", ACTS, ["主体完工"])
    assert [form.step for form in forms if form.path] == ACTS
    assert forms[0].path == "/projects/%E5%87%A4%E9%A1%B9%E3%80%942021%E3%80%951/change"
    assert [field.name for field in forms[0].fields] == [
        "completion",
        "name",
        "content",
        "reason",
        "approver",
    ]
    [milestone] = [field for form in forms for field in form.fields if field.name == "milestone"]
    assert (milestone.input, milestone.choices) == ("choice", ("主体完工",))
    assert {field.input for form in forms for field in form.fields if field.name == "approver"} == {"post"}


async def test_a_case_is_unlinked_by_its_receipt_number(browser: Browser) -> None:
    await browser.login("clerk")
    given = {"case_id": RECEIPT.lower(), "reason": "关联有误"}
    answer = await browser.send(PAGE, f"{PAGE}/acts/unlink", **given)
    assert answer.headers["location"].endswith("?done=unlink")
    sent = browser.apis.sent("POST")[-1]
    assert (sent.path, sent.body) == (f"{PAGE}/cases/{CASE_ID}/unlink", {"reason": "关联有误"})
    page = await browser.send(PAGE, f"{PAGE}/acts/unlink", **{**given, "case_id": "YN20210301-99999999"})
    for said in ("没有查到这个受理编号", "YN20210301-99999999", "关联有误"):
        assert said in page.text
    assert (page.status_code, browser.apis.sent("POST")[-1]) == (422, sent)


async def test_where_every_milestone_was_reached_none_is_asked_for() -> None:
    forms = act_forms(document_of("assignment"), LEDGER, ACTS, [])
    assert "milestone" not in [form.step for form in forms]


async def test_a_change_sends_what_was_filled_in_with_reason_and_approver(browser: Browser) -> None:
    await browser.login("handler", "water")
    given = {
        "completion": "2021-09-30",
        "name": "",
        "content": "",
        "reason": "汛期",
        "approver": "water.head",
    }
    answer = await browser.send(PAGE, f"{PAGE}/acts/change", **given)
    assert answer.status_code == 303
    assert browser.apis.sent("POST")[-1].body == {
        "completion": "2021-09-30",
        "reason": "汛期",
        "approver": "water.head",
    }
    assert "已办理：变更" in (await browser.get(answer.headers["location"])).text


async def test_what_the_api_refuses_stands_beside_its_field_and_what_was_typed_stays(
    browser: Browser,
) -> None:
    await browser.login("clerk")
    faults = [{"field": "approver", "detail": "职务 water.head 无人担任", "remedy": "改为有人担任的职务"}]
    problem: dict[str, Any] = {"status": 422, "field": "approver", "detail": "no", "errors": faults}
    browser.apis.instead[CHANGED] = (422, problem)
    given = {"completion": "2021-09-30", "reason": "<汛期>", "approver": "water.head"}
    page = await browser.send(PAGE, f"{PAGE}/acts/change", **given)
    assert page.status_code == 422
    assert '<small class="wrong">职务 water.head 无人担任；改为有人担任的职务</small>' in page.text
    assert 'value="2021-09-30"' in page.text
    assert "&lt;汛期&gt;</textarea>" in page.text
    assert '<option value="water.head" selected>县水利局 · 水利局局长</option>' in page.text


async def test_a_project_that_moved_on_meanwhile_says_so(browser: Browser) -> None:
    await browser.login("clerk")
    browser.apis.instead[CHANGED] = (409, {"status": 409, "detail": "project is done", "field": "ledger"})
    page = await browser.send(PAGE, f"{PAGE}/acts/change", reason="汛期", approver="water.head")
    assert (page.status_code, "项目状态已经变化" in page.text) == (409, True)


async def test_an_act_that_is_none_is_not_found_and_its_address_leads_back(browser: Browser) -> None:
    await browser.login("clerk")
    assert (await browser.send(PAGE, f"{PAGE}/acts/vanish")).status_code == 404
    back = await browser.get(f"{PAGE}/acts/change")
    assert back.headers["location"].startswith("/projects/")


async def test_a_case_is_linked_by_its_receipt_number(browser: Browser) -> None:
    await browser.login("clerk")
    await browser.send(PAGE, f"{PAGE}/acts/link", case_id=RECEIPT, reason="同一管网")
    assert browser.apis.sent("POST")[-1].body == {"case_id": RECEIPT, "reason": "同一管网"}
    assert browser.apis.asked("/cases") == []


async def test_a_unit_reads_that_a_case_of_another_one_is_not_its_to_link(browser: Browser) -> None:
    await browser.login("handler", "water")
    refused = {
        "status": 403,
        "field": "case_id",
        "detail": "neither handles",
        "remedy": "have a clerk link it",
    }
    browser.apis.instead["assignment", "POST", f"{PAGE}/cases"] = (403, refused)
    page = await browser.send(PAGE, f"{PAGE}/acts/link", case_id=RECEIPT, reason="同一管网")
    assert (page.status_code, "只能关联本单位承办或协办的办件" in page.text) == (403, True)
    assert f'name="case_id" value="{RECEIPT}"' in page.text


async def test_a_form_of_another_site_moves_nothing(browser: Browser) -> None:
    await browser.login("clerk")
    for path in (f"{PAGE}/acts/drop", "/new-project"):
        assert (await browser.http.post(path, data={"reason": "x"})).status_code == 403
    assert [call for call in browser.apis.sent("POST") if call.service == "assignment"] == []


async def test_cases_are_chosen_in_their_list_and_on_their_page(browser: Browser) -> None:
    await browser.login("clerk")
    assert f'<input type="checkbox" name="case" value="{CASE_ID}"' in (await browser.get("/cases")).text
    assert f'href="/new-project?case={CASE_ID}"' in (await browser.get(CASE_PAGE)).text
    await browser.login("supervision_office")
    for path in ("/cases", CASE_PAGE):
        assert "/new-project" not in (await browser.get(path)).text
    assert (await browser.get(f"/new-project?case={CASE_ID}")).status_code == 403


async def test_the_form_is_filled_with_what_the_cases_say(browser: Browser) -> None:
    await browser.login("handler", "water")
    page = (await browser.get(f"/new-project?case={CASE_ID}&case={CASE_ID}")).text
    assert page.count(f'name="case" value="{CASE_ID}" checked') == 1
    for said in (
        'name="name" value="停水三天"',
        '<option value="water.head" selected>',
        '<option value="water" selected>县水利局</option>',
        '<option value="water" selected>供水</option>',
        '<option value="department" selected>部门</option>',
        ">停水三天</textarea>",
    ):
        assert said in page
    assert (await browser.get("/new-project?case=abc")).status_code == 404


async def test_a_project_is_opened_of_its_cases_and_shown(browser: Browser) -> None:
    await browser.login("clerk")
    page = f"/new-project?case={CASE_ID}"
    answer = await browser.send(page, "/new-project", case=str(CASE_ID), **TYPED)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("?done=open")
    body = browser.apis.sent("POST")[-1].body
    assert body["cases"] == [str(CASE_ID)]
    assert body["funds"] == [
        {"source": "中央预算内资金", "year": 2021, "amount": "6000000"},
        {"source": "县级 财政资金", "year": 2021, "amount": "400000.00"},
    ]
    assert body["milestones"] == [{"name": "主体完工", "due": "2021-06-10"}]
    assert "category" not in body


async def test_every_fault_of_a_project_stands_beside_its_field(browser: Browser) -> None:
    await browser.login("clerk")
    faults = [
        {"field": "ledger", "detail": "台账编号已有项目", "remedy": "换一个编号"},
        {"field": "body.funds.0.amount", "detail": "不是金额"},
    ]
    browser.apis.instead[OPENED] = (409, {"status": 409, "field": "ledger", "detail": "x", "errors": faults})
    page = await browser.send("/new-project", "/new-project", **TYPED)
    assert page.status_code == 409
    assert '<small class="wrong">台账编号已有项目；换一个编号</small>' in page.text
    assert '<small class="wrong">不是金额</small>' in page.text
    assert 'value="凤项-2021-009"' in page.text


async def test_a_fund_that_cannot_be_read_is_marked_and_nothing_sent(browser: Browser) -> None:
    await browser.login("clerk")
    page = await browser.send("/new-project", "/new-project", **{**TYPED, "funds": "六百四十万"})
    assert (page.status_code, "六百四十万</textarea>" in page.text) == (422, True)
    assert [call for call in browser.apis.sent("POST") if call.service == "assignment"] == []


async def test_the_opening_form_has_every_field_of_a_plan_and_the_ledger_number_first() -> None:
    form = opening_form(document_of("assignment"))
    assert (form.step, form.path, form.fields[0].name) == (OPENING, "/projects", "ledger")
    inputs = {field.name: field.input for field in form.fields}
    assert {
        name: inputs[name] for name in ("owner", "lead_unit", "assisting_units", "category", "place")
    } == {
        "owner": "post",
        "lead_unit": "unit",
        "assisting_units": "units",
        "category": "category",
        "place": "place",
    }
    with pytest.raises(Unfit):
        opening_of(form, {"milestones": ["没有日期"]}, [])
