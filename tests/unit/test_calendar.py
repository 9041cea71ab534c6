"""The work calendar against tables counted by hand on the yearly notices, and against brute force."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.supervision.calendar import (
    LOCAL,
    UnknownYear,
    WorkCalendar,
    from_chinesecalendar,
    last_day,
)

INSTANTS = st.datetimes(
    min_value=datetime(2020, 1, 2),  # noqa: DTZ001
    max_value=datetime(2021, 9, 1),  # noqa: DTZ001
    timezones=st.just(LOCAL),
)
LENGTHS = st.integers(min_value=1, max_value=60)


@cache
def calendar(*years: int) -> WorkCalendar:
    return WorkCalendar.of(from_chinesecalendar(year) for year in years)


def loaded() -> WorkCalendar:
    return calendar(2019, 2020, 2021, 2022)


def local(text: str) -> datetime:
    """`2021-04-02 16:30` in Shanghai; 24:00 is the next day's 00:00."""
    if text.endswith("24:00"):
        return local(text.replace("24:00", "00:00")) + timedelta(days=1)
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


# Counted on the notices: 2021 清明 April 3-5; 五一 May 1-5, make-up April 25 (Sun) and May 8 (Sat);
# 中秋 September 19-21, make-up September 18 (Sat); 国庆 October 1-7, make-up September 26 (Sun) and
# October 9 (Sat).
WORKING_DAYS = [
    # Thu: Fri 2, then 3-5 off, Tue 6
    ("2021-04-01 10:00", 2, "2021-04-06 24:00"),
    # the first and the last instant of a day are that day's
    ("2021-04-01 00:00", 1, "2021-04-02 24:00"),
    ("2021-04-01 23:59", 1, "2021-04-02 24:00"),
    # dispatched within the holiday: 4 and 5 off, Tue 6
    ("2021-04-03 09:00", 1, "2021-04-06 24:00"),
    # Tue: 21 22 23 = 3, Sat 24 off, Sun 25 worked = 4, 26-30 = 9, May 1-5 off, 6 = 10
    ("2021-04-20 11:00", 10, "2021-05-06 24:00"),
    # Fri: Sat 24 off, Sun 25 worked
    ("2021-04-23 17:00", 1, "2021-04-25 24:00"),
    # dispatched on a make-up Sunday, which doesn't count either: 26 27
    ("2021-04-25 09:00", 2, "2021-04-27 24:00"),
    # Fri before 五一: 6 7
    ("2021-04-30 23:59", 2, "2021-05-07 24:00"),
    # Thu: Fri 7, make-up Sat 8
    ("2021-05-06 10:00", 2, "2021-05-08 24:00"),
    # Fri: Sat 8 = 1, 10-14 = 6, 17-21 = 11, 24-27 = 15
    ("2021-05-07 10:00", 15, "2021-05-27 24:00"),
    # Fri: make-up Sat 18, 19-21 off, Wed 22
    ("2021-09-17 10:00", 2, "2021-09-22 24:00"),
    # Fri: make-up Sun 26 = 1, 27-30 = 5, October 1-7 off, 8 = 6, make-up Sat 9 = 7, 11-15 = 12, 18-20 = 15
    ("2021-09-24 10:00", 15, "2021-10-20 24:00"),
    # Thu before 国庆: Fri 8, make-up Sat 9
    ("2021-09-30 10:00", 2, "2021-10-09 24:00"),
    # months' ends: Tue August 31: 1 2 September; Fri February 26: Mon March 1
    ("2021-08-31 10:00", 2, "2021-09-02 24:00"),
    ("2021-02-26 10:00", 1, "2021-03-01 24:00"),
    # year's end: Thu December 30: Fri 31, 元旦 2022 January 1-3 off, Tue 4
    ("2021-12-30 10:00", 2, "2022-01-04 24:00"),
    # 五一 2019, made four days in March 2019: May 1-4 off, make-up Sun 5, Mon 6
    ("2019-04-30 10:00", 2, "2019-05-06 24:00"),
    # Spring Festival 2020, lengthened to February 2 on January 26: Mon 3
    ("2020-01-23 10:00", 1, "2020-02-03 24:00"),
]


