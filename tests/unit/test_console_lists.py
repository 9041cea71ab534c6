"""The console's public promises and projects."""

from typing import Final

from services.contracts.vocabulary import Service
from tests.console_browser import Browser
from tests.console_fakes import CHANGE_SAID, LEDGER, PROMISE, PROMISE_FACTS, PROMISE_ID

PROMISES: Final[tuple[Service, str, str]] = ("assignment", "GET", "/promises")


async def test_anybody_filters_promises_and_pages_on_with_the_same_filters(browser: Browser) -> None:
    page = await browser.get("/promises?tier=department&unit=water&state=standing")
    assert page.status_code == 200
    [call] = browser.apis.asked("/promises")
    assert (call.query["tier"], call.query["unit"], call.query["state"]) == (
        "department",
        "water",
        "standing",
    )
    assert "authorization" not in call.headers
    for said in ("八月底前换完老街水管&lt;script&gt;", "县水利局", "还有 12 天", f"/promises/{PROMISE_ID}"):
        assert said in page.text
    assert 'value="water" selected>县水利局<' in page.text
    assert "/promises?tier=department&amp;unit=water&amp;state=standing&amp;after=further" in page.text
    await browser.get("/promises?after=further")
    assert browser.apis.calls[-1].query["after"] == "further"


async def test_a_promise_says_whose_it_is_each_change_and_its_place_in_the_chain(browser: Browser) -> None:
    page = (await browser.get(f"/promises/{PROMISE_ID}")).text
    for said in ("水利局局长 · 阮桐", "2021年8月31日", "最初 2021年6月30日", CHANGE_SAID, "还有 12 天"):
        assert said in page
    assert "承诺链第 9 号" in page
    assert '">9fa9fa9fa9fa</span>' in page
    assert f"yinuo promises verify --head 9:{PROMISE_FACTS[-1]['fact']['hash']}" in page


async def test_days_count_down_to_the_date_past_it_and_stop_once_settled(browser: Browser) -> None:
    for days, state, said in (
        (0, "standing", "今天到期"),
        (-3, "standing", "已逾期 3 天"),
        (-3, "kept", None),
    ):
        row = {**PROMISE, "days_left": days, "state": state}
        browser.apis.instead[PROMISES] = (200, {"promises": [row], "next": None})
        page = (await browser.get("/promises")).text
        assert said is None or said in page
        assert (said is None) == ("已逾期" not in page and "今天到期" not in page)


async def test_a_promise_or_project_that_is_not_there_is_a_page_that_says_so(browser: Browser) -> None:
    for path in (
        f"/promises/{PROMISE_ID}"[:-1] + "0",
        "/promises/abc",
        "/projects/none",
        "/projects/none/page",
    ):
        assert (await browser.get(path)).status_code == 404


async def test_anybody_filters_projects_and_pages_on_with_the_same_filters(browser: Browser) -> None:
    page = (await browser.get("/projects?tier=department&unit=water&state=under_way")).text
    [call] = browser.apis.asked("/projects")
    assert (call.query["tier"], call.query["unit"], call.query["state"]) == (
        "department",
        "water",
        "under_way",
    )
    assert "authorization" not in call.headers
    for said in ("河口镇自来水管网改造", "6,400,000 元", "40%", "2021年8月31日"):
        assert said in page
    assert "/projects?tier=department&amp;unit=water&amp;state=under_way&amp;after=further" in page


async def test_a_project_shows_owner_money_milestones_and_each_public_fact(browser: Browser) -> None:
    page = (await browser.get(f"/projects/{LEDGER}")).text
    for said in (
        "水利局局长 · 阮桐",
        "县信访局",
        "中央预算内资金 · 2021",
        "2021年4月28日 完成",
        "完成期限：2021-06-30 → 2021-08-31",
        "牵头单位：无 → 县水利局",
        "责任人：信访局局长 → 水利局局长",
        "理由：汛期无法施工",
        "批准：县长",
        "已更换2公里",
    ):
        assert said in page
    assert "台账页（可打印）" in page


async def test_a_ledger_page_is_shown_with_its_own_style_and_without_scripts(browser: Browser) -> None:
    page = await browser.get(f"/projects/{LEDGER}/page")
    assert "台账页" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
