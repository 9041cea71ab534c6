"""Cards of promises: what is printed, and where their QR codes lead."""

from pathlib import Path
from typing import Any

import pytest
import segno

from services.cli.promise_cards import card_of, write_cards
from services.dev.problem import Problem

ADDRESS = "https://yinuo.example.gov.cn/"
PAGE = "https://yinuo.example.gov.cn/promises/7b5a57cd-9e41-580f-b9cf-97121d89d152"


def shown(**given: Any) -> dict[str, Any]:
    values = {
        "promise_id": "7b5a57cd-9e41-580f-b9cf-97121d89d152",
        "number": "凤诺2021-001",
        "tier": "department",
        "unit": "water",
        "unit_name": "水利局",
        "post": "water.head",
        "post_title": "局长",
        "holder": "甲某",
        "words": "六月底前修好老街水管。",
        "programme": "电视亮诺",
        "aired_on": "2021-04-30",
        "first_due": "2021-06-30",
        "due": "2021-08-31",
        "state": "standing",
    }
    return {**values, **given}


def test_a_card_says_who_promised_what_by_when() -> None:
    card = card_of(shown(), ADDRESS)
    assert (card.who, card.programme, card.aired_on) == ("水利局 局长 甲某", "电视亮诺", "2021年4月30日")
    assert (card.first_due, card.due, card.state) == ("2021年6月30日", "2021年8月31日", None)


def test_its_code_leads_to_the_public_page() -> None:
    expected = segno.make(PAGE, error="m", micro=False)
    assert card_of(shown(), ADDRESS).qr == expected.svg_inline(omitsize=True, border=2)


def test_an_ordinary_member_is_not_named() -> None:
    member = shown(tier="ordinary_member", post=None, post_title=None, holder=None)
    assert card_of(member, ADDRESS).who == "水利局 党员"


def test_a_promise_that_ended_says_how() -> None:
    assert card_of(shown(state="kept_late"), ADDRESS).state == "逾期兑现"


def test_a_page_has_all_cards_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "cards.html"
    assert write_cards(file, [shown(number="诺2", words="<b>修路</b>"), shown(number="诺1")], ADDRESS) == 2
    page = file.read_text(encoding="utf-8")
    assert page.index("诺1") < page.index("诺2")
    assert "&lt;b&gt;修路" in page
    assert page.count("<svg") == 2
    assert not [word for word in ("<script", "<link", "src=", "@import", "url(") if word in page]


@pytest.mark.parametrize("address", ["yinuo.example.gov.cn", "javascript:alert(1)"])
def test_what_is_no_web_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(Problem):
        write_cards(tmp_path / "cards.html", [], address)
