"""The console's public promises and projects."""

from typing import Final
from urllib.parse import quote, urlencode

import pytest

from services.contracts.vocabulary import Service
from tests.console_browser import Browser
from tests.console_fakes import CHANGE_SAID, LEDGER, PROMISE, PROMISE_FACTS, PROMISE_ID, VERIFIED

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
    for said in (
        "水利局局长 · 阮桐",
        "2021年8月31日（周二）",
        "最初 2021年6月30日",
        CHANGE_SAID,
        "还有 12 天",
    ):
        assert said in page
    assert "承诺链第 9 号" in page
    assert '">9fa9fa9fa9fa</span>' in page
    assert f"yinuo promises verify --head 9:{PROMISE_FACTS[-1]['fact']['hash']}" in page
    assert f'name="head" value="9:{PROMISE_FACTS[-1]["fact"]["hash"]}"' in page
    for ledger in PROMISE["projects"]:
        assert f'href="/projects/{quote(ledger)}"' in page


async def test_whoever_has_an_old_head_is_told_in_words_whether_it_is_on_the_chain(browser: Browser) -> None:
    digest = VERIFIED["asked"]["hash"]
    for pasted in (f"7:{digest}", f"承诺链 第7号 {digest.upper()}，签名 {'0' * 128}（公钥 {'1' * 16}）"):
        page = await browser.get(f"/promises/verify?{urlencode({'head': pasted})}")
        assert browser.apis.calls[-1].query["head"] == f"7:{digest}"
        assert "承诺链完整：从第 1 号到第 9 号" in page.text
        assert "第 7 号链头在链上" in page.text


async def test_a_chain_that_breaks_or_lacks_the_head_is_told_in_words(browser: Browser) -> None:
    broken = {**VERIFIED, "holds": False, "broken": {"seq": 5, "why": "x"}, "on_chain": False}
    browser.apis.instead["assignment", "GET", "/promises/verify"] = (200, broken)
    page = (await browser.get(f"/promises/verify?head=7:{VERIFIED['asked']['hash']}")).text
    for said in ("断在第 5 号", "第 7 号链头不在链上"):
        assert said in page
    whole = {**VERIFIED, "asked": None, "on_chain": None}
    browser.apis.instead["assignment", "GET", "/promises/verify"] = (200, whole)
    page = (await browser.get("/promises/verify?head=")).text
    assert "承诺链完整" in page
    assert "链头在链上" not in page


@pytest.mark.parametrize("head", ["7", "第7号", "7:" + "g" * 64, "7:" + "0" * 65, "0:" + "0" * 64])
async def test_what_is_no_head_is_told_so_and_asked_of_nobody(browser: Browser, head: str) -> None:
    page = await browser.get(f"/promises/verify?{urlencode({'head': head})}")
    assert (page.status_code, "看不出序号和摘要" in page.text) == (422, True)
    assert browser.apis.asked("/promises/verify") == []


async def test_a_project_s_page_leads_to_the_promises_on_it(browser: Browser) -> None:
    page = (await browser.get(f"/projects/{LEDGER}")).text
    [call] = browser.apis.asked("/promises")
    assert call.query["project"] == LEDGER
    for said in ("八月底前换完老街水管&lt;script&gt;", f'href="/promises/{PROMISE_ID}"', "阮桐"):
        assert said in page
    more = f"/promises?project={quote(LEDGER)}"
    assert f'href="{more}"' in page
    rest = (await browser.get(more)).text
    assert browser.apis.calls[-1].query["project"] == LEDGER
    assert f'name="project" value="{LEDGER}"' in rest
    assert f"project={quote(LEDGER)}&amp;after=further" in rest


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
    for said in ("河口镇自来水管网改造", "6,400,000 元", "40%", "2021年8月31日（周二）"):
        assert said in page
    assert "/projects?tier=department&amp;unit=water&amp;state=under_way&amp;after=further" in page


async def test_a_project_shows_owner_money_milestones_and_each_public_fact(browser: Browser) -> None:
    page = (await browser.get(f"/projects/{LEDGER}")).text
    for said in (
        "水利局局长 · 阮桐",
        "县信访局",
        "中央预算内资金 · 2021",
        "2021年4月28日（周三）完成",
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
