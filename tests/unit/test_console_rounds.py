"""Rounds in the console, over fakes of the four APIs: planned, drawn, closed; findings with photographs."""

import re
from typing import Any, Final

import pytest

from services.console.round_forms import plan_body
from services.console.typed import Unfit
from tests.console_browser import Browser
from tests.console_fakes_supervision import DIGEST, FINDING_ID, LETTER_ID, PHOTO, ROUND, ROUND_ID

PAGE: Final = f"/rounds/{ROUND_ID}"
RECORDED: Final = f"{PAGE}/findings/{FINDING_ID}"
PLAN: Final = {
    "round_id": ROUND_ID,
    "name": "第二轮巡回指导",
    "first_day": "2021-03-08",
    "last_day": "2021-03-12",
    "inspectors": "田大河\n白小溪、石青山",
    "team": "2",
    "visits": "",
}
FOUND: Final = {
    "finding_id": FINDING_ID,
    "unit": "water",
    "place": "泵站",
    "found": "未安装。",
    "found_at": "2021-03-01T10:30",
    "required": "限期安装。",
}


async def test_a_round_shows_its_draw_by_name_and_what_was_found(browser: Browser) -> None:
    await browser.login("inspector")
    assert "9 个对象中抽 2 个" in (await browser.get("/rounds")).text
    page = (await browser.get(PAGE)).text
    for said in (
        "自来水管网改造</a>",
        "河口镇：石青山、林远",
        "种子：2021-1",
        "安河村泵站",
        "整改要求：限期安装。",
        "结束后补传",
        f'href="/letters/{LETTER_ID}"',
        f'src="/photos/{DIGEST}"',
        "照片 2 还没有传来",
    ):
        assert said in page
    assert "/acts/close" not in page
    assert "/new-round" not in (await browser.get("/rounds")).text


async def test_the_office_closes_a_round_and_says_where_nobody_went(browser: Browser) -> None:
    await browser.login("supervision_office")
    answer = await browser.send(PAGE, f"{PAGE}/acts/close", missed="unit:river_town")
    assert answer.headers["location"] == f"{PAGE}?done=close"
    assert browser.apis.sent("POST")[-1].body == {"missed": ["unit:river_town"]}
    planned = {**ROUND, "state": "planned", "draw": None, "findings": []}
    browser.apis.instead["supervision", "GET", PAGE] = (200, planned)
    assert "尚未抽签" in (await browser.get(PAGE)).text
    await browser.send(PAGE, f"{PAGE}/acts/draw", seed="88213")
    assert browser.apis.sent("POST")[-1].body == {"seed": "88213"}
    problem = {"status": 409, "field": "inspectors", "detail": "1 inspectors may go there", "remedy": "more"}
    browser.apis.instead["supervision", "POST", f"{PAGE}/draw"] = (409, problem)
    short = await browser.send(PAGE, f"{PAGE}/acts/draw", seed="88213")
    assert (short.status_code, "回避之后人手不够" in short.text, 'value="88213"' in short.text) == (
        409,
        True,
        True,
    )


async def test_the_office_plans_a_round_over_whole_groups_and_single_places(browser: Browser) -> None:
    await browser.login("supervision_office")
    page = (await browser.get("/new-round")).text
    for said in ("全部镇", "从未巡查", "上次 2021年2月1日（周一）", "凤项-2021-001 · 县水利局"):
        assert said in page
    given = {**PLAN, "group": "towns", "target": "project:凤项-2021-001"}
    answer = await browser.send("/new-round", "/new-round", **given)
    assert answer.headers["location"] == f"{PAGE}?done=plan"
    [sent] = browser.apis.sent("PUT")
    assert (sent.path, sent.body["inspectors"]) == (PAGE, ["田大河", "白小溪", "石青山"])
    assert [one["key"] for one in sent.body["targets"]] == ["river_town", "凤项-2021-001"]
    assert "visits" not in sent.body
    assert "已办理：计划巡查。" in (await browser.get(answer.headers["location"])).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "请填写这一项。"),
        ({"last_day": "2021-03-01"}, "末日早于首日。"),
        ({"group": ""}, "请填写这一项。"),
        ({"inspectors": "田大河\n田大河"}, "有重名"),
        ({"team": "4"}, "超过了可选的数目"),
        ({"visits": "9"}, "超过了可选的数目"),
        ({"visits": "some"}, "请填一个正整数"),
    ],
)
async def test_what_can_not_be_planned_is_told_beside_its_field_and_nothing_typed_is_lost(
    browser: Browser, changed: dict[str, str], said: str
) -> None:
    await browser.login("supervision_office")
    page = await browser.send("/new-round", "/new-round", **{**PLAN, "group": "towns", **changed})
    assert (page.status_code, browser.apis.sent("PUT")) == (422, [])
    assert re.search(f'<small class="wrong">{said}', page.text)
    assert f'name="round_id" value="{ROUND_ID}"' in page.text
    assert "2021-03-08" in page.text


