"""The console's pages for staff, over fakes of the four APIs."""

import re
from typing import Any
from uuid import UUID

import pytest

from services.contracts.vocabulary import Role
from tests.console_browser import CASE_PAGE, Browser, Open
from tests.console_fakes import (
    CASE,
    CASE_ID,
    CODE,
    CONSEQUENCE,
    CONSEQUENCE_ID,
    DUE,
    MORNING,
    NOT_FOUND,
    NOTICE,
    NOTICE_ID,
    RECEIPT,
    REPORT_MISSING,
    ROW,
    TWIN,
)


async def test_the_inbox_shows_notices_with_their_case_and_acknowledges(browser: Browser) -> None:
    await browser.login("handler", "water")
    page = (await browser.get("/inbox")).text
    for said in ("红单", "逾期", "停水三天", "2021年3月15日（周一）24:00", "县水利局"):
        assert said in page
    answer = await browser.send("/inbox", f"/notices/{NOTICE_ID}/ack")
    assert answer.headers["location"] == "/inbox?done=true"
    assert browser.apis.sent("POST")[0].body is None


async def test_the_inbox_says_what_a_notice_concerns_that_is_not_about_a_case_and_takes_its_answer(
    browser: Browser,
) -> None:
    page = {"recipient": "unit:water", "notices": [REPORT_MISSING], "next": None}
    browser.apis.instead["supervision", "GET", "/inbox"] = (200, page)
    await browser.login("handler", "water")
    text = (await browser.get("/inbox")).text
    for said in ("县城供水管网改造", "凤项〔2021〕7号", "项目进展报告时限", "书面答复", "扣 1 分"):
        assert said in text
    assert 'href="/projects/%E5%87%A4' in text
    fields = {"recipient": "unit:water", "text": "已补报"}
    answer = await browser.send("/inbox", f"/notices/{NOTICE_ID}/answer", **fields)
    assert answer.headers["location"] == "/inbox?unit=water&done=true"
    assert browser.apis.sent("POST")[0].body == fields


async def test_the_supervision_office_settles_what_the_ladder_proposes(browser: Browser) -> None:
    await browser.login("supervision_office")
    text = (await browser.get("/inbox")).text
    for said in ("督办建议", "专函督办", "县水利局", "扣 1 分", "停水三天</a>"):
        assert said in text
    fields = {"how": "followed", "note": "凤督函〔2021〕1号"}
    await browser.send("/inbox", f"/consequences/{CONSEQUENCE_ID}/settle", **fields)
    assert browser.apis.sent("POST")[0].body == fields


async def test_the_office_writes_the_letter_that_was_proposed_and_loses_no_word_where_that_fails(
    browser: Browser,
) -> None:
    await browser.login("supervision_office")
    path = f"/consequences/{CONSEQUENCE_ID}/settle"
    words = {"title": "专函督办", "found": "两次黄单仍未办结。", "required": "限期办结。", "reply_by": ""}
    given = {"how": "letter", "note": "已发专函", **words}
    letter_id = "00000000-0000-4000-8000-000000000031"
    browser.apis.instead["supervision", "POST", path] = (200, {**CONSEQUENCE, "letter_id": letter_id})
    answer = await browser.send("/inbox", path, **given)
    assert answer.headers["location"] == f"/letters/{letter_id}"
    letter = {name: text for name, text in words.items() if text}
    assert browser.apis.sent("POST")[-1].body == {"how": "followed", "note": "已发专函", "letter": letter}
    missing = await browser.send("/inbox", path, **{**given, "required": ""})
    assert (missing.status_code, len(browser.apis.sent("POST"))) == (422, 1)
    assert ("请填写这一项。" in missing.text, "两次黄单仍未办结。" in missing.text) == (True, True)
    settled = {"status": 409, "field": "consequence_id", "detail": "it is waived", "remedy": "leave it"}
    browser.apis.instead["supervision", "POST", path] = (409, settled)
    late = await browser.send("/inbox", path, how="waived", note="因停电")
    assert (late.status_code, "这条建议已经处理过了" in late.text) == (409, True)


async def test_an_answer_that_is_refused_stays_in_its_form(browser: Browser) -> None:
    missing = {"recipient": "unit:water", "notices": [REPORT_MISSING], "next": None}
    browser.apis.instead["supervision", "GET", "/inbox"] = (200, missing)
    path = f"/notices/{NOTICE_ID}/answer"
    told = {"status": 422, "field": "body.text", "detail": "too long", "errors": []}
    browser.apis.instead["supervision", "POST", path] = (422, told)
    await browser.login("handler", "water")
    page = await browser.send("/inbox", path, recipient="unit:water", text="已补报<b>")
    assert (page.status_code, "已补报&lt;b&gt;</textarea>" in page.text, "too long" in page.text) == (
        422,
        True,
        True,
    )


