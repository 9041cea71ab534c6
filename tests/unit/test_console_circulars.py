"""Circulars in the console, over fakes of the four APIs: kinds for all, steps for those who take them."""

from tests.console_browser import Browser

REF = "county-2021-03-01-2021-03-12"


async def test_the_list_says_what_kind_each_is_and_which_days_it_reports(browser: Browser) -> None:
    page = (await browser.get("/circulars")).text
    for said in ("周通报", "全县通报", "2021年3月1日至3月12日", "草稿"):
        assert said in page
    assert 'action="/circulars"' not in page
    assert browser.apis.asked("/circulars")[-1].query == {"limit": "20"}


async def test_the_supervision_office_orders_a_county_circular(browser: Browser) -> None:
    await browser.login("supervision_office")
    typed = {"first": "2021-03-01", "last": "2021-03-12"}
    assert (await browser.send("/circulars", "/circulars", **typed)).headers["location"] == "/circulars"
    assert browser.apis.sent("POST")[-1].body == {"kind": "county", **typed}
    assert browser.apis.asked("/circulars")[0].query["drafts"] == "true"


async def test_days_that_are_not_closed_are_told_and_what_was_typed_stays(browser: Browser) -> None:
    await browser.login("supervision_office")
    told = "closed are the days from 2021-03-01 to 2021-03-11, and no others"
    browser.apis.instead["reporting", "POST", "/circulars"] = (409, {"status": 409, "detail": told})
    page = await browser.send("/circulars", "/circulars", first="2021-03-01", last="2021-03-12")
    assert page.status_code == 409
    assert told in page.text
    assert 'value="2021-03-12"' in page.text


async def test_whoever_may_take_a_step_has_a_button_for_it(browser: Browser) -> None:
    await browser.login("clerk")
    page = (await browser.get("/circulars")).text
    assert f'action="/circulars/{REF}/check"' in page
    assert "拟制全县通报" not in page
    assert (await browser.send("/circulars", "/circulars/2021-01/check")).headers["location"] == "/circulars"
    assert browser.apis.sent("POST")[-1].path == "/circulars/2021-01/check"


async def test_a_handler_sees_what_anybody_sees_and_takes_no_step(browser: Browser) -> None:
    await browser.login("handler", "water")
    await browser.get("/circulars")
    assert "drafts" not in browser.apis.asked("/circulars")[-1].query
    assert (await browser.send("/login", "/circulars/2021-01/check")).status_code == 403


async def test_the_office_corrects_what_was_issued_and_what_it_typed_stays_where_that_fails(
    browser: Browser,
) -> None:
    await browser.login("supervision_office")
    page = (await browser.get("/circulars")).text
    assert 'action="/circulars/weekly-2021-03-01/correct"' in page
    assert f'action="/circulars/{REF}/correct"' not in page
    given = {"reason": "单位名称有误", "remark": ""}
    assert (await browser.send("/circulars", "/circulars/2021-01/correct", **given)).status_code == 303
    assert browser.apis.sent("POST")[-1].body == {"reason": "单位名称有误"}
    same = {"status": 409, "field": "remark", "detail": "nothing would differ", "remedy": "give a remark"}
    browser.apis.instead["reporting", "POST", "/circulars/2021-01/correct"] = (409, same)
    again = await browser.send("/circulars", "/circulars/2021-01/correct", **given)
    assert again.status_code == 409
    for said in ("“更正这一期”没有办成", "名录没有变化", "nothing would differ", ">单位名称有误</textarea>"):
        assert said in again.text
    await browser.login("clerk")
    assert "/correct" not in (await browser.get("/circulars")).text


async def test_a_step_that_comes_too_late_says_so(browser: Browser) -> None:
    await browser.login("clerk")
    problem = {"status": 409, "field": "state", "detail": "issued can't take the step", "remedy": "none"}
    browser.apis.instead["reporting", "POST", f"/circulars/{REF}/check"] = (409, problem)
    late = await browser.send("/circulars", f"/circulars/{REF}/check")
    assert (late.status_code, "状态已经变化" in late.text) == (409, True)
