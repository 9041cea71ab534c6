"""Which notices a limit brings, and when."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.vocabulary import KINDS
from services.supervision import presets
from services.supervision.calendar import LOCAL, WorkCalendar, from_chinesecalendar
from services.supervision.ladder import (
    CrookedLadder,
    Ladder,
    LimitState,
    NoticeDecision,
    Rung,
    Task,
    consequences,
    next_instant,
    notices_due,
    rungs,
)
from services.supervision.limits import URGENCIES, Limit, LimitRule, Unit, compute

HOUR = timedelta(hours=1)


@cache
def calendar(*years: int) -> WorkCalendar:
    return WorkCalendar.of(from_chinesecalendar(year) for year in years)


def local(text: str) -> datetime:
    if text.endswith("24:00"):
        return local(text.replace("24:00", "00:00")) + timedelta(days=1)
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def limit(
    start: str, amount: int = 10, unit: Unit = "working_days", years: tuple[int, ...] = (2021,)
) -> Limit:
    rule = LimitRule("test", 1, "complete", amount, unit, KINDS, URGENCIES)
    return compute(rule, local(start), calendar(*years))


@cache
def state(next_rung: int = 1) -> LimitState:
    """Ten working days from Tue April 20: due at 24:00 of Thu May 6."""
    one = limit("2021-04-20 11:00")
    return LimitState(one.due_at, rungs(one, presets.ladder("default"), calendar(2021)), next_rung, 7)


def brief(decisions: list[NoticeDecision]) -> list[tuple[int, str, int | None, bool]]:
    return [(one.rung.number, one.outcome, one.into, one.late) for one in decisions]


def test_rungs_stand_before_at_and_after_the_limit() -> None:
    # before: Fri April 30 = -1, Thu 29 = -2; after: Fri May 7 = 1, make-up Sat 8 = 2, Mon 10 - Wed 12 = 5
    assert [(step.rung.number, step.at) for step in state().rungs] == [
        (1, local("2021-04-29 08:30")),
        (2, local("2021-05-06 24:00")),
        (3, local("2021-05-08 08:30")),
        (4, local("2021-05-12 08:30")),
    ]


def test_a_sign_for_limit_has_the_short_ladder() -> None:
    rule = LimitRule("test", 1, "sign_for", 1, "working_days", KINDS, URGENCIES)
    one = compute(rule, local("2021-04-20 11:00"), calendar(2021))
    steps = rungs(one, presets.ladder("default"), calendar(2021))
    assert [step.at for step in steps] == [local("2021-04-21 24:00"), local("2021-04-23 08:30")]


def test_a_reminder_that_would_come_before_dispatch_is_left_out() -> None:
    urgent = limit("2021-04-20 11:00", 2, "hours")
    assert [step.rung.offset for step in rungs(urgent, presets.ladder("default"), calendar(2021))] == [
        0,
        2,
        5,
    ]


def test_a_rung_in_an_unknown_year_waits_and_those_before_it_fire() -> None:
    # due at 24:00 of Wed December 30, 2026; Thu 31 is the last day that is known
    one = limit("2026-12-28 11:00", 2, years=(2026,))
    steps = rungs(one, presets.ladder("default"), calendar(2026))
    assert [step.at for step in steps] == [local("2026-12-30 24:00"), None, None]
    waiting = LimitState(one.due_at, steps, 3, 1)
    assert next_instant(waiting) is None
    assert notices_due(waiting, local("2027-03-01 08:00"), HOUR) == []


def test_nothing_is_due_before_the_first_rung() -> None:
    assert notices_due(state(), local("2021-04-29 08:29"), HOUR) == []


def test_a_rung_is_sent_at_its_instant() -> None:
    assert brief(notices_due(state(), local("2021-04-29 08:30"), HOUR)) == [(1, "sent", None, False)]


def test_a_recorded_rung_is_not_due_again() -> None:
    assert notices_due(state(next_rung=2), local("2021-05-06 23:59"), HOUR) == []
    assert brief(notices_due(state(next_rung=2), local("2021-05-06 24:00"), HOUR)) == [
        (2, "sent", None, False)
    ]


def test_of_several_past_rungs_the_newest_is_sent_and_the_older_collapse_into_it_oldest_first() -> None:
    decisions = notices_due(state(), local("2021-05-08 09:00"), HOUR)
    assert brief(decisions) == [
        (1, "collapsed", 3, True),
        (2, "collapsed", 3, True),
        (3, "sent", None, False),
    ]
    assert {one.generation for one in decisions} == {7}


def test_a_rung_is_late_only_beyond_the_tolerance() -> None:
    assert not notices_due(state(), local("2021-04-29 09:30"), HOUR)[0].late
    assert notices_due(state(), local("2021-04-29 09:31"), HOUR)[0].late


def test_the_next_look_is_at_the_first_rung_left() -> None:
    assert next_instant(state()) == local("2021-04-29 08:30")
    assert next_instant(state(next_rung=4)) == local("2021-05-12 08:30")
    assert next_instant(state(next_rung=5)) is None


def test_the_ladder_says_whether_a_collapsed_rung_counts() -> None:
    steps = state().rungs
    kept = [step._replace(rung=replace(step.rung, collapsed_counts=True)) for step in steps[:1]]
    counting = replace(state(), rungs=(*kept, *steps[1:]))
    now = local("2021-05-08 09:00")
    assert [one.counts for one in notices_due(state(), now, HOUR)] == [False, False, True]
    assert [one.counts for one in notices_due(counting, now, HOUR)] == [True, False, True]


def test_a_rung_is_overdue_from_the_limit_on() -> None:
    assert [rung.overdue for rung in presets.ladder("default").rungs("complete")] == [False, True, True, True]


def test_two_yellows_bring_a_special_letter_and_red_an_interview_in_guangyuan() -> None:
    ladder = presets.ladder("guangyuan")
    blue, yellow, again, red = ladder.rungs("complete")
    task, other = (Task(UUID(int=1), unit, "yellow") for unit in ("water", "roads"))
    both = [(one.number, task._replace(colour=one.colour)) for one in (blue, yellow, again, red)]
    assert list(consequences(ladder, {}, both[:2])) == []
    assert list(consequences(ladder, {other: 1}, both[:2])) == []
    found = [(rung, one.measure, one.points) for rung, one in consequences(ladder, {}, both)]
    assert found == [(3, "special_letter", 1), (4, "interview", 2)]
    assert [rung for rung, _ in consequences(ladder, {task: 1}, both)] == [2, 4]
    assert [rung for rung, _ in consequences(ladder, {task: 2}, both)] == [4]


def rung(number: int, offset: int) -> Rung:
    return Rung("complete", number, offset, "red", "overdue", ("unit",), False)


@pytest.mark.parametrize("steps", [[], [rung(2, 0)], [rung(1, 2), rung(2, 0)], [rung(1, 0), rung(2, 0)]])
def test_a_ladder_whose_rungs_do_not_rise_is_refused(steps: list[Rung]) -> None:
    with pytest.raises(CrookedLadder, match=r"complete: rungs .* – number them 1, 2"):
        Ladder.of("test", 1, HOUR, {"complete": steps})


MOMENTS = st.datetimes(
    min_value=datetime(2021, 4, 20),  # noqa: DTZ001
    max_value=datetime(2021, 6, 1),  # noqa: DTZ001
    timezones=st.just(LOCAL),
)


@settings(deadline=None)
@given(st.lists(MOMENTS, max_size=8).map(sorted))
def test_however_often_one_looks_every_past_rung_is_recorded_once_in_order(looks: list[datetime]) -> None:
    current, recorded = state(), []
    for now in looks:
        decisions = notices_due(current, now, HOUR)
        assert [one.outcome for one in decisions[-1:]] == ["sent"] * len(decisions[-1:])
        recorded += [one.rung.number for one in decisions]
        current = replace(current, next_rung=recorded[-1] + 1 if recorded else 1)
    past = [step.rung.number for step in state().rungs if looks and step.at and step.at <= looks[-1]]
    assert recorded == past