@pytest.mark.parametrize(("start", "n", "end"), WORKING_DAYS)
def test_working_days_end_at_midnight_of_the_nth_day_counted_by_hand(start: str, n: int, end: str) -> None:
    assert loaded().add_working_days(local(start), n) == local(end)


# A working day is 08:30-12:00 and 14:00-17:30, seven hours.
WORKING_HOURS = [
    ("2021-04-01 11:00", 1, "2021-04-01 12:00"),  # ends with the window, not after lunch
    ("2021-04-01 11:00", 2, "2021-04-01 15:00"),
    ("2021-04-01 12:30", 1, "2021-04-01 15:00"),  # dispatched at lunch
    ("2021-04-01 07:00", 7, "2021-04-01 17:30"),
    ("2021-04-01 18:00", 7, "2021-04-02 17:30"),
    ("2021-04-02 16:30", 2, "2021-04-06 09:30"),  # Fri, one hour left; 清明; Tue
    ("2021-04-03 10:00", 3.5, "2021-04-06 12:00"),  # dispatched within the holiday
    ("2021-04-23 17:00", 1, "2021-04-25 09:00"),  # Fri, half an hour left; make-up Sun
    ("2021-04-25 16:00", 2, "2021-04-26 09:00"),  # make-up Sun, one and a half left
    ("2021-04-30 17:00", 15, "2021-05-08 09:00"),  # 0.5, 五一, Thu 7, Fri 7, make-up Sat 0.5
]


@pytest.mark.parametrize(("start", "hours", "end"), WORKING_HOURS)
def test_working_hours_run_only_in_office_hours(start: str, hours: float, end: str) -> None:
    assert loaded().add_working_hours(local(start), hours) == local(end)


# A limit at 24:00 of Thu May 6. Before it: Fri April 30, Thu 29, Wed 28; after it: Fri 7, make-up Sat 8,
# Mon 10, Tue 11, Wed 12.
SHIFTS = [
    (-3, "2021-04-28 08:30"),
    (-2, "2021-04-29 08:30"),
    (-1, "2021-04-30 08:30"),
    (0, "2021-05-06 24:00"),
    (1, "2021-05-07 08:30"),
    (2, "2021-05-08 08:30"),
    (5, "2021-05-12 08:30"),
]


@pytest.mark.parametrize(("offset", "instant"), SHIFTS)
def test_a_shift_counts_from_the_last_day_and_lands_on_the_opening(offset: int, instant: str) -> None:
    assert loaded().shift(local("2021-05-06 24:00"), offset) == local(instant)


def test_a_limit_within_a_day_has_that_day_as_its_last() -> None:
    assert loaded().shift(local("2021-05-07 10:00"), 1) == local("2021-05-08 08:30")


def test_subtracting_is_shifting_backwards() -> None:
    assert loaded().subtract_working_days(local("2021-04-06 24:00"), 2) == local("2021-04-01 08:30")


def test_shifts_at_once_are_the_shifts_one_by_one() -> None:
    due_at = local("2021-05-06 24:00")
    offsets = tuple(offset for offset, _ in SHIFTS)
    assert loaded().shifts(due_at, offsets) == tuple(loaded().shift(due_at, offset) for offset in offsets)


def test_instants_come_out_in_utc() -> None:
    assert loaded().add_working_days(local("2021-04-01 10:00"), 2).tzinfo is UTC


def test_a_limit_that_crosses_into_an_unknown_year_is_refused() -> None:
    known = calendar(2026)  # Wed December 30: Thu 31 is the last day known
    assert known.add_working_days(local("2026-12-30 10:00"), 1) == local("2026-12-31 24:00")
    with pytest.raises(UnknownYear, match="2027: no holidays loaded"):
        known.add_working_days(local("2026-12-30 10:00"), 2)
    with pytest.raises(UnknownYear, match="2027"):
        known.add_working_hours(local("2026-12-31 17:00"), 1)
    with pytest.raises(UnknownYear, match="2027"):
        known.add_working_days(local("2027-03-01 10:00"), 1)


def test_a_gap_between_loaded_years_is_not_jumped() -> None:
    with pytest.raises(UnknownYear, match="2020"):
        calendar(2019, 2021).add_working_days(local("2019-12-31 10:00"), 1)
    with pytest.raises(UnknownYear, match="2020"):
        calendar(2019, 2021).working_days_between(date(2019, 12, 31), date(2021, 1, 4))


