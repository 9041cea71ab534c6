"""Pages name units and posts, whoever looks at them and whatever is away."""

from typing import Final

import pytest

from services.console import kept
from services.contracts.vocabulary import Service
from tests.console_browser import CASE_PAGE, Browser
from tests.console_fakes import CASE, CODE, NOT_FOUND, RECEIPT, STANDING

LIST: Final[tuple[Service, str, str]] = ("assignment", "GET", "/units")
ALL_UNITS: Final = ("县信访局", "县水利局", "公路段")


@pytest.mark.parametrize("path", ["/promises", "/projects", "/cases", "/inbox"])
async def test_a_filter_by_unit_offers_every_unit_by_name(browser: Browser, path: str) -> None:
    await browser.login("supervision_office")
    page = (await browser.get(f"{path}?unit=roads")).text
    for name in ALL_UNITS:
        assert f">{name}</option>" in page
    assert '<option value="roads" selected>公路段</option>' in page


async def test_a_chosen_unit_that_the_list_does_not_have_stays_chosen(browser: Browser) -> None:
    page = (await browser.get("/promises?unit=gone")).text
    assert '<option value="gone" selected>gone</option>' in page


@pytest.mark.parametrize("path", ["/", "/track", "/promises", "/entry", "/cases", "/nothing"])
async def test_every_page_says_by_name_for_which_unit_somebody_is_there(browser: Browser, path: str) -> None:
    await browser.login("clerk", "water")
    assert "受理人员 · 县水利局" in (await browser.get(path)).text


async def test_a_citizen_reads_the_name_of_a_unit_that_intake_has_not_heard_of(browser: Browser) -> None:
    line = {"at": STANDING["received_at"], "step": "assigned", "unit": "roads", "unit_name": None}
    found = {**STANDING, "unit": "roads", "unit_name": None, "timeline": [line]}
    browser.apis.instead["intake", "GET", f"/demands/{RECEIPT}"] = (200, found)
    page = (await browser.http.post("/track", data={"receipt": RECEIPT, "code": CODE})).text
    assert ("<dd>公路段</dd>" in page, "已交 公路段 办理" in page) == (True, True)


async def test_a_step_chooses_among_posts_by_unit_and_title(browser: Browser) -> None:
    text = {"type": "string", "maxLength": 64}
    schema = {"type": "object", "properties": {"unit": text, "post": text}}
    described = {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}
    paths = {**browser.apis.description["paths"], "/cases/{case_id}/reassign": described}
    browser.apis.description = {**browser.apis.description, "paths": paths}
    browser.apis.instead["assignment", "GET", CASE_PAGE] = (200, {**CASE, "allowed": ["reassign"]})
    await browser.login("clerk")
    page = (await browser.get(CASE_PAGE)).text
    assert '<option value="water.head">县水利局 · 水利局局长</option>' in page
    assert '<option value="roads">公路段</option>' in page


async def test_the_list_is_asked_for_once_and_without_a_token(browser: Browser) -> None:
    await browser.login("clerk")
    for path in ("/promises", "/projects", "/cases"):
        await browser.get(path)
    [asked] = browser.apis.asked("/units")
    assert "authorization" not in asked.headers


async def test_an_old_list_serves_while_assignment_is_away(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "FRESH_SECONDS", 0.0)
    await browser.login("handler", "water")
    assert "承办人 · 县水利局" in (await browser.get("/track")).text
    browser.apis.away.add("assignment")
    for path in ("/track", "/inbox"):
        page = await browser.get(path)
        assert (page.status_code, "承办人 · 县水利局" in page.text) == (200, True)


@pytest.mark.parametrize("answer", [(404, NOT_FOUND), (500, {}), (200, {"units": "none"})])
async def test_without_any_list_pages_are_shown_with_codes(
    browser: Browser, answer: tuple[int, object]
) -> None:
    browser.apis.instead[LIST] = answer
    await browser.login("handler", "roads")
    for path in ("/", "/promises", "/inbox", "/cases"):
        page = await browser.get(path)
        assert (page.status_code, "承办人 · roads" in page.text) == (200, True)


async def test_the_inbox_is_shown_though_assignment_never_answered(browser: Browser) -> None:
    browser.apis.away.add("assignment")
    await browser.login("handler", "water")
    page = await browser.get("/inbox")
    assert (page.status_code, "红单" in page.text) == (200, True)
