"""A circular composed and rendered: shares of nothing, who is named, how it reads."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from services.reporting.circular import (
    Circular,
    CutAt,
    Edition,
    Issued,
    PromiseHead,
    canonical,
    cut_hash,
    number_of,
    number_zh,
    sha256,
)
from services.reporting.compose import Again, Group, Numbers, OpenLate, compose
from services.reporting.directory import Directory, build
from services.reporting.figures import FACTS, LEDGER
from services.reporting.part import rate
from services.reporting.periods import containing
from services.reporting.render.csv import to_csv
from services.reporting.render.html import to_html
from services.reporting.render.ranking import ranking
from services.reporting.render.wording import change, limit_day, percent, tick
from tests.contract.reporting_histories import FIRST, directory, midnight

CUT_AT = midnight(FIRST + timedelta(days=7))
WHOLE = {figure.name: 0 for figure in FACTS}


def known() -> Directory:
    events = directory()
    return build((event.subject().partition("/")[0], event.model_dump(mode="json")) for event in events)


def figures(**given: int) -> dict[str, int]:
    return {figure.name: 0 for figure in LEDGER} | given


def circular(
    by_unit: dict[str, dict[str, int]] | None = None,
    before: Circular | None = None,
    overdue: tuple[OpenLate, ...] = (),
    repeats: tuple[Again, ...] = (),
    week: date = FIRST,
) -> Circular:
    groups = [Group("help", "water.bill", "town_east", 2), Group("report", None, None, 1)] if by_unit else []
    cut = (CutAt(topic="case", partition=0, offset=12),)
    numbers = Numbers(by_unit or {}, groups, {"wechat": 3}, {"red": 1}, WHOLE, overdue, repeats, cut)
    return compose(containing("weekly", week), numbers, known(), before)


def edition(of: Circular, number: str | None = "2021-03") -> Edition:
    issue = Issued(number=number, issued_at=CUT_AT, issued_by="policy") if number else Issued()
    return Edition(circular=of, figures_sha256=sha256(canonical(of)), drafted_at=CUT_AT, issue=issue)


@pytest.mark.parametrize("threshold", [0.55, 0.56, 0.57, 0.85])
def test_a_unit_exactly_at_the_threshold_is_not_named(threshold: float) -> None:
    authority = known().authority
    assert authority is not None
    strict = replace(known(), authority=authority.model_copy(update={"on_time_threshold": threshold}))
    at_it = round(100 * threshold)
    by_unit = {
        "water": figures(due=100, completed_on_time=at_it),
        "roads": figures(due=100, completed_on_time=at_it - 1),
    }
    numbers = Numbers(by_unit, [], {}, {}, WHOLE, (), (), ())
    assert compose(containing("weekly", FIRST), numbers, strict, None).below_threshold == ("roads",)


def test_a_unit_below_the_threshold_is_named_and_one_at_it_is_not() -> None:
    by_unit = {
        "water": figures(completed=17, completed_on_time=17, overdue=3, due=20),
        "roads": figures(completed=16, completed_on_time=16, overdue=4, due=20),
    }
    assert circular(by_unit).below_threshold == ("roads",)


def test_a_unit_with_nothing_due_has_no_rate_and_is_never_named() -> None:
    row = next(row for row in circular().units if row.code == "archives")
    assert (row.on_time_rate, row.below_threshold) == (None, False)


def test_a_unit_that_completes_nothing_of_what_is_overdue_has_a_rate_of_nought() -> None:
    row = next(row for row in circular({"water": figures(overdue=2, due=2)}).units if row.code == "water")
    assert (row.on_time_rate, row.below_threshold) == (0.0, True)


def test_what_waits_to_be_judged_and_what_was_returned_late_is_said_only_where_there_is_any() -> None:
    page = to_html(edition(circular({"water": figures(unjudged=2, returned=3, returned_overdue=1, due=1)})))
    assert "已办结而时限未定的2件待判定" in page
    assert "逾期退回1件" in page
    quiet = to_html(edition(circular({"water": figures(returned=3)})))
    assert "已办结而时限未定" not in quiet
    assert "计入退回单位的应办结" not in quiet


def test_a_circular_from_before_a_figure_existed_still_renders() -> None:
    one = circular({"water": figures(completed=4, assigned=3)})
    older = {name: count for name, count in one.counts.items() if name != "unjudged"}
    assert "按期办结率" in to_html(edition(one.model_copy(update={"counts": older})))


def test_the_table_of_units_says_how_the_rate_is_reckoned() -> None:
    page = to_html(edition(circular({"water": figures(due=1)})))
    assert "按期办结率＝按期办结÷应办结" in page
    assert "应办结＝按期办结＋超期办结＋期末超期未办结＋逾期退回" in page


def test_sub_categories_are_counted_under_their_top_category() -> None:
    shares = circular({"water": figures(assigned=3, dispatched=3)}).categories
    assert [(share.code, share.count, share.share) for share in shares] == [
        ("water", 2, 0.6667),
        (None, 1, 0.3333),
    ]


def test_the_first_circular_has_no_last_period_and_says_so() -> None:
    first = circular()
    assert first.last_period is None
    assert "首期" in to_html(edition(first))


def test_the_second_circular_tells_the_change() -> None:
    first = circular({"water": figures(completed=4, assigned=3)})
    second = circular(
        {"water": figures(completed=5, assigned=3)}, before=first, week=FIRST + timedelta(days=7)
    )
    assert second.last_period is not None
    assert second.last_period["completed"] == 4
    assert "环比上升25.0%（增加1件）" in to_html(edition(second))


def overdue_since(due: datetime, week: date) -> tuple[str | None, str | None]:
    """Holder and successor named for a case of the water bureau's head, in the circular of a week."""
    late = OpenLate(UUID(int=1), 1, "YN1", "water", "water.head", "water", None, CUT_AT, due, signed=False)
    [row] = circular(overdue=(late,), week=week).overdue
    return row.holder, row.successor


