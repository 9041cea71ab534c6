"""Letters in the console, over fakes of the four APIs."""

import re

from tests.console_browser import Browser
from tests.console_fakes import CASE_ID, RECEIPT
from tests.console_fakes_supervision import LETTER_ID


async def test_letters_are_listed_with_what_is_late(browser: Browser) -> None:
    await browser.login("supervision_office")
    page = (await browser.get("/letters?state=issued&overdue=true")).text
    for said in ("凤督函〔2021〕12号", "已发出", "县水利局", "整改督办函", f'href="/letters/{LETTER_ID}"'):
        assert said in page
    assert 'href="/letters?state=issued&amp;overdue=true&amp;after=further"' in page
    [asked] = browser.apis.asked("/letters")
    assert asked.query == {"limit": "25", "state": "issued", "overdue": "true"}


async def test_a_letter_offers_the_steps_that_supervision_allows_and_no_other(browser: Browser) -> None:
    await browser.login("unit_head", "water")
    page = (await browser.get(f"/letters/{LETTER_ID}")).text
    for said in ("泵站未按期安装。", "限期安装。", "中共水利局党组", "褚石泉", "凤项-2021-001"):
        assert said in page
    assert set(re.findall(r"/acts/(\w+)", page)) == {"receive", "void"}
    answer = await browser.send(f"/letters/{LETTER_ID}", f"/letters/{LETTER_ID}/acts/receive")
    assert answer.headers["location"] == f"/letters/{LETTER_ID}?done=receive"
    assert browser.apis.sent("POST")[-1].path == f"/letters/{LETTER_ID}/receive"
    assert "签收" in (await browser.get(answer.headers["location"])).text


async def test_a_step_without_its_reason_is_not_sent_and_one_that_is_refused_keeps_what_was_typed(
    browser: Browser,
) -> None:
    await browser.login("supervision_office")
    path = f"/letters/{LETTER_ID}"
    empty = await browser.send(path, f"{path}/acts/void", reason="")
    assert (empty.status_code, "理由" in empty.text) == (422, True)
    assert browser.apis.sent("POST") == []
    browser.apis.instead["supervision", "POST", f"{path}/void"] = (409, {"status": 409, "field": "step"})
    late = await browser.send(path, f"{path}/acts/void", reason="写错了。")
    assert (late.status_code, "“作废”没有办成" in late.text, "写错了。" in late.text) == (409, True, True)
    unknown = await browser.send(path, f"{path}/acts/burn")
    assert unknown.status_code == 404


async def test_a_letter_reads_on_paper_as_it_was_signed(browser: Browser) -> None:
    await browser.login("handler", "water")
    page = (await browser.get(f"/letters/{LETTER_ID}/page")).text
    assert f'href="/letters/{LETTER_ID}.docx"' in (await browser.get(f"/letters/{LETTER_ID}")).text
    file = await browser.get(f"/letters/{LETTER_ID}.pdf")
    assert "%PDF-" in file.text
    assert file.headers["content-disposition"] == 'attachment; filename="letter.pdf"'
    for said in ("中共水利局党组：", "凤督函〔2021〕12号", "2021年3月1日", "抄送：县水利局。"):
        assert said in page


async def test_the_office_writes_a_letter_about_a_case_by_its_receipt_number(browser: Browser) -> None:
    await browser.login("supervision_office")
    words = {"unit": "water", "title": "督办函", "found": "逾期未办结。", "required": "限期办结。"}
    given = {**words, "letter_id": LETTER_ID, "case_id": RECEIPT}
    answer = await browser.send("/letters", "/letters", **given)
    assert answer.headers["location"] == f"/letters/{LETTER_ID}"
    assert browser.apis.sent("POST")[-1].body == {**given, "case_id": str(CASE_ID)}
    told = {"status": 422, "field": "reply_by", "detail": "no calendar of 2031", "remedy": "load it"}
    browser.apis.instead["supervision", "POST", "/letters"] = (422, told)
    late = await browser.send("/letters", "/letters", **{**given, "reply_by": "2031-03-01"})
    for said in ("回复期限不对", "no calendar of 2031", ">逾期未办结。</textarea>", f'value="{LETTER_ID}"'):
        assert said in late.text
    missing = await browser.send("/letters", "/letters", **{**given, "case_id": "YN1"})
    assert (missing.status_code, "没有查到这个受理编号" in missing.text) == (422, True)
    await browser.login("handler", "water")
    assert "拟发督办函" not in (await browser.get("/letters")).text
