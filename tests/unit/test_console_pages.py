"""The console's pages for everybody, login, and what holds for every page."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from services.kit.auth import issue_token
from tests.console_browser import CASE_PAGE, SECRETS, Browser, Open
from tests.console_fakes import CODE, LEDGER, NOTICE_ID, PROMISE_ID, RECEIPT


async def test_a_citizen_sees_unit_limit_steps_and_reply_in_local_time(browser: Browser) -> None:
    page = await browser.http.post("/track", data={"receipt": f" {RECEIPT.lower()} ", "code": CODE.lower()})
    assert page.status_code == 200
    for said in (
        "已办结",
        "县水利局",
        "3月15日（周一）24:00",
        "3月1日（周一）08:00",
        "县水利局 已签收，正在办理",
    ):
        assert said in page.text
    assert "&lt;b&gt;已修好&lt;/b&gt;" in page.text


async def test_the_tracking_code_stands_in_no_address_and_no_answer(browser: Browser) -> None:
    page = await browser.http.post("/track", data={"receipt": RECEIPT, "code": CODE})
    assert CODE not in str(page.url)
    assert f'value="{CODE}"' not in page.text


async def test_a_wrong_code_and_an_unknown_receipt_look_the_same(browser: Browser) -> None:
    wrong = await browser.http.post("/track", data={"receipt": RECEIPT, "code": "WRONG"})
    unknown = await browser.http.post("/track", data={"receipt": RECEIPT[:-1] + "9", "code": "WRONG"})
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert "没有查到" in wrong.text
    assert wrong.text == unknown.text.replace(RECEIPT[:-1] + "9", RECEIPT)


async def test_the_start_page_comes_up_while_reporting_is_away(browser: Browser) -> None:
    assert "2021-01" in (await browser.get("/")).text
    browser.apis.away.add("reporting")
    page = await browser.get("/")
    assert page.status_code == 200
    assert "通报服务暂时连不上" in page.text


async def test_a_service_that_is_away_is_named_with_what_to_do(browser: Browser) -> None:
    browser.apis.away.add("intake")
    page = await browser.http.post("/track", data={"receipt": RECEIPT, "code": CODE})
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "连不上的是：受理" in page.text


async def test_readiness_names_the_service_that_is_away_and_stays_ready(browser: Browser) -> None:
    browser.apis.away.add("supervision")
    found = await browser.get("/health/ready")
    assert found.status_code == 200
    assert list(found.json()["degraded"]) == ["supervision"]
    assert "yinuo_http_requests_total" in (await browser.get("/metrics")).text


@pytest.mark.parametrize("path", ["/inbox", "/cases", CASE_PAGE, f"{CASE_PAGE}/sheet", "/entry", "/staff"])
async def test_a_page_for_staff_leads_to_the_login_and_back(browser: Browser, path: str) -> None:
    sent = await browser.get(path)
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/login?then=%2F")
    assert {call.path for call in browser.apis.calls} <= {"/units"}


async def test_login_keeps_the_token_from_scripts_and_other_sites(opened: Open) -> None:
    browser = opened(environment="production", scheme="https")
    answer = await browser.login("handler", "water")
    assert answer.headers["location"] == "/inbox"
    cookie = next(one for one in answer.headers.get_list("set-cookie") if "yinuo-login" in one)
    assert cookie.startswith("__Host-yinuo-login=")
    assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(cookie.split("; "))
    assert "Max-Age=431" in cookie


async def test_a_token_that_expired_or_is_no_token_does_not_log_in(browser: Browser) -> None:
    old = await browser.login("clerk", lifetime=timedelta(seconds=-1))
    assert (old.status_code, "已经到期" in old.text) == (422, True)
    bad = await browser.send("/login", "/login", token="abc")
    assert bad.status_code == 422
    assert (await browser.get("/cases")).status_code == 303


async def test_a_service_that_finds_the_token_expired_leads_to_the_login(browser: Browser) -> None:
    await browser.login("clerk")
    browser.apis.instead["assignment", "GET", "/cases"] = (401, {"detail": "Signature has expired"})
    assert (await browser.get("/cases")).headers["location"] == "/login?expired=true"
    assert "登录已到期" in (await browser.get("/login?expired=true")).text


async def test_after_logging_out_no_page_for_staff_opens(browser: Browser) -> None:
    await browser.login("clerk")
    assert (await browser.get("/cases")).status_code == 200
    await browser.send("/cases", "/logout")
    assert (await browser.get("/cases")).status_code == 303


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example", "evil"])
async def test_login_leads_to_no_other_site(browser: Browser, then: str) -> None:
    token = issue_token(SECRETS["YINUO_TOKEN_PRIVATE_KEY"], subject="tester", role="clerk")
    answer = await browser.send("/login", "/login", token=token, then=then)
    assert answer.headers["location"] == "/cases"


CHANGING = [
    "/login",
    "/logout",
    f"/notices/{NOTICE_ID}/ack",
    f"{CASE_PAGE}/steps/sign_for",
    "/entry",
    "/track/rating",
    "/track/withdrawal",
]


@pytest.mark.parametrize("action", CHANGING)
async def test_a_changing_form_of_another_site_is_refused(browser: Browser, action: str) -> None:
    await browser.login("administrator")
    for fields in ({}, {"form_token": "0" * 64}):
        answer = await browser.http.post(action, data=fields)
        assert (answer.status_code, "表单已失效" in answer.text) == (403, True)
    assert browser.apis.sent("POST") == []


async def test_a_form_of_another_login_is_refused(opened: Open) -> None:
    mine, theirs = opened(), opened()
    await mine.login("clerk")
    await theirs.login("handler", "water")
    token = await theirs.form_token(CASE_PAGE)
    answer = await mine.http.post(f"{CASE_PAGE}/steps/sign_for", data={"form_token": token})
    assert answer.status_code == 403


PUBLIC = [
    "/",
    "/track",
    "/promises",
    f"/promises/{PROMISE_ID}",
    "/projects",
    f"/projects/{LEDGER}",
    "/circulars",
]
PAGES = [*PUBLIC, "/login", "/nothing", "/inbox", "/cases", CASE_PAGE, "/entry"]


async def test_a_circular_is_had_as_a_file_too(browser: Browser) -> None:
    answer = await browser.get("/circulars/2021-01.csv")
    assert answer.text == "单位代码,单位"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''circular-2021-01.csv"
    assert (await browser.get("/circulars/2021-01.exe")).status_code in (404, 422)


@pytest.mark.parametrize(
    "path",
    [
        *PAGES,
        "/static/console.css",
        f"{CASE_PAGE}/sheet",
        "/circulars/2021-01",
        "/circulars/2021-01.pdf",
        f"/projects/{LEDGER}/page",
    ],
)
async def test_no_answer_lets_a_script_run_or_another_site_frame_it(browser: Browser, path: str) -> None:
    await browser.login("administrator")
    answer = await browser.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "public" not in answer.headers["cache-control"]


class Tags(HTMLParser):
    """Which tags and attributes a page has, and whether every tag that opens closes."""

    VOID = frozenset({"meta", "link", "input", "br", "col"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()
        self.faults += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.faults += [f"{tag} {name}" for name, _ in attrs if name.startswith("on") or name == "style"]
        self.faults += [tag] if tag in ("script", "style") else []
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", [*PAGES, f"{CASE_PAGE}/sheet"])
async def test_a_page_is_well_formed_has_no_script_and_fits_a_phone(
    browser: Browser, path: str, language: str
) -> None:
    await browser.login("administrator")
    page = (await browser.get(f"{path}?lang={language}&unit=water")).text
    assert Tags(page).faults == []
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert not re.search(r"\b(?:src|href)=\"(?:https?:)?//", page)


@pytest.mark.parametrize(
    ("action", "page"),
    [
        ("/track/rating", "/track"),
        ("/track/withdrawal", "/track"),
        (f"{CASE_PAGE}/steps/sign_for", CASE_PAGE),
    ],
)
async def test_a_form_s_answer_opens_in_the_other_language(browser: Browser, action: str, page: str) -> None:
    answer = await browser.get(f"{action}?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?lang=en")


async def test_a_citizen_may_take_hours_over_a_form(browser: Browser) -> None:
    answer = await browser.get("/track")
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if "yinuo-visitor" in one]
    assert "max-age" not in cookie.lower()


async def test_the_language_is_chosen_once_and_stays(browser: Browser) -> None:
    assert '<html lang="zh-CN">' in (await browser.get("/")).text
    assert '<html lang="en">' in (await browser.get("/?lang=en")).text
    assert '<html lang="en">' in (await browser.get("/track")).text


async def test_an_english_browser_gets_english_and_any_other_chinese(opened: Open) -> None:
    for accepted, language in (("en-GB,en;q=0.9,zh;q=0.1", "en"), ("fr", "zh-CN"), ("", "zh-CN")):
        answer = await opened().http.get("/", headers={"Accept-Language": accepted})
        assert f'<html lang="{language}">' in answer.text


async def test_an_unexpected_failure_is_a_page_with_a_reference_that_the_log_has_too(
    browser: Browser,
) -> None:
    browser.apis.instead["assignment", "GET", "/projects"] = (200, object())  # no answer can be made of it
    with capture_logs(processors=[merge_contextvars]) as logged:
        page = await browser.get("/projects")
    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    (failure,) = (line for line in logged if line["event"] == "request failed")
    assert "系统出错" in page.text
    assert failure["reference"] in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