async def test_a_leader_opens_the_inbox_of_a_post_of_the_unit_and_acknowledges_for_it(
    browser: Browser,
) -> None:
    of_post = {"recipient": "post:water.head", "notices": [NOTICE], "next": "further"}
    browser.apis.instead["supervision", "GET", "/inbox"] = (200, of_post)
    await browser.login("leader", "water")
    page = (await browser.get("/inbox")).text
    asked = next(call for call in browser.apis.calls if call.path == "/inbox").query
    assert asked == {"post": "water.head", "limit": "20"}
    assert '<option value="water.head" selected>水利局局长</option>' in page
    assert 'name="recipient" value="post:water.head"' in page
    assert "/inbox?post=water.head&amp;after=further" in page
    answer = await browser.send("/inbox", f"/notices/{NOTICE_ID}/ack", recipient="post:water.head")
    assert answer.headers["location"] == "/inbox?post=water.head&done=true"


async def test_a_unit_head_opens_the_inbox_of_the_party_committee(browser: Browser) -> None:
    of_committee = {"recipient": "committee:water", "notices": [NOTICE], "next": None}
    await browser.login("unit_head", "water")
    assert (
        '<a href="/inbox?committee=water">县水利局 · 党委（党组）收件箱</a>'
        in (await browser.get("/inbox")).text
    )
    browser.apis.instead["supervision", "GET", "/inbox"] = (200, of_committee)
    await browser.get("/inbox?committee=water")
    queries = [call.query for call in browser.apis.calls if call.path == "/inbox"]
    assert queries == [{"unit": "water", "limit": "20"}, {"committee": "water", "limit": "20"}]
    answer = await browser.send("/inbox", f"/notices/{NOTICE_ID}/ack", recipient="committee:water")
    assert answer.headers["location"] == "/inbox?committee=water&done=true"


async def test_a_unit_head_begins_with_the_unit_and_may_choose_a_post_of_it(browser: Browser) -> None:
    await browser.login("unit_head", "water")
    page = (await browser.get("/inbox")).text
    assert '<option value="water.head">水利局局长</option>' in page
    await browser.get("/inbox?post=water.head")
    queries = [call.query for call in browser.apis.calls if call.path == "/inbox"]
    assert queries == [{"unit": "water", "limit": "20"}, {"post": "water.head", "limit": "20"}]


async def test_the_inbox_lists_what_the_unit_assists_with_each_part_with_its_limit_and_state(
    browser: Browser,
) -> None:
    parts = [
        {"state": "open", "due": DUE, "ended_at": None},
        {"state": "done", "due": None, "ended_at": MORNING},
        {"state": "released", "due": None, "ended_at": MORNING},
    ]
    rows = [{**ROW, "unit": "office", "unit_name": "县信访局", "part": part} for part in parts]
    browser.apis.instead["assignment", "GET", "/cases"] = (200, {"cases": rows, "next": "further"})
    await browser.login("handler", "water")
    page = (await browser.get("/inbox")).text
    asked = next(call.query for call in browser.apis.asked("/cases") if "assisting" in call.query)
    assert asked == {"unit": "water", "assisting": "true", "limit": "25"}
    _, shown = page.split("<h2>协办件</h2>")
    for said in (
        "待完成</em> 期限 2021年3月15日",
        "已完成</em> 2021年3月1日",
        "已解除",
        "县信访局",
    ):
        assert said in shown
    assert "/cases?assisting=true&amp;unit=water" in shown


async def test_an_inbox_without_a_part_to_do_or_that_can_not_read_them_shows_no_such_list(
    browser: Browser,
) -> None:
    await browser.login("handler", "water")
    answers: list[tuple[int, Any]] = [(200, {"cases": [], "next": None}), (403, NOT_FOUND)]
    for answer in answers:
        browser.apis.instead["assignment", "GET", "/cases"] = answer
        page = await browser.get("/inbox")
        assert (page.status_code, "协办件" in page.text) == (200, False)


async def test_an_inbox_is_shown_though_its_cases_can_not_be_read(browser: Browser) -> None:
    await browser.login("handler", "water")
    browser.apis.instead["assignment", "GET", "/cases"] = (404, NOT_FOUND)
    page = await browser.get("/inbox")
    assert (page.status_code, "打开办件" in page.text) == (200, True)


