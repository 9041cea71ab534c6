"""Projects offered for a case: staff see them where they begin, and decide on the case's page."""

from html import unescape
from urllib.parse import quote

import pytest

from services.contracts.vocabulary import Role
from tests.console_browser import CASE_PAGE, Browser
from tests.console_fakes import CASE_ID, LEDGER, OFFER, OFFERS_PAGE

DECIDING = f"/cases/{CASE_ID}/offers/{quote(LEDGER)}"


async def test_a_case_shows_the_projects_that_may_answer_it_until_somebody_decides(browser: Browser) -> None:
    await browser.login("clerk")
    page = (await browser.get(CASE_PAGE)).text
    assert ("可能由这些项目回应" in page, str(OFFER["why"]) in unescape(page)) == (True, True)
    assert f'action="{DECIDING}"' in page
    decided = [{**OFFER, "accepted": False}, {**OFFER, "state": "done"}]
    browser.apis.instead["assignment", "GET", OFFERS_PAGE] = (200, decided)
    assert DECIDING not in (await browser.get(CASE_PAGE)).text


@pytest.mark.parametrize("accept", [True, False])
async def test_a_decision_about_an_offered_project_goes_to_assignment(browser: Browser, accept: bool) -> None:
    await browser.login("handler", "water")
    page = await browser.send(CASE_PAGE, DECIDING, accept=str(accept).lower())
    assert (page.status_code, page.headers["location"]) == (303, f"{CASE_PAGE}?done=decide_offer")
    [call] = browser.apis.sent("POST")
    assert (call.path, call.body) == (f"{OFFERS_PAGE}/{LEDGER}", {"accept": accept})


async def test_a_decision_that_is_refused_is_told_on_the_page_of_the_case(browser: Browser) -> None:
    await browser.login("clerk")
    browser.apis.instead["assignment", "POST", f"{OFFERS_PAGE}/{LEDGER}"] = (409, {"status": 409})
    page = await browser.send(CASE_PAGE, DECIDING, accept="true")
    assert (page.status_code, "“项目关联建议”没有办成" in page.text) == (409, True)


@pytest.mark.parametrize(("role", "start"), [("clerk", "/cases"), ("handler", "/inbox")])
async def test_staff_begin_with_how_many_offers_await_them(browser: Browser, role: Role, start: str) -> None:
    await browser.login(role, "water")
    page = (await browser.get(start)).text
    assert "有 1+ 件办件的项目关联建议待定" in page
    assert 'href="/cases?offers=true"' in page
    asked = [call.query for call in browser.apis.asked("/cases") if "offers" in call.query]
    assert asked == [{"limit": "99", "offers": "true"}]


async def test_who_decides_about_no_project_is_not_told_of_offers(browser: Browser) -> None:
    await browser.login("inspector")
    for page in ("/cases", CASE_PAGE):
        assert "关联建议待定" not in (await browser.get(page)).text
    assert not browser.apis.asked(OFFERS_PAGE)
