"""The console's pages of hand-overs, over fakes of the APIs: who sees them, the list, its confirmation."""

import pytest

from services.contracts.vocabulary import Role
from tests.console_browser import Browser
from tests.console_fakes import CODE, CONFIRMED, DIGEST, HAND_OVER, HAND_OVER_PAGE, PASSING, RECEIPT

OWN_WORK = {"title": "Forbidden", "status": 403, "detail": "nobody rates his own work", "field": "receipt"}


@pytest.mark.parametrize("role", ["leader", "unit_head"])
async def test_the_inbox_says_that_a_hand_over_awaits_confirmation(browser: Browser, role: Role) -> None:
    await browser.login(role, "water")
    assert "有 1 项职务交接待确认" in (await browser.get("/inbox")).text
    browser.apis.instead["assignment", "GET", "/hand-overs"] = (200, {"hand_overs": []})
    assert "待确认，去查看" not in (await browser.get("/inbox")).text


async def test_the_inbox_is_shown_though_hand_overs_can_not_be_read(browser: Browser) -> None:
    await browser.login("leader", "water")
    browser.apis.instead["assignment", "GET", "/hand-overs"] = (404, {"detail": "no directory"})
    assert (await browser.get("/inbox")).status_code == 200


async def test_a_list_shows_each_line_and_is_confirmed_by_its_digest(browser: Browser) -> None:
    await browser.login("leader", "water")
    listed = (await browser.get("/hand-overs")).text
    for said in ("水利局局长", "白杉 → 阮桐", "办件 1 · 承诺 1 · 项目 1", HAND_OVER_PAGE):
        assert said in listed
    page = (await browser.get(HAND_OVER_PAGE)).text
    for said in ("停水三天", "换完老街水管", "管网改造", "2021年3月15日（周一）24:00", "待签收", "进行中"):
        assert said in page
    answer = await browser.send(HAND_OVER_PAGE, HAND_OVER_PAGE, digest=DIGEST)
    assert answer.headers["location"] == "/hand-overs?done=true"
    assert browser.apis.sent("POST")[0].body == {"digest": DIGEST}
    assert "已确认交接" in (await browser.get("/hand-overs?done=true")).text


async def test_a_list_that_changed_meanwhile_is_not_confirmed(browser: Browser) -> None:
    await browser.login("leader", "water")
    browser.apis.instead["assignment", "POST", HAND_OVER_PAGE] = (409, {"detail": "the list has changed"})
    answer = await browser.send(HAND_OVER_PAGE, HAND_OVER_PAGE, digest=DIGEST)
    assert (answer.status_code, "情况已经变化" in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("role", "change"),
    [("supervision_office", {}), ("leader", {"confirmation": CONFIRMED}), ("leader", {"passing": []})],
)
async def test_where_nothing_is_to_be_confirmed_there_is_no_button(
    browser: Browser, role: Role, change: dict[str, object]
) -> None:
    whole = {**HAND_OVER, "digest": DIGEST, "passing": PASSING, **change}
    browser.apis.instead["assignment", "GET", HAND_OVER_PAGE] = (200, whole)
    await browser.login(role, "water")
    assert "确认交接</button>" not in (await browser.get(HAND_OVER_PAGE)).text


async def test_the_confirmed_are_asked_for_by_a_link(browser: Browser) -> None:
    await browser.login("supervision_office")
    rows = [{**HAND_OVER, "confirmation": CONFIRMED}]
    browser.apis.instead["assignment", "GET", "/hand-overs"] = (200, {"hand_overs": rows})
    page = (await browser.get("/hand-overs?confirmed=true")).text
    asked = next(call for call in browser.apis.calls if call.path == "/hand-overs").query
    assert (asked, "head of water 已确认" in page) == ({"confirmed": "true"}, True)


async def test_hand_overs_are_for_those_who_answer_for_posts(browser: Browser) -> None:
    await browser.login("handler", "water")
    assert (await browser.get("/hand-overs")).status_code == 403
    assert 'href="/hand-overs"' not in (await browser.get("/inbox")).text


async def test_who_may_not_rate_his_own_work_is_told_so(browser: Browser) -> None:
    where = f"/demands/{RECEIPT}/rating"
    browser.apis.instead["intake", "POST", where] = (403, OWN_WORK)
    fields = {"receipt": RECEIPT, "code": CODE, "level": "satisfied"}
    answer = await browser.send("/login", "/track/rating", **fields)
    assert (answer.status_code, "不能评价本单位的办理" in answer.text) == (403, True)