async def test_the_cases_of_all_notices_are_asked_for_in_one_call(browser: Browser) -> None:
    other = {**NOTICE, "notice_id": str(UUID(int=9)), "case_id": TWIN["case_id"]}
    notices = {"recipient": "unit:water", "notices": [NOTICE, other, NOTICE], "next": None}
    browser.apis.instead["supervision", "GET", "/inbox"] = (200, notices)
    await browser.login("handler", "water")
    page = (await browser.get("/inbox")).text
    assert (page.count("停水三天</a>"), page.count("打开办件</a>")) == (2, 1)
    [asked] = [call.query for call in browser.apis.asked("/cases") if "case_id" in call.query]
    assert set(asked["case_id"].split(",")) == {str(CASE_ID), TWIN["case_id"]}
    assert asked["limit"] == "2"
    assert browser.apis.asked(CASE_PAGE) == []


async def test_the_supervision_office_chooses_a_unit_and_acknowledges_nothing(browser: Browser) -> None:
    await browser.login("supervision_office")
    assert "请先选择" in (await browser.get("/inbox")).text
    page = (await browser.get("/inbox?unit=water")).text
    assert "红单" in page
    assert "/ack" not in page


async def test_an_administrator_acknowledges_for_the_named_recipient(browser: Browser) -> None:
    await browser.login("administrator")
    sent = await browser.send("/inbox?unit=water", f"/notices/{NOTICE_ID}/ack", recipient="unit:water")
    assert sent.headers["location"] == "/inbox?unit=water&done=true"
    assert browser.apis.sent("POST")[0].body == {"recipient": "unit:water"}


async def test_the_list_asks_with_the_filters_and_leads_to_the_next_page_with_them(browser: Browser) -> None:
    await browser.login("clerk")
    page = (await browser.get("/cases?q=水&state=dispatched&overdue=true&unit=water")).text
    asked = next(call for call in browser.apis.calls if call.path == "/cases").query
    assert asked == {"q": "水", "state": "dispatched", "overdue": "true", "unit": "water", "limit": "25"}
    assert "/cases?q=%E6%B0%B4&amp;state=dispatched&amp;unit=water&amp;overdue=true&amp;after=further" in page


async def test_a_case_shows_its_limits_line_by_line_and_its_timeline(browser: Browser) -> None:
    await browser.login("handler", "water")
    page = (await browser.get(CASE_PAGE)).text
    for said in ("到期：2021-03-15 24:00", "阮桐", "办结时限第 2 级 · 红单 · 已发", "水利局局长", "蓝单"):
        assert said in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page


async def test_only_the_steps_that_the_api_allows_have_a_form(browser: Browser) -> None:
    await browser.login("handler", "water")
    page = (await browser.get(CASE_PAGE)).text
    assert re.findall(r'action="[^"]+/steps/(\w+)"', page) == ["sign_for", "return"]


async def test_a_step_that_the_console_never_heard_of_gets_its_form_from_the_description(
    browser: Browser,
) -> None:
    schema = {
        "type": "object",
        "required": ["why"],
        "properties": {
            "why": {"type": "string", "maxLength": 900},
            "until": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        },
    }
    described = {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}
    paths = {**browser.apis.description["paths"], "/cases/{case_id}/hand-up": described}
    browser.apis.description = {**browser.apis.description, "paths": paths}
    browser.apis.instead["assignment", "GET", CASE_PAGE] = (200, {**CASE, "allowed": ["hand_up", "vanish"]})
    browser.apis.instead["assignment", "POST", f"{CASE_PAGE}/hand-up"] = (200, {})
    await browser.login("handler", "water")
    page = (await browser.get(CASE_PAGE)).text
    assert '<textarea name="why" rows="4" required maxlength="900">' in page
    assert '<input type="date" name="until"' in page
    assert "vanish: 此步骤目前不能在页面上办理" in page
    answer = await browser.send(CASE_PAGE, f"{CASE_PAGE}/steps/hand_up", why="太难", until="")
    assert answer.headers["location"] == f"{CASE_PAGE}?done=hand_up"
    assert browser.apis.sent("POST")[0].body == {"why": "太难"}


