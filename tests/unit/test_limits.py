"""Limits, their pauses and extensions, and how they explain themselves; counted by hand on 2021."""

from datetime import datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.vocabulary import KINDS, LimitKind
from services.supervision.calendar import (
    LOCAL,
    UnknownYear,
    WorkCalendar,
    from_chinesecalendar,
    last_day,
    local_midnight,
    local_ordinal,
)
from services.supervision.derivation import explain, say
from services.supervision.limits import (
    LIMIT_KINDS,
    URGENCIES,
    Extension,
    LimitRule,
    LimitSet,
    Pause,
    UnevenRules,
    Unit,
    compute,
    merged,
)


@cache
def calendar(*years: int) -> WorkCalendar:
    return WorkCalendar.of(from_chinesecalendar(year) for year in years)


def local(text: str) -> datetime:
    if text.endswith("24:00"):
        return local(text.replace("24:00", "00:00")) + timedelta(days=1)
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def rule(amount: int, unit: Unit, kind: LimitKind = "complete") -> LimitRule:
    return LimitRule(f"test/{amount}-{unit}", 3, kind, amount, unit, KINDS, URGENCIES)


def pause(start: str, end: str) -> Pause:
    return Pause(local(start), local(end))


UNPAUSED: list[tuple[int, Unit, str, str]] = [
    (2, "working_days", "2021-04-01 10:00", "2021-04-06 24:00"),  # Fri 2, 清明 3-5, Tue 6
    (2, "working_hours", "2021-04-02 16:30", "2021-04-06 09:30"),
    (2, "hours", "2021-04-03 23:00", "2021-04-04 01:00"),
    (24, "hours", "2021-12-31 12:00", "2022-01-01 12:00"),
    (7, "days", "2021-04-01 10:00", "2021-04-08 24:00"),  # 2 3 4 5 6 7 8
    (15, "days", "2021-04-20 23:59", "2021-05-05 24:00"),  # 10 in April, 5 in May: ends on a day off, stays
]


@pytest.mark.parametrize(("amount", "unit", "start", "end"), UNPAUSED)
def test_a_limit_counts_in_its_rule_unit(amount: int, unit: Unit, start: str, end: str) -> None:
    limit = compute(rule(amount, unit), local(start), calendar(2021, 2022))
    assert limit.due_at == local(end)
    assert limit.kind == "complete"


Counted = tuple[int, Unit, str]

# Ten working days from Tue April 6 are 7-9 = 3, 12-16 = 8, 19 20 = 10.
TEN_DAYS: Counted = (10, "working_days", "2021-04-06 10:00")
TWO_HOURS: Counted = (2, "working_hours", "2021-04-06 11:00")
PAUSED: list[tuple[Counted, list[Pause], str]] = [
    (TEN_DAYS, [], "2021-04-20 24:00"),
    # begins within the pause: Fri 9, Mon 12, Tue 13; three more: 21 22 23
    (TEN_DAYS, [pause("2021-04-08 15:00", "2021-04-13 09:00")], "2021-04-23 24:00"),
    # suspended and resumed on one day: nothing
    (TEN_DAYS, [pause("2021-04-08 08:00", "2021-04-08 23:00")], "2021-04-20 24:00"),
    # from midnight to midnight: Thu 8 alone; one more: 21
    (TEN_DAYS, [pause("2021-04-08 00:00", "2021-04-09 00:00")], "2021-04-21 24:00"),
    # the first pause moves the end into the second (22 23): two more, make-up Sun 25 and Mon 26
    (
        TEN_DAYS,
        [pause("2021-04-21 12:00", "2021-04-23 08:00"), pause("2021-04-08 15:00", "2021-04-13 09:00")],
        "2021-04-26 24:00",
    ),
    # overlapping pauses count once: 9 12 13
    (
        TEN_DAYS,
        [pause("2021-04-08 15:00", "2021-04-12 09:00"), pause("2021-04-09 15:00", "2021-04-13 09:00")],
        "2021-04-23 24:00",
    ),
    # over before dispatch, or begun after the end: nothing
    (TEN_DAYS, [pause("2021-04-01 08:00", "2021-04-06 09:00")], "2021-04-20 24:00"),
    (TEN_DAYS, [pause("2021-04-20 15:00", "2021-04-22 08:00")], "2021-04-20 24:00"),
    # 11:00-11:30 counts, 14:30-16:00 counts
    (TWO_HOURS, [pause("2021-04-06 11:30", "2021-04-06 14:30")], "2021-04-06 16:00"),
    # three hours of 24 taken out
    ((24, "hours", "2021-04-06 10:00"), [pause("2021-04-06 12:00", "2021-04-06 15:00")], "2021-04-07 13:00"),
    # 9 and 10 begin within the pause: 13 becomes 15
    ((7, "days", "2021-04-06 10:00"), [pause("2021-04-08 15:00", "2021-04-10 09:00")], "2021-04-15 24:00"),
]


@pytest.mark.parametrize(("counted", "pauses", "end"), PAUSED)
def test_paused_time_does_not_count(counted: Counted, pauses: list[Pause], end: str) -> None:
    amount, unit, start = counted
    assert compute(rule(amount, unit), local(start), calendar(2021), pauses).due_at == local(end)


def test_an_extension_is_counted_on_in_the_rule_unit() -> None:
    # 10 end on April 20; 21 22 23 = 13, make-up Sun 25 = 14, 26 = 15
    limit = compute(rule(10, "working_days"), local("2021-04-06 10:00"), calendar(2021), (), Extension(5))
    assert limit.due_at == local("2021-04-26 24:00")


