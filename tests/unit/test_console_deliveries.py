"""The delivery log in the console, over fakes of the two services that send messages."""

from tests.console_browser import Browser
from tests.console_fakes import NOTICE_ID

RETRY = f"/deliveries/reporting/{NOTICE_ID}/retry"


async def test_the_log_says_what_went_to_whom_and_why_it_did_not_arrive(browser: Browser) -> None:
    await browser.login("supervision_office")
    page = (await browser.get("/deliveries?sender=reporting&state=given_up&recipient=unit:water")).text
    [asked] = browser.apis.asked("/delivery/log")
    assert (asked.service, asked.query["state"], asked.query["recipient"]) == (
        "reporting",
        "given_up",
        "unit:water",
    )
    for said in ("县水利局 · 邮件", "县水利局 水利局局长", "已放弃", "已试 2 次", "450 mailbox &lt;busy&gt;"):
        assert said in page
    assert "sender=reporting&amp;state=given_up&amp;recipient=unit%3Awater&amp;after=further" in page
    assert "/retry" not in page


async def test_an_administrator_has_what_did_not_arrive_tried_again(browser: Browser) -> None:
    await browser.login("administrator")
    page = (await browser.get("/deliveries?sender=reporting")).text
    assert page.count(f'action="{RETRY}"') == 2  # what was sent isn't sent again
    answer = await browser.send("/deliveries?sender=reporting", RETRY)
    assert answer.headers["location"] == "/deliveries?sender=reporting&done=true"
    sent = browser.apis.sent("POST")[-1]
    assert (sent.service, sent.path) == ("reporting", f"/delivery/messages/{NOTICE_ID}/retry")
    gone = {"status": 404, "field": "message_id", "detail": "no message waits"}
    browser.apis.instead["reporting", "POST", sent.path] = (404, gone)
    late = await browser.send("/deliveries?sender=reporting", RETRY)
    assert (late.status_code, "这条消息已经送达" in late.text) == (404, True)


async def test_the_log_is_shown_though_posts_can_not_be_named(browser: Browser) -> None:
    browser.apis.away.add("assignment")
    await browser.login("supervision_office")
    page = await browser.get("/deliveries")
    assert (page.status_code, "water.head" in page.text) == (200, True)


async def test_units_see_no_log(browser: Browser) -> None:
    await browser.login("unit_head", "water")
    assert (await browser.get("/deliveries")).status_code == 403
    assert (await browser.get("/deliveries?sender=intake")).status_code == 404