async def test_a_step_without_a_body_sends_none(browser: Browser) -> None:
    await browser.login("handler", "water")
    answer = await browser.send(CASE_PAGE, f"{CASE_PAGE}/steps/sign_for")
    assert answer.status_code == 303
    (call,) = browser.apis.sent("POST")
    assert (call.path, call.body) == (f"{CASE_PAGE}/sign-for", None)
    assert "已办理：签收。" in (await browser.get(answer.headers["location"])).text


async def test_whoever_gives_a_case_away_reads_in_the_list_that_it_was_done(browser: Browser) -> None:
    await browser.login("handler", "water")
    answer = await browser.send(CASE_PAGE, f"{CASE_PAGE}/steps/return", reason="不属我局职责")
    gone = await browser.get(answer.headers["location"])
    assert (gone.status_code, gone.headers["location"]) == (303, "/cases?done=return")
    page = await browser.get(gone.headers["location"])
    assert (page.status_code, "已办理：退回。此件现由其他单位办理" in page.text) == (200, True)
    assert (await browser.get(CASE_PAGE)).status_code == 403


async def test_whoever_still_sees_a_case_after_a_step_stays_on_its_page(browser: Browser) -> None:
    await browser.login("clerk")
    answer = await browser.send(CASE_PAGE, f"{CASE_PAGE}/steps/return", reason="不属该局职责")
    page = await browser.get(answer.headers["location"])
    assert (page.status_code, "已办理：退回。" in page.text) == (200, True)


@pytest.mark.parametrize(
    ("status", "said"),
    [(409, "办件状态已经变化"), (403, "您的角色或单位不能办这一步"), (422, "请检查“理由”")],
)
async def test_a_refused_step_says_why_and_keeps_what_was_typed(
    browser: Browser, status: int, said: str
) -> None:
    problem = {"status": status, "detail": "case is completed", "field": "body.reason"}
    browser.apis.instead["assignment", "POST", f"{CASE_PAGE}/return"] = (status, problem)
    await browser.login("handler", "water")
    page = await browser.send(CASE_PAGE, f"{CASE_PAGE}/steps/return", reason="不属我局职责")
    assert page.status_code == status
    for shown in (said, "case is completed", "不属我局职责</textarea>"):
        assert shown in page.text


async def test_a_refused_step_keeps_every_choice_and_tick(browser: Browser) -> None:
    schema = {
        "type": "object",
        "required": ["agreed"],
        "properties": {
            "assisting_units": {"type": "array", "items": {"type": "string"}},
            "agreed": {"type": "boolean"},
        },
    }
    described = {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}
    paths = {**browser.apis.description["paths"], "/cases/{case_id}/return": described}
    browser.apis.description = {**browser.apis.description, "paths": paths}
    browser.apis.instead["assignment", "POST", f"{CASE_PAGE}/return"] = (
        422,
        {"detail": "no", "field": "body.assisting_units.0"},
    )
    await browser.login("handler", "water")
    form = {
        "assisting_units": ["water", "office"],
        "agreed": "true",
        "form_token": await browser.form_token(CASE_PAGE),
    }
    page = (await browser.http.post(f"{CASE_PAGE}/steps/return", data=form)).text
    assert '<label class="wrong">\n配合单位' in page
    for kept in ('"water" selected', '"office" selected', 'name="agreed" value="true" checked'):
        assert kept in page


async def test_the_dispatch_sheet_names_unit_leader_both_limits_and_the_issuer(browser: Browser) -> None:
    await browser.login("handler", "water")
    page = (await browser.get(f"{CASE_PAGE}/sheet?lang=en")).text
    for said in (
        "凤县督查室",
        "群众诉求交办单",
        RECEIPT,
        "县水利局",
        "阮桐",
        "2021-03-15 24:00",
        "待定",
        "投诉",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("what", "said"), [("original", "请打13912345678&lt;script&gt;"), ("contact", "13912345678")]
)
async def test_the_case_s_unit_reads_original_and_contact_by_a_button_and_is_told_that_it_is_recorded(
    browser: Browser, what: str, said: str
) -> None:
    await browser.login("handler", "water")
    assert "13912345678" not in (await browser.get(CASE_PAGE)).text
    page = await browser.send(CASE_PAGE, f"{CASE_PAGE}/{what}")
    assert (said in page.text, "本次查阅已留痕：tester" in page.text) == (True, True)
    assert (await browser.get(f"{CASE_PAGE}/{what}")).headers["location"] == CASE_PAGE