def test_pauses_are_merged_where_they_touch_and_dropped_where_empty() -> None:
    pauses = [
        pause("2021-04-08 15:00", "2021-04-09 09:00"),
        pause("2021-04-07 15:00", "2021-04-08 15:00"),
        pause("2021-04-10 09:00", "2021-04-10 09:00"),
    ]
    assert merged(pauses) == (pause("2021-04-07 15:00", "2021-04-09 09:00"),)


def test_working_days_into_an_unknown_year_are_refused_and_plain_time_is_not() -> None:
    start = local("2026-12-30 10:00")
    with pytest.raises(UnknownYear, match="2027"):
        compute(rule(2, "working_days"), start, calendar(2026))
    assert compute(rule(7, "days"), start, calendar(2026)).due_at == local("2027-01-06 24:00")


def test_only_a_limit_that_asked_the_calendar_carries_its_version() -> None:
    start = local("2021-04-06 10:00")
    version = f"2021:{from_chinesecalendar(2021).version}"
    assert compute(rule(1, "working_days"), start, calendar(2021)).calendar_version == version
    assert compute(rule(1, "working_hours"), start, calendar(2021)).calendar_version == version
    assert compute(rule(1, "days"), start, calendar(2021)).calendar_version == ""


INSTANTS = st.datetimes(
    min_value=datetime(2021, 1, 4),  # noqa: DTZ001
    max_value=datetime(2021, 6, 1),  # noqa: DTZ001
    timezones=st.just(LOCAL),
)
PAUSES = st.lists(st.builds(Pause, INSTANTS, INSTANTS), max_size=3)


@settings(deadline=None)
@given(INSTANTS, st.integers(min_value=1, max_value=20), PAUSES)
def test_the_days_left_by_the_pauses_are_the_rule_amount(
    start: datetime, n: int, pauses: list[Pause]
) -> None:
    limit = compute(rule(n, "working_days"), start, calendar(2021), pauses)
    last = last_day(limit.due_at)
    worked = calendar(2021).working_ordinals(local_ordinal(start), last)
    running = [day for day in worked if not any(one.start <= local_midnight(day) < one.end for one in pauses)]
    assert len(running) == n
    assert running[-1] == last


@settings(deadline=None)
@given(INSTANTS, st.integers(min_value=1, max_value=40), PAUSES)
def test_a_pause_never_brings_a_limit_forward(start: datetime, n: int, pauses: list[Pause]) -> None:
    for unit in ("working_days", "working_hours", "hours", "days"):
        free, paused = (compute(rule(n, unit), start, calendar(2021), these) for these in ((), pauses))
        assert paused.due_at >= free.due_at


def test_a_set_covers_every_case_exactly_once() -> None:
    every = [rule(amount, "working_days", kind) for amount, kind in enumerate(LIMIT_KINDS, 1)]
    assert LimitSet.of("test", 1, every).rule("complete", "help", "urgent") is every[1]
    with pytest.raises(UnevenRules, match=r"test: complete consultation urgent .* has none"):
        LimitSet.of("test", 1, every[:1])
    with pytest.raises(
        UnevenRules, match=r"sign_for consultation urgent .* has test/1-working_days, test/1-hours"
    ):
        LimitSet.of("test", 1, [*every, rule(1, "hours", "sign_for")])


def test_a_limit_explains_itself_line_by_line() -> None:
    limit = compute(
        rule(10, "working_days"),
        local("2021-04-20 11:00"),
        calendar(2021),
        [pause("2021-04-27 15:00", "2021-04-29 09:00")],
        Extension(2),
    )
    # 21 22 23, make-up Sun 25, 26 27 = 6, (28 29 paused), 30 = 7, May 6 7 = 9, make-up Sat 8 = 10, 10 11 = 12
    assert [say(line) for line in explain(limit, calendar(2021))] == [
        "2021-04-20 11:00 派单，当日不计",
        "规定时限 10 个工作日（规则 test/10-working_days，第 3 版）",
        "批准延期 2 个工作日",
        "其间周末不计：2021-04-24, 2021-05-01/2021-05-02, 2021-05-09",
        "其间法定节假日不计：2021-05-03/2021-05-05 劳动节",
        "其间调休上班日计入：2021-04-25, 2021-05-08",
        "2021-04-27 15:00 至 2021-04-29 09:00 挂起，不计 2 个工作日",
        "到期：2021-05-11 24:00",
    ]


def test_every_line_can_be_said_in_english() -> None:
    limit = compute(rule(2, "hours"), local("2021-04-03 22:00"), calendar(2021))
    assert [say(line, "en") for line in explain(limit, calendar(2021))] == [
        "Dispatched 2021-04-03 22:00; counted from then on",
        "2 hours (rule test/2-hours, version 3)",
        "Due: 2021-04-03 24:00",
    ]


def test_an_explanation_says_when_the_calendar_has_changed_since() -> None:
    limit = compute(rule(1, "working_days"), local("2021-04-06 10:00"), calendar(2021))
    year = from_chinesecalendar(2021)
    other = type(year)(2021, year.holidays[1:], year.make_up_days, "file")
    last = explain(limit, WorkCalendar.of([other]))[-1]
    assert last.code == "calendar_changed"
    assert last.params == {"stored": f"2021:{year.version}", "loaded": f"2021:{other.version}"}
