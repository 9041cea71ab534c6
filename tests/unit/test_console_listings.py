"""Listings and meetings in the console, over fakes of the four APIs."""

import re

from tests.console_browser import Browser
from tests.console_fakes_supervision import LISTING, LISTING_ID, MEETING, MEETING_ID, TASK_ID


async def test_anybody_sees_what_is_listed_and_its_progress(browser: Browser) -> None:
    page = (await browser.get("/listings?state=listed")).text
    for said in (
        "自来水管网改造",
        "县水利局",
        "督办中",
        "本周进展逾期未报",
        f'href="/listings/{LISTING_ID}"',
    ):
        assert said in page
    assert 'action="/listings"' in page
    assert 'method="post" action="/listings"' not in page
    browser.apis.instead["supervision", "GET", f"/listings/{LISTING_ID}"] = (200, {**LISTING, "allowed": []})
    one = (await browser.get(f"/listings/{LISTING_ID}")).text
    for said in ("30日内群众评价不满意3次", "已更换施工队。", "第 2 次挂牌", "凤项-2021-001"):
        assert said in one
    assert "/acts/" not in one
    assert "Listings" in (await browser.get("/listings?lang=en")).text


async def test_the_unit_reports_and_a_report_without_words_is_not_sent(browser: Browser) -> None:
    await browser.login("unit_head", "water")
    path = f"/listings/{LISTING_ID}"
    assert set(re.findall(r"/acts/(\w+)", (await browser.get(path)).text)) == {"progress", "ask"}
    empty = await browser.send(path, f"{path}/acts/progress", text="")
    assert (empty.status_code, browser.apis.sent("POST")) == (422, [])
    answer = await browser.send(path, f"{path}/acts/progress", text="已补漏。")
    assert answer.headers["location"] == f"{path}?done=progress"
    assert browser.apis.sent("POST")[-1].body == {"text": "已补漏。"}
    browser.apis.instead["supervision", "POST", f"{path}/ask"] = (409, {"status": 409, "field": "step"})
    late = await browser.send(path, f"{path}/acts/ask", text="已整改。")
    assert (late.status_code, "“申请销号”没有办成" in late.text, "已整改。" in late.text) == (409, True, True)


async def test_the_office_lists_by_hand(browser: Browser) -> None:
    await browser.login("supervision_office")
    answer = await browser.send("/listings", "/listings", project="凤项-2021-001", reason="群众不满意。")
    assert answer.headers["location"] == f"/listings/{LISTING_ID}?done=open"
    assert browser.apis.sent("POST")[-1].body == {"project": "凤项-2021-001", "reason": "群众不满意。"}


async def test_a_meeting_shows_its_agenda_and_what_was_said(browser: Browser) -> None:
    await browser.login("unit_head", "water")
    assert "议题 2 项" in (await browser.get("/meetings")).text
    path = f"/meetings/{MEETING_ID}"
    page = (await browser.get(path)).text
    for said in (
        "办结时限 3 件",
        f'href="/listings/{LISTING_ID}"',
        "逾期三件均已办结。",
        "局长",
        "书面报告。",
    ):
        assert said in page
    assert set(re.findall(r"/acts/(\w+)", page)) == {"done"}
    answer = await browser.send(path, f"{path}/acts/done", follow_up_id=TASK_ID, text="已报告。")
    assert answer.headers["location"] == f"{path}?done=done"
    assert browser.apis.sent("POST")[-1].body == {"text": "已报告。"}


async def test_the_office_draws_an_agenda_and_takes_comments_down(browser: Browser) -> None:
    await browser.login("supervision_office")
    drawn = await browser.send(
        "/meetings", "/meetings", meeting_id=MEETING_ID, name="领导小组6月例会", day="2021-06-15"
    )
    path = f"/meetings/{MEETING_ID}"
    assert drawn.headers["location"] == path
    offered = set(re.findall(r"/acts/(\w+)", (await browser.get(path)).text))
    assert offered == {"report", "comment", "follow_up", "close", "done"}
    said = {"entry_id": TASK_ID, "post": "county.secretary", "item": "", "text": "进度偏慢。"}
    answer = await browser.send(path, f"{path}/acts/comment", **said)
    assert answer.headers["location"] == f"{path}?done=comment"
    assert browser.apis.sent("POST")[-1].body == {name: text for name, text in said.items() if text}
    closed = {**MEETING, "closed_at": "2021-06-15T08:00:00Z", "minutes": "听取了汇报。", "follow_ups": []}
    browser.apis.instead["supervision", "GET", path] = (200, closed)
    page = (await browser.get(path)).text
    assert ("听取了汇报。" in page, "/acts/" in page) == (True, False)