@pytest.mark.parametrize(
    ("role", "unit", "offered"),
    [("callback_clerk", None, True), ("clerk", None, False), ("leader", "water", False)],
)
async def test_only_who_may_read_originals_is_offered_them_and_reading_needs_the_own_form(
    browser: Browser, role: Role, unit: str | None, offered: bool
) -> None:
    await browser.login(role, unit)
    assert (f"{CASE_PAGE}/contact" in (await browser.get(CASE_PAGE)).text) == offered
    assert (await browser.http.post(f"{CASE_PAGE}/contact", data={})).status_code == 403
    assert not [call for call in browser.apis.calls if call.path.startswith("/demands/")]


ENTRY = {"channel": "hotline", "title": "停水", "body": "老街停水", "phone": "13800000000"}
NUMBER = {"entry": "6a3c6c1e-0d53-4c8e-9d3c-4a0f4c6c9d11"}


async def test_a_clerk_enters_a_demand_with_the_console_s_own_key_and_prints_the_slip(
    browser: Browser,
) -> None:
    await browser.login("clerk")
    page = await browser.send("/entry", "/entry", **ENTRY, **NUMBER, occurred_at="2021-03-01T08:00", email="")
    for said in (RECEIPT, CODE, "群众诉求受理回执", "http://console/track"):
        assert said in page.text
    (call,) = browser.apis.sent("POST")
    assert call.headers["authorization"] == "Bearer yk_hotline_1"
    assert call.headers["idempotency-key"] == f"console-{NUMBER['entry']}"
    assert call.body == {
        "channel": "hotline",
        "title": "停水",
        "body": "老街停水",
        "contact": {"phone": "13800000000"},
        "occurred_at": "2021-03-01T08:00:00+08:00",
    }


async def test_the_slip_prints_the_address_that_citizens_use_where_one_is_set(opened: Open) -> None:
    clerk = opened(public_url="https://12345.example.org/")
    await clerk.login("clerk")
    page = (await clerk.send("/entry", "/entry", **ENTRY, **NUMBER)).text
    assert ("https://12345.example.org/track" in page, "http://console/track" in page) == (True, False)


@pytest.mark.parametrize("wrong", [{"title": " "}, {"channel": "wechat"}, {"occurred_at": "gestern"}])
async def test_an_incomplete_entry_is_named_and_nothing_is_sent(
    browser: Browser, wrong: dict[str, str]
) -> None:
    await browser.login("clerk")
    page = await browser.send("/entry", "/entry", **{**ENTRY, **NUMBER, **wrong})
    assert (page.status_code, "请检查" in page.text, "老街停水" in page.text) == (422, True, True)
    assert browser.apis.sent("POST") == []


async def test_an_entry_keeps_its_number_when_refused_unless_it_was_used(browser: Browser) -> None:
    await browser.login("clerk")
    for status, same in ((401, True), (422, True), (409, False)):
        problem = {"detail": "no", "field": "contact.phone"}
        browser.apis.instead["intake", "POST", "/demands"] = (status, problem)
        page = await browser.send("/entry", "/entry", **ENTRY, **NUMBER)
        assert (page.status_code, NUMBER["entry"] in page.text) == (422, same)


@pytest.mark.parametrize("action", ["/entry", "/entry/history"])
async def test_an_entry_keeps_its_number_and_every_word_while_intake_is_away(
    browser: Browser, action: str
) -> None:
    await browser.login("clerk")
    browser.apis.away.add("intake")
    page = await browser.send("/entry", action, **ENTRY, **NUMBER, place="凤州镇老街")
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    for kept in (NUMBER["entry"], *(ENTRY[name] for name in ("title", "body", "phone")), "凤州镇老街"):
        assert kept in page.text
    assert "不会重复受理" in page.text
    browser.apis.away.clear()
    assert RECEIPT in (await browser.send("/entry", "/entry", **ENTRY, **NUMBER)).text
    (call,) = browser.apis.sent("POST")
    assert call.headers["idempotency-key"] == f"console-{NUMBER['entry']}"


async def test_a_clerk_looks_up_a_caller_s_history_and_keeps_what_was_typed(browser: Browser) -> None:
    await browser.login("clerk")
    page = await browser.send("/entry", "/entry/history", **ENTRY, **NUMBER)
    for said in (
        "此人以前提过 1 件诉求",
        "去年也停水",
        CASE_PAGE,
        "老街停水",
        "13800000000",
        NUMBER["entry"],
    ):
        assert said in page.text
    (call,) = browser.apis.sent("POST")
    assert (call.path, call.query, call.body) == ("/citizens/history", {}, {"phone": "13800000000"})


