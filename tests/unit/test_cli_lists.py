"""`yinuo listings` and `yinuo meetings`: what they print of the API's answers."""

import io
from collections.abc import Callable
from typing import Any

from rich.console import Console

from services.cli.listings import print_listing, print_listings
from services.cli.meetings import print_meeting
from tests.console_fakes_supervision import LISTING, LISTING_ROW, MEETING


def printed(write: Callable[[Console, Any], None], answer: Any) -> str:
    out = io.StringIO()
    write(Console(file=out, width=200), answer)
    return out.getvalue()


def test_listings_are_printed_with_what_is_late_and_one_with_its_steps() -> None:
    listed, one = printed(print_listings, [LISTING_ROW]), printed(print_listing, LISTING)
    for said in ("县水利局", "督办中", "自来水管网改造", "进展逾期"):
        assert said in listed
    for said in ("30日内群众评价不满意3次", "报进展  已更换施工队。"):
        assert said in one
    assert "没有挂牌事项" in printed(print_listings, [])


def test_a_meeting_is_printed_with_its_agenda_what_was_said_and_what_was_set() -> None:
    text = printed(print_meeting, MEETING)
    for said in ("2. 逾期 县水利局 3 件", "汇报 水利局局长：逾期三件均已办结。", "交办 县水利局：书面报告。"):
        assert said in text
