"""Letters and rounds in the console, over fakes of the four APIs."""

import re
from typing import Any, Final

import pytest

from tests.console_browser import Browser

LETTER_ID: Final = "00000000-0000-4000-8000-000000000031"
ROUND_ID: Final = "00000000-0000-4000-8000-000000000051"
ROW: Final[dict[str, Any]] = {
    "letter_id": LETTER_ID,
    "number": "凤督函〔2021〕12号",
    "state": "issued",
    "unit": "water",
    "unit_name": "县水利局",
    "title": "整改督办函",
    "project": "凤项-2021-001",
    "project_name": "自来水管网改造",
    "case_id": None,
    "issued_at": "2021-03-01T02:00:00Z",
    "receipt_due": "2021-03-02T16:00:00Z",
    "reply_by": "2021-03-15",
    "overdue": True,
}
LETTER: Final[dict[str, Any]] = {
    **ROW,
    "found": "泵站未按期安装。",
    "required": "限期安装。",
    "addressee": "中共水利局党组",
    "signed_by": "褚石泉",
    "reply": None,
    "steps": [{"step": "sign", "at": "2021-03-01T02:00:00Z", "by": "督查室", "words": None}],
    "allowed": ["receive", "void"],
}
TEXT: Final[dict[str, Any]] = {
    "issuer": "凤县督查室",
    "number": "凤督函〔2021〕12号",
    "title": "整改督办函",
    "addressee": "中共水利局党组",
    "paragraphs": ["经巡回指导，发现以下问题：", "泵站未按期安装。"],
    "signature": "凤县督查室",
    "date": "2021年3月1日",
    "copies": ["县水利局"],
    "void": False,
}
ROUND_ROW: Final[dict[str, Any]] = {
    "round_id": ROUND_ID,
    "name": "第一轮巡回指导",
    "state": "drawn",
    "first_day": "2021-03-01",
    "last_day": "2021-03-05",
    "targets": 9,
    "visits": 3,
}
ROUND: Final[dict[str, Any]] = {
    **ROUND_ROW,
    "draw": {
        "seed": "2021-1",
        "rule": "先抽对象……",
        "drawn": [
            {
                "target": {"kind": "project", "key": "凤项-2021-001", "unit": "water"},
                "inspectors": ["田大河", "白小溪"],
            }
        ],
    },
    "findings": [
        {
            "unit": "water",
            "unit_name": None,
            "project": "凤项-2021-001",
            "place": "安河村泵站",
            "found_at": "2021-03-01T02:30:00Z",
            "found": "泵站未按期安装。",
            "late": True,
            "letter_id": LETTER_ID,
            "letter_number": "凤督函〔2021〕12号",
        }
    ],
    "checklist": [{"id": "project-dates", "text": "节点按期完成"}],
}


@pytest.fixture
def county(browser: Browser) -> Browser:
    """A browser on a county with one letter and one round."""
    letter, of_round = f"/letters/{LETTER_ID}", f"/rounds/{ROUND_ID}"
    for method, path, answer in (
        ("GET", "/letters", {"letters": [ROW], "next": "further"}),
        ("GET", letter, LETTER),
        ("GET", f"{letter}/text", TEXT),
        ("GET", f"{letter}.pdf", "%PDF-"),
        ("POST", f"{letter}/receive", LETTER),
        ("POST", f"{letter}/void", LETTER),
        ("GET", "/rounds", {"rounds": [ROUND_ROW], "next": None}),
        ("GET", of_round, ROUND),
        ("POST", f"{of_round}/close", ROUND_ROW),
    ):
        browser.apis.instead["supervision", method, path] = (200, answer)
    return browser


async def test_letters_are_listed_with_what_is_late(county: Browser) -> None:
    await county.login("supervision_office")
    page = (await county.get("/letters?state=issued&overdue=true")).text
    for said in ("凤督函〔2021〕12号", "已发出", "县水利局", "整改督办函", f'href="/letters/{LETTER_ID}"'):
        assert said in page
    assert 'href="/letters?state=issued&amp;overdue=true&amp;after=further"' in page
    [asked] = county.apis.asked("/letters")
    assert asked.query == {"limit": "25", "state": "issued", "overdue": "true"}


