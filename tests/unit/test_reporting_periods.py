"""Which days circulars report, and which are due."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.periods import (
    DAY,
    SCHEDULED,
    Editions,
    Period,
    SoFar,
    containing,
    following,
    next_over,
    over,
    preceding,
)
from services.reporting.reference import NotAReference, parse
from services.reporting.steps import STATES, STEPS, allowed

BEGAN = date(2021, 3, 10)
"""A Wednesday."""
ALL = Editions(BEGAN, frozenset({"monthly", "yearly"}))


@given(st.sampled_from(SCHEDULED), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_day_lies_in_one_period_of_each_kind_and_they_follow_without_a_gap(kind: str, day: date) -> None:
    period = containing(kind, day)  # type: ignore[arg-type]
    assert period.first <= day <= period.last
    assert following(period).first == period.until
    assert preceding(following(period)) == period
    assert {containing(kind, one) for one in (period.first, period.last)} == {period}  # type: ignore[arg-type]


def test_a_county_circular_is_compared_with_as_many_days_before() -> None:
    period = Period("county", date(2021, 3, 10), date(2021, 3, 15))
    assert preceding(period) == Period("between", date(2021, 3, 5), date(2021, 3, 10))
    assert len(period.days) == len(preceding(period).days) == 5


def test_the_first_week_is_the_one_in_which_the_record_begins() -> None:
    so_far = SoFar(began=BEGAN, reached=date(2021, 3, 15))
    assert next_over(so_far) == Period("weekly", date(2021, 3, 8), date(2021, 3, 15))
    assert next_over(SoFar(began=BEGAN, reached=date(2021, 3, 14))) is None
    assert next_over(SoFar(began=BEGAN, reached=None)) is None


def test_months_and_years_are_left_out_unless_asked_for_at_their_end() -> None:
    by = date(2023, 1, 1)
    assert {period.kind for period in over(SoFar(BEGAN, by), by)} == {"weekly"}
    asked_later = Editions(date(2022, 5, 31), frozenset({"monthly"}))
    months = [p.first for p in over(SoFar(BEGAN, by, editions=[asked_later]), by) if p.kind == "monthly"]
    assert months[0] == date(2022, 5, 1)
    no_more = Editions(date(2022, 8, 1), frozenset())
    so_far = SoFar(BEGAN, by, editions=[asked_later, no_more])
    assert [p.first.month for p in over(so_far, by) if p.kind == "monthly"] == [5, 6, 7]


def test_what_ended_first_is_drafted_first_and_a_week_before_the_month_of_the_same_end() -> None:
    drafted: dict[str, date] = {}
    ends: list[tuple[date, str]] = []
    while period := next_over(SoFar(BEGAN, date(2022, 1, 4), drafted, [ALL])):
        drafted[period.kind] = period.first
        ends.append((period.until, period.kind))
    assert [end for end, _ in ends] == sorted(end for end, _ in ends)
    assert ("yearly" in drafted, drafted["monthly"]) == (True, date(2021, 12, 1))
    both = [kind for end, kind in ends if end == date(2021, 11, 1)]
    assert both == ["weekly", "monthly"]


@pytest.mark.parametrize("text", ["2021-03", "county-2021-03", "correction-2021-01", "monthly-2021-03-01"])
def test_numbers_and_refs_name_a_circular(text: str) -> None:
    assert parse(text) == text


def test_an_iso_week_and_a_day_name_the_weekly_circular() -> None:
    assert parse("2021-W10") == parse("2021-03-14") == "weekly-2021-03-08"
    for text in ("soon", "county-2021", "2021-W60", "monthly-2021-03-01; --"):
        with pytest.raises(NotAReference):
            parse(text)


def test_every_step_leads_one_state_on_and_somebody_may_take_it() -> None:
    assert [(step.before, step.after) for step in STEPS] == list(pairwise(STATES))
    assert [allowed(state) for state in STATES] == [("check",), ("sign",), ("issue",), ()]
    assert allowed("draft", "leader") == ()
    assert timedelta(1) == DAY