async def test_an_anonymous_caller_has_no_history_and_intake_is_not_asked(browser: Browser) -> None:
    await browser.login("clerk")
    page = await browser.send("/entry", "/entry/history", **{**ENTRY, "phone": ""}, **NUMBER)
    assert ("匿名来电" in page.text, "老街停水" in page.text) == (True, True)
    assert browser.apis.sent("POST") == []


async def test_a_phone_that_is_no_number_is_named_before_the_demand_is_sent(browser: Browser) -> None:
    await browser.login("clerk")
    browser.apis.instead["intake", "POST", "/citizens/history"] = (422, {"detail": "no", "field": "phone"})
    page = await browser.send("/entry", "/entry/history", **ENTRY, **NUMBER)
    assert (page.status_code, "请检查“电话”" in page.text) == (422, True)


async def test_entering_is_for_clerks_and_needs_keys(opened: Open) -> None:
    handler, clerk = opened(), opened(keys=False)
    await handler.login("handler", "water")
    refused = await handler.get("/entry")
    assert (refused.status_code, "受理人员" in refused.text) == (403, True)
    await clerk.login("clerk")
    assert "yinuo keys create" in (await clerk.get("/entry")).text


async def test_a_case_and_its_sheet_show_who_assists_with_what_and_until_when(browser: Browser) -> None:
    await browser.login("clerk")
    part = {"unit": "roads", "unit_name": "公路段", "what": "恢复路面", "asked_at": "2021-03-01T01:00:00Z"}
    waits = {**part, "due": "2021-03-08T16:00:00Z", "done_at": None, "result": None, "released_at": None}
    ended = {
        **waits,
        "unit_name": "城管局",
        "due": None,
        "done_at": "2021-03-02T01:00:00Z",
        "result": "已清理",
    }
    case = {**CASE, "assists": [ended, waits], "allowed": ["assist", "release_assist", "assist_done"]}
    browser.apis.instead["assignment", "GET", CASE_PAGE] = (200, case)
    page = (await browser.get(CASE_PAGE)).text
    for said in (
        "公路段",
        "恢复路面",
        "期限 2021年3月8日（周一）24:00",
        "城管局",
        "已完成 2021年3月2日（周二）09:00",
        "已清理",
    ):
        assert said in page
    sheet = (await browser.get(f"{CASE_PAGE}/sheet")).text
    assert "协办单位" in sheet
    assert "公路段：恢复路面（期限 2021-03-08 24:00）" in sheet
    sent = {"unit": "roads", "what": "恢复路面"}
    await browser.send(CASE_PAGE, f"{CASE_PAGE}/steps/assist", **sent)
    assert browser.apis.sent("POST")[-1].body == sent


async def test_a_case_shows_its_group_and_its_likely_twins_to_merge_it_into(browser: Browser) -> None:
    await browser.login("clerk")
    page = (await browser.get(CASE_PAGE)).text
    assert "可能是同一事项" not in page
    member = {**TWIN, "receipt": "YN20210301-00000077", "state": "merged", "since": "2021-03-02T01:00:00Z"}
    tagged = {**CASE["timeline"][0], "step": "tag", "note": "petition enterprise"}
    case = {**CASE, "allowed": ["merge"], "members": [member], "timeline": [tagged]}
    browser.apis.instead["assignment", "GET", CASE_PAGE] = (200, case)
    page = (await browser.get(CASE_PAGE)).text
    for said in (
        "可能是同一事项",
        TWIN["receipt"],
        TWIN["why"],
        member["receipt"],
        "并办于 2021年3月2日（周二）09:00",
        "信访积案、企业困难",
    ):
        assert said in page
    sent = {"into": TWIN["case_id"], "reason": TWIN["why"]}
    await browser.send(CASE_PAGE, f"{CASE_PAGE}/steps/merge", **sent)
    assert browser.apis.sent("POST")[-1].body == sent


async def test_the_case_to_merge_into_may_be_named_by_its_receipt_number(browser: Browser) -> None:
    await browser.login("clerk")
    browser.apis.instead["assignment", "GET", CASE_PAGE] = (200, {**CASE, "allowed": ["merge"]})
    assert '<input name="into" value="" required maxlength="40"' in (await browser.get(CASE_PAGE)).text
    await browser.send(CASE_PAGE, f"{CASE_PAGE}/steps/merge", into=TWIN["receipt"], reason="同一处停水")
    assert browser.apis.sent("POST")[-1].body == {"into": TWIN["receipt"], "reason": "同一处停水"}
    assert browser.apis.asked("/cases") == []
