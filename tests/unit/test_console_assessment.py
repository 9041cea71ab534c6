"""Assessment in the console, over fakes of the four APIs."""

from tests.console_browser import Browser
from tests.console_fakes import NOT_FOUND
from tests.console_fakes_assessment import CASE_ID, PATH, REQUEST, REQUEST_ID

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


async def test_other_weights_are_tried_and_ranks_stand_side_by_side(browser: Browser) -> None:
    await browser.login("leader", "water")
    given = {"weight.on_time": "50", "weight.receipt": ""}
    page = (await browser.send(PATH, f"{PATH}/what-if", **given)).text
    assert browser.apis.sent("POST")[-1].body == {"weights": {"on_time": 50.0}}
    for said in (
        "按上面的权重试算",
        "升 2 位",
        "(70.25)",
        'name="weight.on_time" min="0" max="1000" step="any" value="50"',
    ):
        assert said in page
    wrong = await browser.send(PATH, f"{PATH}/what-if", **{"weight.on_time": "many"})
    assert (wrong.status_code, "权重须为 0 到 1000 的数" in wrong.text, 'value="many"' in wrong.text) == (
        422,
        True,
        True,
    )
    await browser.login("unit_head", "water")
    assert "/what-if" not in (await browser.get(PATH)).text


async def test_the_office_publishes_and_publishes_anew_only_for_a_request_that_calls_for_it(
    browser: Browser,
) -> None:
    await browser.login("supervision_office")
    assert f'action="{PATH}/publish"' not in (await browser.get(PATH)).text
    upheld = {**REQUEST, "state": "approved"}
    browser.apis.instead["reporting", "GET", "/assessment-requests"] = (200, {"requests": [upheld]})
    given = {"because": REQUEST_ID, "reason": "剔除成立"}
    answer = await browser.send(PATH, f"{PATH}/publish", **given)
    assert (answer.headers["location"], browser.apis.sent("POST")[-1].body) == (PATH, given)
    told = {"status": 409, "field": "because", "detail": "a revision was published already"}
    browser.apis.instead["reporting", "POST", PATH] = (409, told)
    late = await browser.send(PATH, f"{PATH}/publish", **given)
    assert (late.status_code, "每件申请改一次" in late.text, 'value="剔除成立"' in late.text) == (
        409,
        True,
        True,
    )
    browser.apis.instead["reporting", "GET", PATH] = (404, NOT_FOUND)
    assert "发布考核结果" in (await browser.get(PATH)).text


async def test_a_request_that_is_refused_stays_in_its_form(browser: Browser) -> None:
    await browser.login("unit_head", "water")
    told = {"status": 422, "field": "case_id", "detail": "water never had that case", "remedy": "another"}
    browser.apis.instead["reporting", "POST", "/exclusions"] = (422, told)
    period = {"first": "2021-03-01", "until": "2021-04-01", "unit": "water", "post": "", "person": ""}
    said = {"case_id": CASE_ID, "indicator": "on_time", "reason": "停电<b>", "evidence": "证明"}
    page = await browser.send(EXPLAINED, "/exclusions", **period, **said)
    assert page.status_code == 422
    for shown in ("没有这件办件", "water never had that case", 'value="停电&lt;b&gt;"', "3 件中 3 件"):
        assert shown in page.text