async def test_a_letter_offers_the_steps_that_supervision_allows_and_no_other(county: Browser) -> None:
    await county.login("unit_head", "water")
    page = (await county.get(f"/letters/{LETTER_ID}")).text
    for said in ("泵站未按期安装。", "限期安装。", "中共水利局党组", "褚石泉", "凤项-2021-001"):
        assert said in page
    assert set(re.findall(r"/acts/(\w+)", page)) == {"receive", "void"}
    answer = await county.send(f"/letters/{LETTER_ID}", f"/letters/{LETTER_ID}/acts/receive")
    assert answer.headers["location"] == f"/letters/{LETTER_ID}?done=receive"
    assert county.apis.sent("POST")[-1].path == f"/letters/{LETTER_ID}/receive"
    assert "签收" in (await county.get(answer.headers["location"])).text


async def test_a_step_without_its_reason_is_not_sent_and_one_that_is_refused_keeps_what_was_typed(
    county: Browser,
) -> None:
    await county.login("supervision_office")
    path = f"/letters/{LETTER_ID}"
    empty = await county.send(path, f"{path}/acts/void", reason="")
    assert (empty.status_code, "理由" in empty.text) == (422, True)
    assert county.apis.sent("POST") == []
    county.apis.instead["supervision", "POST", f"{path}/void"] = (409, {"status": 409, "field": "step"})
    late = await county.send(path, f"{path}/acts/void", reason="写错了。")
    assert (late.status_code, "没有办成：作废" in late.text, "写错了。" in late.text) == (409, True, True)
    unknown = await county.send(path, f"{path}/acts/burn")
    assert unknown.status_code == 404


async def test_a_letter_reads_on_paper_as_it_was_signed(county: Browser) -> None:
    await county.login("handler", "water")
    page = (await county.get(f"/letters/{LETTER_ID}/page")).text
    assert f'href="/letters/{LETTER_ID}.docx"' in (await county.get(f"/letters/{LETTER_ID}")).text
    file = await county.get(f"/letters/{LETTER_ID}.pdf")
    assert "%PDF-" in file.text
    assert file.headers["content-disposition"] == 'attachment; filename="letter.pdf"'
    for said in ("中共水利局党组：", "凤督函〔2021〕12号", "2021年3月1日", "抄送：县水利局。"):
        assert said in page


async def test_a_round_shows_its_draw_and_what_was_found(county: Browser) -> None:
    await county.login("inspector")
    assert "9 个对象中抽 3 个" in (await county.get("/rounds")).text
    page = (await county.get(f"/rounds/{ROUND_ID}")).text
    for said in (
        "田大河、白小溪",
        "种子：2021-1",
        "安河村泵站",
        "结束后补传",
        f'href="/letters/{LETTER_ID}"',
    ):
        assert said in page
    assert "/acts/close" not in page
    await county.login("supervision_office")
    answer = await county.send(f"/rounds/{ROUND_ID}", f"/rounds/{ROUND_ID}/acts/close")
    assert answer.headers["location"] == f"/rounds/{ROUND_ID}?done=close"


async def test_a_finding_is_sent_under_the_id_that_the_page_made(county: Browser) -> None:
    await county.login("inspector")
    path = f"/rounds/{ROUND_ID}"
    finding_id = "00000000-0000-4000-8000-000000000041"
    there = f"{path}/findings/{finding_id}"
    county.apis.instead["supervision", "PUT", there] = (201, {})
    typed = {
        "finding_id": finding_id,
        "unit": "water",
        "place": "泵站",
        "found": "未安装。",
        "found_at": "2021-03-01T10:30",
        "required": "限期安装。",
    }
    answer = await county.send(path, f"{path}/findings", **typed)
    assert answer.headers["location"] == f"{path}?done=finding"
    [sent] = county.apis.sent("PUT")
    assert (sent.path, sent.body["needs_letter"], sent.body["required"]) == (there, True, "限期安装。")
    assert sent.body["found_at"].startswith("2021-03-01T10:30")
    county.apis.instead["supervision", "PUT", there] = (409, {"status": 409, "field": "found_at"})
    late = await county.send(path, f"{path}/findings", **typed)
    assert (late.status_code, "发现时间" in late.text, "未安装。" in late.text) == (409, True, True)
    wrong = await county.send(path, f"{path}/findings", **{**typed, "found_at": "gestern"})
    assert wrong.status_code == 422


async def test_units_see_no_rounds(county: Browser) -> None:
    await county.login("handler", "water")
    assert (await county.get("/rounds")).status_code == 403
    assert 'href="/rounds"' not in (await county.get("/letters")).text
