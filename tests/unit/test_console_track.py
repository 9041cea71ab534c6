"""What a citizen may say on the tracking page."""

from typing import Any, Final

import pytest

from services.contracts.vocabulary import Service
from tests.console_browser import Browser
from tests.console_fakes import ANSWERING, CODE, RECEIPT, STANDING

KEYS = {"receipt": RECEIPT, "code": CODE.lower()}
TRACKED: Final[tuple[Service, str, str]] = ("intake", "GET", f"/demands/{RECEIPT}")


async def follow(browser: Browser, **changed: Any) -> str:
    browser.apis.instead[TRACKED] = (200, {**STANDING, **changed})
    return (await browser.http.post("/track", data=KEYS)).text


async def test_a_reply_is_rated_once_on_five_levels(browser: Browser) -> None:
    page = await follow(browser)
    assert page.count('name="level"') == 5
    rated = await follow(browser, rating="satisfied")
    assert "您的评价：满意" in rated
    assert 'name="level"' not in rated


@pytest.mark.parametrize("state", ["dispatched", "signed_for", "suspended"])
async def test_before_the_reply_a_demand_can_be_withdrawn_and_not_rated(browser: Browser, state: str) -> None:
    page = await follow(browser, state=state, reply=None)
    assert 'action="/track/withdrawal"' in page
    assert 'action="/track/rating"' not in page


async def test_a_withdrawal_on_its_way_is_not_offered_again_and_one_that_came_too_late_is(
    browser: Browser,
) -> None:
    sent = await follow(browser, state="signed_for", withdrawal="sent")
    assert ("撤回已收到" in sent, 'action="/track/withdrawal"' in sent) == (True, False)
    late = {"at": STANDING["received_at"], "step": "withdrawal_late", "unit": None, "unit_name": None}
    anew = await follow(browser, state="dispatched", withdrawal="late", timeline=[late])
    assert ("撤回没有生效" in anew, 'action="/track/withdrawal"' in anew) == (True, True)
    assert "您撤回时已经有答复或决定，撤回没有生效" in anew


@pytest.mark.parametrize("state", ["registered", "withdrawn", "refused"])
async def test_where_nothing_can_be_said_no_form_is_offered(browser: Browser, state: str) -> None:
    assert 'action="/track/' not in await follow(browser, state=state)


async def test_a_rating_goes_to_intake_with_the_code_and_without_a_token(browser: Browser) -> None:
    sent = {**KEYS, "level": "satisfied", "comment": "谢谢"}
    page = await browser.send("/login", "/track/rating", **sent)
    assert "评价已收到" in page.text
    assert 'action="/track/rating"' not in page.text
    [call] = browser.apis.sent("POST")
    assert call.body == {"tracking_code": CODE, "level": "satisfied", "comment": "谢谢"}
    assert "authorization" not in call.headers


@pytest.mark.parametrize("what", ["rating", "project-rating", "withdrawal"])
async def test_nobody_speaks_for_a_citizen_where_staff_are_logged_in(browser: Browser, what: str) -> None:
    await browser.login("clerk")
    page = await browser.send("/cases", f"/track/{what}", **KEYS, level="satisfied", ledger="凤项-2021-001")
    assert (page.status_code, "工作人员不能代为评价或撤回" in page.text) == (403, True)
    assert browser.apis.sent("POST") == []


async def test_staff_see_where_a_demand_stands_without_the_forms_of_its_citizen(browser: Browser) -> None:
    await browser.login("clerk")
    page = await follow(browser, projects=[{**ANSWERING, "done_on": "2021-08-20"}])
    assert ('action="/track/' in page, "请退出登录" in page) == (False, True)


async def test_a_rating_that_came_too_late_is_told_and_the_next_reply_is_rated(browser: Browser) -> None:
    late = {"at": STANDING["received_at"], "step": "rating_late", "unit": "water", "unit_name": "县水利局"}
    anew = await follow(browser, timeline=[late])
    assert ("评价没有计入" in anew, 'action="/track/rating"' in anew) == (True, True)


async def test_a_withdrawal_goes_to_intake_and_its_reason_is_optional(browser: Browser) -> None:
    page = await browser.send("/login", "/track/withdrawal", **KEYS, reason="")
    assert "诉求已撤回" in page.text
    assert browser.apis.sent("POST")[0].body == {"tracking_code": CODE}


async def test_what_intake_does_not_take_is_told(browser: Browser) -> None:
    for action, said in (("rating", "没有记下这次评价"), ("withdrawal", "没有撤回")):
        browser.apis.instead["intake", "POST", f"/demands/{RECEIPT}/{action}"] = (409, {"status": 409})
        page = await browser.send("/login", f"/track/{action}", **KEYS, level="satisfied")
        assert (page.status_code, said in page.text) == (409, True)


async def test_a_rating_without_a_level_or_with_a_wrong_code_is_not_sent_on(browser: Browser) -> None:
    page = await browser.send("/login", "/track/rating", **KEYS)
    assert (page.status_code, "请先选择一档评价" in page.text) == (422, True)
    assert browser.apis.sent("POST") == []
    wrong = await browser.send("/login", "/track/rating", receipt=RECEIPT, code="WRONG", level="satisfied")
    assert (wrong.status_code, "没有查到" in wrong.text) == (404, True)


async def test_projects_that_answer_the_demand_stand_with_their_date_and_milestones(browser: Browser) -> None:
    page = await follow(browser, projects=[ANSWERING])
    for said in (
        "河口镇自来水管网改造",
        "计划 2021年8月31日（周二）前完成",
        "管材进场",
        "2021年4月28日（周三）完成",
        "未完成",
    ):
        assert said in page
    assert 'href="/projects/%E5%87%A4%E9%A1%B9-2021-001"' in page


async def test_a_project_that_answers_the_demand_is_rated_when_it_is_done(browser: Browser) -> None:
    assert 'action="/track/project-rating"' not in await follow(browser, projects=[ANSWERING])
    done = {**ANSWERING, "done_on": "2021-08-20"}
    assert 'action="/track/project-rating"' in await follow(browser, projects=[done])
    sent = {**KEYS, "ledger": ANSWERING["ledger"], "level": "satisfied"}
    page = await browser.send("/login", "/track/project-rating", **sent)
    assert "对项目的评价已收到" in page.text
    [call] = browser.apis.sent("POST")
    assert call.body == {"tracking_code": CODE, "ledger": ANSWERING["ledger"], "level": "satisfied"}
    rated = await follow(browser, projects=[{**done, "rating": "satisfied"}])
    assert 'action="/track/project-rating"' not in rated
    assert "您的评价：满意" in rated