def test_overdue_names_whoever_held_the_post_on_the_day_it_fell_due() -> None:
    """The post changes hands inside the second week, on Sunday the 14th."""
    second, sunday = FIRST + timedelta(days=7), midnight(date(2021, 3, 14))
    assert overdue_since(CUT_AT, FIRST) == ("甲", None)
    assert overdue_since(sunday, second) == ("甲", "乙")
    assert overdue_since(sunday + timedelta(hours=9), second) == ("乙", None)


def test_the_overdue_list_tells_the_successor_besides() -> None:
    late = OpenLate(UUID(int=1), 1, "YN1", "water", "water.head", "water", None, CUT_AT, CUT_AT, signed=False)
    page = to_html(edition(circular(overdue=(late,), week=FIRST + timedelta(days=7))))
    assert "甲（现任乙）" in page


@pytest.mark.parametrize(("hours", "days"), [(0, 0), (1, 1), (24, 1), (48, 2)])
def test_days_late_count_days_begun(hours: int, days: int) -> None:
    due = CUT_AT - timedelta(hours=hours)
    one = OpenLate(UUID(int=1), 1, "YN1", "water", None, "water", None, CUT_AT, due, signed=True)
    assert circular(overdue=(one,)).overdue[0].days_late == days


def test_a_week_of_nothing_renders_with_dashes_and_without_a_rate() -> None:
    page = to_html(edition(circular(), number=None))
    assert "草稿" in page
    assert "—" in page
    assert "nan" not in page.lower()


def test_what_comes_from_outside_is_escaped_in_the_page() -> None:
    again = Again(UUID(int=1), "<script>", None, "water", "water", completed=False)
    page = to_html(edition(circular({"water": figures(repeats=1, assigned=3)}, repeats=(again,))))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = to_html(edition(circular()))
    assert "http" not in page
    assert "url(" not in page


def test_first_and_last_never_name_the_same_unit() -> None:
    by_unit = {"water": figures(completed=10, completed_on_time=9, due=10)}
    order = ranking(circular(by_unit).units)
    assert not order.first
    assert [unit.code for unit in order.last] == ["water"]


def test_equal_rates_share_a_rank_among_their_own_kind() -> None:
    kept = figures(completed_on_time=1, due=1)
    half = figures(completed_on_time=1, due=2)
    ranks = ranking(circular({"water": kept, "roads": kept, "town_east": half}).units).ranks
    assert (ranks["water"], ranks["roads"], ranks["town_east"], ranks["archives"]) == (1, 1, 1, None)


def test_the_hash_changes_with_any_figure_and_with_the_cut() -> None:
    one = circular()
    other = one.model_copy(update={"counts": {**one.counts, "received": 9}})
    assert sha256(canonical(one)) != sha256(canonical(other))
    assert cut_hash(one.cut) != cut_hash((CutAt(topic="case", partition=0, offset=13),))


def test_a_circular_comes_back_whole_from_its_canonical_json() -> None:
    one = circular({"water": figures(completed=4, assigned=3)})
    assert Circular.model_validate_json(canonical(one)) == one


def test_the_table_opens_in_spreadsheets_and_holds_every_unit() -> None:
    text = to_csv(circular({"water": figures(completed_on_time=1, due=2)})).decode()
    lines = text.removeprefix("\ufeff").split("\r\n")
    assert lines[0].startswith("单位代码,单位")
    assert len(lines) == len(known().units) + 2
    assert any(line.startswith("water,") and "50.00%" in line for line in lines)


def test_numbers_read_as_official_documents_write_them() -> None:
    assert number_of("weekly", 2021, 3) == "2021-03"
    assert number_zh(number_of("county", 2021, 2)) == "〔2021〕第2期"
    assert number_zh("2021-03") == "〔2021〕第3期"
    assert number_zh(number_of("weekly", 2021, 104)) == "〔2021〕第104期"


def test_a_share_of_nothing_is_a_dash_not_nought() -> None:
    assert rate(0, 0) is None
    assert percent(rate(0, 0)) == "—"
    assert percent(rate(0, 3)) == "0.0%"


@pytest.mark.parametrize(
    ("now", "before", "words", "short"),
    [
        (5, 4, "环比上升25.0%（增加1件）", "较上周 +1（+25.0%）"),
        (3, 4, "环比下降25.0%（减少1件）", "较上周 −1（−25.0%）"),
        (4, 4, "与上周持平", "与上周持平"),
        (4, 0, "上周为0，增加4件", "较上周 +4"),
    ],
)
def test_changes_are_said_in_words(now: int, before: int, words: str, short: str) -> None:
    assert (change(now, before, "上周"), tick(now, before, "上周")) == (words, short)


def test_a_limit_at_midnight_is_shown_as_the_end_of_the_day_before() -> None:
    assert limit_day(midnight(date(2021, 3, 2))) == "3月1日"
    assert limit_day(datetime.fromisoformat("2021-03-02T17:30+08:00")) == "3月2日"


def test_a_circular_prints_the_promise_chain_s_head_where_there_is_one() -> None:
    head = PromiseHead(seq=6299, hash="ab" * 32, signature="cd" * 64, key="56475aa75463474c")
    printed = circular().model_copy(update={"promise_head": head})
    assert f"第6299号 {head.hash}，签名 {head.signature}（公钥 {head.key}）" in to_html(edition(printed))
    assert "承诺链" not in to_html(edition(circular()))
    assert sha256(canonical(printed)) != sha256(canonical(circular()))
