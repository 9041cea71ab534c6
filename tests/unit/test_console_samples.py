"""Call-back samples in the console, over fakes of the four APIs."""

import pytest

from tests.console_browser import Browser
from tests.console_fakes import CASE_ID, RECEIPT, SAMPLE, SAMPLE_PAGE


async def test_samples_are_listed_and_one_shows_whom_to_call(browser: Browser) -> None:
    await browser.login("callback_clerk")
    page = (await browser.get("/samples")).text
    for said in ("回访抽样", "答复 30 件，抽取 3 件，已回访 1 件", f'href="/samples/{SAMPLE["sample_id"]}"'):
        assert said in page
    page = (await browser.get(f"/samples/{SAMPLE['sample_id']}")).text
    for said in (RECEIPT, f'href="/cases/{CASE_ID}"', "待回访", "县水利局", "种子：2021-03"):
        assert said in page


async def test_the_list_of_samples_goes_on_with_a_further_page(browser: Browser) -> None:
    await browser.login("callback_clerk")
    assert 'href="/samples?after=further"' in (await browser.get("/samples")).text
    await browser.get("/samples?after=further")
    first, second = (call.query for call in browser.apis.asked(SAMPLE_PAGE))
    assert (first, second) == ({"limit": "25"}, {"limit": "25", "after": "further"})
    browser.apis.instead["assignment", "GET", SAMPLE_PAGE] = (200, {"samples": [SAMPLE], "next": None})
    assert "after=" not in (await browser.get("/samples")).text


@pytest.mark.parametrize(
    ("percent", "share"), [("15", "0.15"), ("12.5", "0.125"), ("100", "1.00"), ("一成", "一成")]
)
async def test_a_share_typed_in_percent_is_asked_for_and_what_is_none_is_the_api_s_to_refuse(
    browser: Browser, percent: str, share: str
) -> None:
    await browser.login("callback_clerk")
    typed = {"first_day": "2021-03-01", "last_day": "2021-03-31", "share": percent, "seed": ""}
    answer = await browser.send("/samples", "/samples", **typed)
    assert answer.headers["location"] == f"/samples/{SAMPLE['sample_id']}"
    assert browser.apis.sent("POST")[-1].body == {
        "first_day": "2021-03-01",
        "last_day": "2021-03-31",
        "share": share,
    }


@pytest.mark.parametrize(
    ("status", "field", "said"), [(422, "last_day", "不得早于起始日"), (409, "first_day", "请放宽日期")]
)
async def test_what_cannot_be_drawn_is_told_and_what_was_typed_stays(
    browser: Browser, status: int, field: str, said: str
) -> None:
    await browser.login("callback_clerk")
    browser.apis.instead["assignment", "POST", SAMPLE_PAGE] = (status, {"status": status, "field": field})
    typed = {"first_day": "2021-03-31", "last_day": "2021-03-01", "share": "10"}
    page = await browser.send("/samples", "/samples", **typed)
    assert (page.status_code, said in page.text) == (status, True)
    assert 'value="2021-03-31"' in page.text


async def test_units_have_no_samples(browser: Browser) -> None:
    await browser.login("handler", "water")
    assert (await browser.get("/samples")).status_code == 403
    assert 'href="/samples"' not in (await browser.get("/cases")).text
