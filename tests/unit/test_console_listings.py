"""Listings and meetings in the console, over fakes of the four APIs."""

import re
from typing import Any, Final

import pytest

from tests.console_browser import Browser

LISTING_ID: Final = "00000000-0000-4000-8000-000000000061"
MEETING_ID: Final = "00000000-0000-4000-8000-000000000071"
TASK_ID: Final = "00000000-0000-4000-8000-000000000072"
ROW: Final[dict[str, Any]] = {
    "listing_id": LISTING_ID,
    "state": "listed",
    "subject_kind": "project",
    "project": "凤项-2021-001",
    "case_id": None,
    "title": "自来水管网改造",
    "reason": "30日内群众评价不满意3次",
    "times": 2,
    "unit": "water",
    "unit_name": "县水利局",
    "opened_at": "2021-06-01T04:00:00Z",
    "reports": 1,
    "reported_at": "2021-06-05T04:00:00Z",
    "report_due": "2021-06-12T16:00:00Z",
    "overdue": True,
    "ended_at": None,
}
LISTING: Final[dict[str, Any]] = {
    **ROW,
    "steps": [{"step": "progress", "at": "2021-06-05T04:00:00Z", "words": "已更换施工队。"}],
    "allowed": ["progress", "ask"],
}
MEETING_ROW: Final[dict[str, Any]] = {
    "meeting_id": MEETING_ID,
    "name": "领导小组6月例会",
    "day": "2021-06-15",
    "items": 2,
    "closed_at": None,
}
AGENDA: Final[list[dict[str, Any]]] = [
    {
        "number": 1,
        "kind": "listing",
        "unit": "water",
        "unit_name": "县水利局",
        "what": "listed",
        "count": 1,
        "since": "2021-06-01T04:00:00Z",
        "due": None,
        "source": LISTING_ID,
        "title": "自来水管网改造",
    },
    {
        "number": 2,
        "kind": "overdue",
        "unit": "water",
        "unit_name": "县水利局",
        "what": "complete",
        "count": 3,
        "since": "2021-06-01T04:00:00Z",
        "due": None,
        "source": None,
        "title": None,
    },
]
MEETING: Final[dict[str, Any]] = {
    **MEETING_ROW,
    "drawn_at": "2021-06-14T04:00:00Z",
    "minutes": None,
    "agenda": AGENDA,
    "said": [
        {
            "kind": "report",
            "item": 2,
            "post": "water.head",
            "post_title": "局长",
            "text": "逾期三件均已办结。",
            "at": "2021-06-15T02:00:00Z",
        }
    ],
    "follow_ups": [
        {
            "follow_up_id": TASK_ID,
            "unit": "water",
            "unit_name": "县水利局",
            "task": "书面报告。",
            "due": "2021-06-30",
            "done": None,
            "overdue": False,
        }
    ],
}


@pytest.fixture
def county(browser: Browser) -> Browser:
    """A browser on a county with one listing and one meeting."""
    listing, meeting = f"/listings/{LISTING_ID}", f"/meetings/{MEETING_ID}"
    for method, path, answer in (
        ("GET", "/listings", {"listings": [ROW], "next": "further"}),
        ("POST", "/listings", LISTING),
        ("GET", listing, LISTING),
        ("POST", f"{listing}/progress", LISTING),
        ("GET", "/meetings", {"meetings": [MEETING_ROW], "next": None}),
        ("POST", "/meetings", MEETING),
        ("GET", meeting, MEETING),
        ("POST", f"{meeting}/comments", MEETING),
        ("POST", f"/follow-ups/{TASK_ID}/done", MEETING),
    ):
        browser.apis.instead["supervision", method, path] = (200, answer)
    return browser


async def test_anybody_sees_what_is_listed_and_its_progress(county: Browser) -> None:
    page = (await county.get("/listings?state=listed")).text
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
    county.apis.instead["supervision", "GET", f"/listings/{LISTING_ID}"] = (200, {**LISTING, "allowed": []})
    one = (await county.get(f"/listings/{LISTING_ID}")).text
    for said in ("30日内群众评价不满意3次", "已更换施工队。", "第 2 次挂牌", "凤项-2021-001"):
        assert said in one
    assert "/acts/" not in one
    assert "Listings" in (await county.get("/listings?lang=en")).text


async def test_the_unit_reports_and_a_report_without_words_is_not_sent(county: Browser) -> None:
    await county.login("unit_head", "water")
    path = f"/listings/{LISTING_ID}"
    assert set(re.findall(r"/acts/(\w+)", (await county.get(path)).text)) == {"progress", "ask"}
    empty = await county.send(path, f"{path}/acts/progress", text="")
    assert (empty.status_code, county.apis.sent("POST")) == (422, [])
    answer = await county.send(path, f"{path}/acts/progress", text="已补漏。")
    assert answer.headers["location"] == f"{path}?done=progress"
    assert county.apis.sent("POST")[-1].body == {"text": "已补漏。"}
    county.apis.instead["supervision", "POST", f"{path}/ask"] = (409, {"status": 409, "field": "step"})
    late = await county.send(path, f"{path}/acts/ask", text="已整改。")
    assert (late.status_code, "没有办成：申请销号" in late.text, "已整改。" in late.text) == (409, True, True)


async def test_the_office_lists_by_hand(county: Browser) -> None:
    await county.login("supervision_office")
    answer = await county.send("/listings", "/listings", project="凤项-2021-001", reason="群众不满意。")
    assert answer.headers["location"] == f"/listings/{LISTING_ID}?done=open"
    assert county.apis.sent("POST")[-1].body == {"project": "凤项-2021-001", "reason": "群众不满意。"}


async def test_a_meeting_shows_its_agenda_and_what_was_said(county: Browser) -> None:
    await county.login("unit_head", "water")
    assert "议题 2 项" in (await county.get("/meetings")).text
    path = f"/meetings/{MEETING_ID}"
    page = (await county.get(path)).text
    for said in (
        "办结时限 × 3",
        f'href="/listings/{LISTING_ID}"',
        "逾期三件均已办结。",
        "局长",
        "书面报告。",
    ):
        assert said in page
    assert set(re.findall(r"/acts/(\w+)", page)) == {"done"}
    answer = await county.send(path, f"{path}/acts/done", follow_up_id=TASK_ID, text="已报告。")
    assert answer.headers["location"] == f"{path}?done=done"
    assert county.apis.sent("POST")[-1].body == {"text": "已报告。"}


async def test_the_office_draws_an_agenda_and_takes_comments_down(county: Browser) -> None:
    await county.login("supervision_office")
    drawn = await county.send(
        "/meetings", "/meetings", meeting_id=MEETING_ID, name="领导小组6月例会", day="2021-06-15"
    )
    path = f"/meetings/{MEETING_ID}"
    assert drawn.headers["location"] == path
    offered = set(re.findall(r"/acts/(\w+)", (await county.get(path)).text))
    assert offered == {"report", "comment", "follow_up", "close", "done"}
    said = {"entry_id": TASK_ID, "post": "county.secretary", "item": "", "text": "进度偏慢。"}
    answer = await county.send(path, f"{path}/acts/comment", **said)
    assert answer.headers["location"] == f"{path}?done=comment"
    assert county.apis.sent("POST")[-1].body == {name: text for name, text in said.items() if text}
    closed = {**MEETING, "closed_at": "2021-06-15T08:00:00Z", "minutes": "听取了汇报。", "follow_ups": []}
    county.apis.instead["supervision", "GET", path] = (200, closed)
    page = (await county.get(path)).text
    assert ("听取了汇报。" in page, "/acts/" in page) == (True, False)