def test_a_plan_without_any_place_names_what_is_missing() -> None:
    with pytest.raises(Unfit) as found:
        plan_body(PLAN, ["towns"], [], [])
    assert found.value.field == "targets"


async def test_a_finding_goes_under_the_id_that_the_page_made_and_its_photographs_before_it(
    browser: Browser,
) -> None:
    await browser.login("inspector")
    answer = await upload(browser, FOUND, PHOTO)
    assert answer.headers["location"] == f"{PAGE}?done=finding"
    photo, finding = browser.apis.sent("PUT")
    assert (photo.path, photo.headers["content-type"]) == (f"/photos/{DIGEST}", "image/jpeg")
    assert (finding.path, finding.body["photos"]) == (RECORDED, [DIGEST])
    assert (finding.body["needs_letter"], finding.body["required"]) == (True, "限期安装。")
    assert finding.body["found_at"] == "2021-03-01T10:30:00+08:00"


async def test_a_refused_finding_keeps_its_words_and_the_photographs_that_came(browser: Browser) -> None:
    await browser.login("inspector")
    told = {"status": 409, "field": "found_at", "detail": "hasn't come yet", "remedy": "set the clock"}
    browser.apis.instead["supervision", "PUT", RECORDED] = (409, told)
    late = await upload(browser, FOUND, PHOTO)
    for said in (
        "未安装。",
        "发现时间不能晚于现在",
        "hasn&#39;t come yet",
        f'value="{DIGEST}"',
        "已收到 1 张照片",
    ):
        assert said in late.text
    assert f'name="finding_id" value="{FINDING_ID}"' in late.text
    del browser.apis.instead["supervision", "PUT", RECORDED]
    await upload(browser, {**FOUND, "photo": DIGEST}, b"")
    assert browser.apis.sent("PUT")[-1].body["photos"] == [DIGEST]
    for changed, said in (({"found_at": "gestern"}, "看不懂"), ({"unit": ""}, "请填写这一项")):
        wrong = await upload(browser, {**FOUND, **changed}, b"")
        assert (wrong.status_code, said in wrong.text) == (422, True)


async def test_a_photograph_larger_than_a_page_s_forms_is_handed_on_and_one_that_is_refused_is_told(
    browser: Browser,
) -> None:
    await browser.login("inspector")
    problem = {"status": 413, "field": "body", "detail": "too large", "remedy": "take it smaller"}
    large = b"\xff\xd8\xff" + bytes(1024 * 1024)
    answer = await upload(browser, FOUND, large)
    assert answer.status_code == 404  # handed on: the fake knows no such photograph
    path = browser.apis.sent("PUT")[-1].path
    browser.apis.instead["supervision", "PUT", path] = (413, problem)
    answer = await upload(browser, FOUND, large)
    assert (answer.status_code, "照片没有收下" in answer.text, "未安装。" in answer.text) == (413, True, True)
    assert browser.apis.sent("PUT")[-1].path == path


async def test_who_may_sees_a_photograph_as_it_is(browser: Browser) -> None:
    await browser.login("unit_head", "water")
    answer = await browser.get(f"/photos/{DIGEST}")
    assert (answer.status_code, answer.text) == (200, "a picture")
    await browser.login("clerk")
    assert (await browser.get(f"/photos/{DIGEST}")).status_code == 403


async def test_units_see_no_rounds(browser: Browser) -> None:
    await browser.login("handler", "water")
    assert (await browser.get("/rounds")).status_code == 403
    assert 'href="/rounds"' not in (await browser.get("/letters")).text


async def upload(browser: Browser, fields: dict[str, str], photo: bytes) -> Any:
    token = await browser.form_token(PAGE)
    files = {"photos": ("site.jpg", photo, "image/jpeg")}
    return await browser.http.post(f"{PAGE}/findings", data={**fields, "form_token": token}, files=files)
