"""Assessment in the console, over fakes of the four APIs."""

from tests.console_browser import Browser
from tests.console_fakes import NOT_FOUND
from tests.console_fakes_assessment import CASE_ID, PATH, REQUEST_ID

GAMED = "/gaming?first=2021-03-01&last=2021-03-31"
EXPLAINED = f"{PATH}/explanation?unit=water"


async def test_scores_are_listed_and_lead_to_their_rows(browser: Browser) -> None:
    await browser.login("unit_head", "water")
    assert f'href="{PATH}"' in (await browser.get("/assessments")).text
    page = (await browser.get(PATH)).text
    for said in ("第 1 版", "61.50", "≈ 43.9 %", "<b>红榜</b> 县水利局", f'href="{EXPLAINED}"', "局长 阮桐"):
        assert said in page
    page = (await browser.get(EXPLAINED)).text
    for said in ("3 件中 3 件", f'href="/cases/{CASE_ID}"', 'action="/exclusions"', 'action="/appeals"'):
        assert said in page


async def test_before_anything_is_published_the_office_sees_a_preview_and_units_nothing(
    browser: Browser,
) -> None:
    browser.apis.instead["reporting", "GET", PATH] = (404, NOT_FOUND)
    await browser.login("supervision_office")
    assert "试算" in (await browser.get(PATH)).text
    await browser.login("handler", "water")
    assert (await browser.get(PATH)).status_code == 404


async def test_a_head_asks_that_a_case_not_count_and_contests_a_score(browser: Browser) -> None:
    await browser.login("unit_head", "water")
    said = {"reason": "停电", "evidence": "证明"}
    answer = await browser.send(EXPLAINED, "/exclusions", case_id=CASE_ID, indicator="on_time", **said)
    assert answer.headers["location"] == "/assessment-requests"
    assert browser.apis.sent("POST")[-1].body == {**said, "case_id": CASE_ID, "indicators": ["on_time"]}
    period = {"first": "2021-03-01", "until": "2021-04-01", "revision": "1"}
    await browser.send(EXPLAINED, "/appeals", **period, post="", **said)
    assert browser.apis.sent("POST")[-1].body == {**said, **period, "post": None}


async def test_each_role_is_offered_the_decisions_that_are_its_own(browser: Browser) -> None:
    path = f"/assessment-requests/{REQUEST_ID}"
    await browser.login("unit_head", "water")
    page = (await browser.get("/assessment-requests")).text
    assert f'action="{path}/withdraw"' in page
    assert f"{path}/approve" not in page
    assert "停电&lt;b&gt;" in page
    await browser.login("supervision_office")
    page = (await browser.get("/assessment-requests")).text
    assert f"{path}/withdraw" not in page
    answer = await browser.send("/assessment-requests", f"{path}/approve", reason="属实")
    assert answer.headers["location"] == "/assessment-requests"
    assert browser.apis.sent("POST")[-1].body == {"reason": "属实"}


async def test_a_step_that_the_state_does_not_know_is_told_with_its_remedy(browser: Browser) -> None:
    await browser.login("supervision_office")
    path = f"/assessment-requests/{REQUEST_ID}/approve"
    refused = {"status": 409, "detail": "it is settled", "remedy": "steps allowed now: none"}
    browser.apis.instead["reporting", "POST", path] = (409, refused)
    answer = await browser.send("/assessment-requests", path, reason="属实")
    assert answer.status_code == 409
    assert "steps allowed now: none" in answer.text


async def test_gaming_is_shown_to_the_office_alone(browser: Browser) -> None:
    await browser.login("supervision_office")
    assert "短时间集中好评" in (await browser.get(GAMED)).text
    await browser.login("unit_head", "water")
    assert (await browser.get(GAMED)).status_code == 403
    assert 'href="/gaming"' not in (await browser.get("/assessments")).text