def test_shifting_back_into_an_unknown_year_is_refused() -> None:
    with pytest.raises(UnknownYear, match="2020"):
        calendar(2021).shift(local("2021-01-04 24:00"), -1)


def test_an_empty_calendar_knows_no_year() -> None:
    with pytest.raises(UnknownYear, match="2021"):
        calendar().add_working_days(local("2021-04-01 10:00"), 1)


def test_the_version_names_the_local_years_that_a_limit_touches() -> None:
    one, two = (from_chinesecalendar(year).version for year in (2021, 2022))
    version = loaded().version
    assert version(local("2021-12-30 10:00"), local("2021-12-31 24:00")) == f"2021:{one}"
    assert version(local("2021-12-30 10:00"), local("2022-01-04 24:00")) == f"2021:{one}+2022:{two}"


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        loaded().add_working_days(datetime(2021, 4, 1, 10), 1)  # noqa: DTZ001


@pytest.mark.parametrize("nothing", [0, -1])
def test_nothing_can_not_be_added(nothing: int) -> None:
    with pytest.raises(ValueError, match="working"):
        loaded().add_working_days(local("2021-04-01 10:00"), nothing)
    with pytest.raises(ValueError, match="working"):
        loaded().add_working_hours(local("2021-04-01 10:00"), nothing)


def by_brute_force(start: datetime, n: int) -> date:
    """The nth working day by asking the package day by day."""
    import chinese_calendar

    day = start.astimezone(LOCAL).date()
    while n:
        day += timedelta(days=1)
        n -= chinese_calendar.is_workday(day)
    return day


@settings(deadline=None)
@given(INSTANTS, LENGTHS)
def test_adding_agrees_with_counting_day_by_day(start: datetime, n: int) -> None:
    end = loaded().add_working_days(start, n)
    assert date.fromordinal(last_day(end)) == by_brute_force(start, n)


@settings(deadline=None)
@given(INSTANTS, LENGTHS)
def test_adding_then_counting_gives_n(start: datetime, n: int) -> None:
    last = date.fromordinal(last_day(loaded().add_working_days(start, n)))
    assert loaded().working_days_between(start.date(), last) == n
    assert loaded().is_working_day(last)


@settings(deadline=None)
@given(INSTANTS, INSTANTS, LENGTHS, LENGTHS)
def test_later_or_longer_never_ends_earlier(one: datetime, other: datetime, n: int, m: int) -> None:
    (first, second), (short, long) = sorted((one, other)), sorted((n, m))
    add = loaded().add_working_days
    assert add(first, short) <= add(second, short) <= add(second, long)
    hours = loaded().add_working_hours
    assert hours(first, short) <= hours(second, short) <= hours(second, long)


@settings(deadline=None)
@given(INSTANTS, LENGTHS)
def test_a_remembered_answer_equals_a_fresh_one(start: datetime, n: int) -> None:
    warm, fresh = loaded(), WorkCalendar.of(loaded().years)
    assert warm.add_working_days(start, n) == fresh.add_working_days(start, n)
    assert warm.add_working_days(start, n) == warm.add_working_days(start, n)
    due_at = warm.add_working_days(start, n)
    assert warm.shifts(due_at, (-2, 0, 2, 5)) == fresh.shifts(due_at, (-2, 0, 2, 5))


@settings(deadline=None)
@given(INSTANTS, LENGTHS)
def test_shifting_there_and_back_spans_n_working_days(start: datetime, n: int) -> None:
    due_at = loaded().add_working_days(start, 1)
    last = date.fromordinal(last_day(due_at))
    before, after = loaded().shift(due_at, -n), loaded().shift(due_at, n)
    assert before < due_at < after
    assert loaded().working_days_between(before.astimezone(LOCAL).date(), last) == n
    assert loaded().working_days_between(last, after.astimezone(LOCAL).date()) == n


@settings(deadline=None)
@given(INSTANTS, st.integers(min_value=1, max_value=100_000))
def test_adding_working_time_then_measuring_gives_it_back(start: datetime, seconds: int) -> None:
    amount = timedelta(seconds=seconds)
    end = loaded().add_working_time(start, amount)
    assert loaded().working_time_between(start, end) == amount
    assert loaded().working_time_between(start, end - timedelta(seconds=1)) < amount
