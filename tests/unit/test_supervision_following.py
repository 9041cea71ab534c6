"""What suspension, redo, withdrawal and refusal do to the limits of a case; paused time doesn't count."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.case import (
    CaseAssigned,
    CaseEvent,
    CaseExtensionGranted,
    CaseRedone,
    CaseRefused,
    CaseResumed,
    CaseSuspended,
    CaseWithdrawn,
)
from services.contracts.envelope import Event
from services.contracts.supervision import NoticeSent
from services.supervision.calendar import WorkCalendar, from_chinesecalendar
from services.supervision.derivation import explain, say
from services.supervision.fire import fire
from services.supervision.limits import Pause
from services.supervision.pauses import read, written
from services.supervision.policy import Policy, Presets
from services.supervision.presets import ladder, limit_set
from services.supervision.watched import Watched
from tests.builders import case_assigned
from tests.unit.test_supervision_limits import Bench, completed, follow, signed_for

PRESETS = Presets(
    {name: limit_set(name) for name in ("guangdong", "beijing", "qinglong")}, {"default": ladder("default")}
)
HOUR = timedelta(hours=1)


def local(text: str) -> datetime:
    """`05-06 09:00` of 2021, Shanghai time."""
    return datetime.fromisoformat(f"2021-{text}:00+08:00").astimezone(UTC)


def bench_with(limits: str = "guangdong") -> Bench:
    bench = Bench()
    calendar = WorkCalendar.of([from_chinesecalendar(year) for year in (2020, 2021)])
    bench.policy = Policy.of(PRESETS, limits, "default", calendar)
    return bench


def suspended(case: CaseAssigned, version: int = 3) -> CaseSuspended:
    said: dict[str, Any] = {"unit": case.unit, "reason": "待批复"}
    return CaseSuspended.model_validate({**follow(case, version), **said})


def resumed(case: CaseAssigned, version: int = 4) -> CaseResumed:
    return CaseResumed.model_validate({**follow(case, version), "unit": case.unit})


def granted(case: CaseAssigned, version: int, days: int) -> CaseExtensionGranted:
    said = {"unit": case.unit, "days": days}
    return CaseExtensionGranted.model_validate({**follow(case, version), **said})


def redone(case: CaseAssigned, version: int = 4, dispatch: int = 2) -> CaseRedone:
    said = {"unit": case.unit, "post": case.post, "reason": "未说明"}
    return CaseRedone.model_validate({**follow(case, version, dispatch), **said})


def ended(kind: type[CaseWithdrawn] | type[CaseRefused], case: CaseAssigned, version: int) -> CaseEvent:
    reason = {"reason": "不予受理"} if kind is CaseRefused else {}
    return kind.model_validate({**follow(case, version), "unit": case.unit, **reason})


async def rested(
    bench: Bench, case: CaseAssigned, begin: str, *pauses: tuple[str, str]
) -> tuple[Watched, Watched]:
    """A case dispatched and signed for at `begin`, after its pauses: its limit without and with them."""
    happened: list[tuple[CaseEvent, datetime]] = [(case, local(begin)), (signed_for(case), local(begin))]
    await bench.apply(*happened)
    before = bench.limits.limits[case.case_id, "complete"]
    for number, (start, end) in enumerate(pauses):
        await bench.apply((suspended(case, 3 + 2 * number), local(start)))
        await bench.apply((resumed(case, 4 + 2 * number), local(end)))
    return before, bench.limits.limits[case.case_id, "complete"]


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "05-11"),
        # Two working days rest (6 and 7 May); Saturday the 8th is a make-up day and counts.
        ([("04-30 10:00", "05-07 10:00")], "05-13"),
        # Over the whole holiday nothing was counted anyway.
        ([("05-01 10:00", "05-05 10:00")], "05-11"),
        # The make-up Sunday of 25 April and Monday rest.
        ([("04-24 10:00", "04-26 10:00")], "05-13"),
        # Of several pauses each takes its own; within one day nothing is lost.
        (
            [
                ("04-27 09:00", "04-28 09:00"),
                ("04-29 09:00", "04-29 16:00"),
                ("05-06 09:00", "05-07 09:00"),
            ],
            "05-13",
        ),
    ],
)
async def test_working_days_that_begin_within_a_pause_are_not_counted(
    pauses: list[tuple[str, str]], due: str
) -> None:
    """Ten working days from Friday 23 April 2021; make-up days are 25 April and 8 May."""
    _, limit = await rested(bench_with(), case_assigned(kind="help"), "04-23 10:00", *pauses)
    assert limit.due_at == local(f"{due} 00:00")


async def test_hours_do_not_count_the_paused_time_itself() -> None:
    case = case_assigned(urgency="priority")
    before, limit = await rested(
        bench_with("beijing"),
        case,
        "04-23 10:00",
        ("04-23 12:00", "04-24 13:30"),
        ("04-25 09:00", "04-25 10:00"),
    )
    assert before.due_at is not None
    assert limit.due_at == before.due_at + 26.5 * HOUR


async def test_working_hours_lose_only_the_working_time_of_a_pause() -> None:
    """No preset counts working hours to complete: a kept limit is made to."""
    bench, case = bench_with(), case_assigned(kind="help")
    await bench.apply((case, local("04-30 15:00")), (signed_for(case), local("04-30 15:00")))
    kept = bench.limits.limits[case.case_id, "complete"]
    hours = kept._replace(counted="working_hours", amount=4)
    bench.limits.limits[case.case_id, "complete"] = hours
    await bench.apply((suspended(case), local("04-30 16:30")), (resumed(case), local("05-06 09:30")))
    # 1.5 hours on 30 April; of the pause 1 hour then and 1 hour on 6 May were working time.
    assert bench.limits.limits[case.case_id, "complete"].due_at == local("05-06 12:00")


async def test_while_a_case_rests_nothing_fires_and_its_due_is_not_known() -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    await bench.apply((case, local("03-01 09:00")), (signed_for(case), local("03-01 10:00")))
    await bench.apply((suspended(case), local("03-02 09:00")))
    limit = bench.limits.limits[case.case_id, "complete"]
    assert (limit.state, limit.due_at, limit.fires_at) == ("suspended", None, None)
    assert (bench.published[-1].version, bench.published[-1].complete_due) == (2, None)
    assert await bench.limits.due(local("12-01 09:00")) == []


async def test_a_resumed_limit_says_its_pause_line_by_line() -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    _, limit = await rested(bench, case, "03-01 09:00", ("03-02 09:00", "03-05 09:00"))
    told = limit.limit()
    assert told is not None
    lines = [say(line) for line in explain(told, bench.policy.calendar)]
    assert "2021-03-02 09:00 至 2021-03-05 09:00 挂起，不计 3 个工作日" in lines
    assert bench.published[-1].complete_due == limit.due_at == local("03-09 00:00")
    assert [one.version for one in bench.published] == [1, 2, 3]


async def _fired(bench: Bench, now: datetime) -> list[NoticeSent]:
    sent: list[Event] = []
    await fire(bench.limits, sent.append, bench.policy, now)
    return [one for one in sent if isinstance(one, NoticeSent) and one.limit == "complete"]


async def test_a_rung_that_fired_while_the_suspension_was_on_its_way_fires_again_for_the_new_end() -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    await bench.apply((case, local("03-01 09:00")), (signed_for(case), local("03-01 09:00")))
    [*_, early] = await _fired(bench, local("03-04 01:00"))
    assert (early.overdue, early.generation) == (True, 1)
    await bench.apply((suspended(case), local("03-02 23:00")))
    assert not bench.limits.limits[case.case_id, "complete"].overdue
    await bench.apply((resumed(case), local("03-05 09:00")))
    limit = bench.limits.limits[case.case_id, "complete"]
    assert (limit.generation, limit.overdue, limit.due_at) == (2, False, local("03-07 00:00") + 48 * HOUR)
    [again] = await _fired(bench, local("03-09 00:00"))
    assert (again.overdue, again.generation, again.rung) == (True, 2, early.rung)


async def test_a_reminder_that_came_before_the_suspension_comes_again_only_for_a_later_end() -> None:
    bench, case = bench_with(), case_assigned(kind="help")
    await bench.apply((case, local("03-01 09:00")), (signed_for(case), local("03-01 09:00")))
    [reminder] = await _fired(bench, local("03-12 08:30"))
    await bench.apply((suspended(case), local("03-12 10:00")), (resumed(case), local("03-12 15:00")))
    assert await _fired(bench, local("03-12 16:00")) == []
    await bench.apply((suspended(case, 5), local("03-12 17:00")), (resumed(case, 6), local("03-17 17:00")))
    assert await _fired(bench, local("03-17 17:00")) == []
    assert reminder.rung == 1


async def test_a_limit_that_was_past_stays_past_and_climbs_no_further_while_it_rests() -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    await bench.apply((case, local("03-01 09:00")), (signed_for(case), local("03-01 09:00")))
    await _fired(bench, local("03-04 00:00"))
    await bench.apply((suspended(case), local("03-04 10:00")))
    limit = bench.limits.limits[case.case_id, "complete"]
    assert (limit.state, limit.due_at, limit.overdue) == ("suspended", local("03-04 00:00"), True)
    assert await _fired(bench, local("03-20 00:00")) == []
    await bench.apply((resumed(case), local("03-20 09:00")))
    limit = bench.limits.limits[case.case_id, "complete"]
    assert (limit.state, limit.due_at, limit.overdue) == ("open", local("03-04 00:00"), True)


@pytest.mark.parametrize(
    ("limits", "given", "longer"),
    [
        ("guangdong", {"kind": "help"}, timedelta(days=3)),
        ("beijing", {"kind": "help", "urgency": "priority"}, timedelta(hours=72)),
        ("beijing", {"kind": "help"}, timedelta(days=3)),
    ],
)
async def test_a_granted_extension_is_counted_as_the_limit_counts(
    limits: str, given: dict[str, Any], longer: timedelta
) -> None:
    bench, case = bench_with(limits), case_assigned(**given)
    await bench.apply((case, local("03-01 09:00")), (signed_for(case), local("03-01 10:00")))
    before = bench.limits.limits[case.case_id, "complete"].due_at
    await bench.apply((granted(case, 3, days=3), local("03-02 09:00")))
    limit = bench.limits.limits[case.case_id, "complete"]
    assert before is not None
    assert (limit.due_at, limit.generation, limit.state) == (before + longer, 2, "open")
    assert bench.published[-1].complete_due == limit.due_at


async def _extended(
    preset: str,
    rests: timedelta,
    days: int,
    begin: datetime,
    granted_when: Literal["before", "within", "after"],
) -> Watched:
    """A case that rests once and is granted more time before, within or after its pause: its limit."""
    bench, case = bench_with(preset), case_assigned(kind="consultation")
    dispatched = local("04-23 10:00")
    choices: dict[str, list[Any]] = {
        "before": [(granted(case, 3, days), begin), (suspended(case, 4), begin)],
        "within": [(suspended(case), begin), (granted(case, 4, days), begin + rests / 2)],
        "after": [(suspended(case), begin)],
    }
    steps = choices[granted_when]
    await bench.apply((case, dispatched), (signed_for(case), dispatched), *steps)
    if granted_when != "after":
        assert bench.limits.limits[case.case_id, "complete"].state == "suspended"
    await bench.apply((resumed(case, 5), begin + rests))
    if granted_when == "after":
        await bench.apply((granted(case, 6, days), begin + rests))
    return bench.limits.limits[case.case_id, "complete"]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    preset=st.sampled_from(sorted(PRESETS.limits)),
    worked=st.timedeltas(timedelta(), timedelta(days=30)),
    rests=st.timedeltas(HOUR, timedelta(days=40)),
    days=st.integers(1, 20),
)
async def test_days_granted_while_a_case_rests_come_to_what_they_come_to_before_and_after(
    preset: str, worked: timedelta, rests: timedelta, days: int
) -> None:
    begin = local("04-23 10:00") + worked
    before, within, after = [
        await _extended(preset, rests, days, begin, when) for when in ("before", "within", "after")
    ]
    assert before.due_at is not None
    assert before.due_at == within.due_at == after.due_at
    assert before.overdue == within.overdue == after.overdue
    assert (within.state, within.extension) == ("open", after.extension)


async def test_more_time_granted_while_a_case_rests_starts_no_limit_and_leaves_no_due_instant() -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    begin = local("03-01 09:00")
    await bench.apply((case, begin), (signed_for(case), begin), (suspended(case), local("03-02 09:00")))
    await bench.apply((granted(case, 4, days=3), local("03-20 09:00")))
    limit = bench.limits.limits[case.case_id, "complete"]
    assert (limit.state, limit.due_at, limit.suspended_at) == ("suspended", None, local("03-02 09:00"))
    assert bench.published[-1].complete_due is None
    assert await _fired(bench, local("04-20 09:00")) == []
    await bench.apply((resumed(case, 5), local("04-20 09:00")))
    assert bench.published[-1].complete_due == local("04-26 00:00")


@pytest.mark.parametrize(("days", "due", "overdue"), [(1, "03-05 00:00", True), (5, None, False)])
async def test_a_limit_that_rests_stays_past_only_if_it_was_past_with_the_days_granted(
    days: int, due: str | None, overdue: bool
) -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    await bench.apply((case, local("03-01 09:00")), (signed_for(case), local("03-01 09:00")))
    await _fired(bench, local("03-04 00:00"))
    await bench.apply((suspended(case), local("03-05 10:00")), (granted(case, 4, days), local("03-08 10:00")))
    limit = bench.limits.limits[case.case_id, "complete"]
    assert (limit.state, limit.overdue) == ("suspended", overdue)
    assert limit.due_at == (local(due) if due else None)
    told = limit.limit()
    assert told is None or [line.code for line in explain(told, bench.policy.calendar)][-1] == "due"


async def test_extensions_add_up_and_stand_in_the_derivation_beside_the_pause() -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    await rested(bench, case, "03-01 09:00", ("03-02 09:00", "03-03 09:00"))
    await bench.apply((granted(case, 5, days=2), local("03-03 10:00")))
    await bench.apply((granted(case, 6, days=1), local("03-03 11:00")))
    told = bench.limits.limits[case.case_id, "complete"].limit()
    assert told is not None
    assert told.due_at == local("03-10 00:00")
    lines = [say(line) for line in explain(told, bench.policy.calendar)]
    assert "批准延期 3 个工作日" in lines
    assert "2021-03-02 09:00 至 2021-03-03 09:00 挂起，不计 1 个工作日" in lines


async def test_an_extension_granted_late_takes_the_overdue_away_and_its_rungs_fire_for_the_new_end() -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    await bench.apply((case, local("03-01 09:00")), (signed_for(case), local("03-01 09:00")))
    await _fired(bench, local("03-04 00:00"))
    await bench.apply((granted(case, 3, days=3), local("03-04 09:00")))
    limit = bench.limits.limits[case.case_id, "complete"]
    assert (limit.overdue, limit.due_at, limit.fires_at) == (False, local("03-09 00:00"), limit.due_at)


async def test_a_redo_begins_both_limits_anew_without_the_pauses_of_before() -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    await rested(bench, case, "03-01 09:00", ("03-02 09:00", "03-03 09:00"))
    await bench.apply((completed(case, 5), local("03-03 12:00")), (redone(case, 6), local("03-15 09:00")))
    assert bench.state(case.case_id) == ("open", "open")
    limit = bench.limits.limits[case.case_id, "complete"]
    assert (limit.due_at, limit.pauses, limit.met_at) == (local("03-18 00:00"), "", None)
    assert (limit.dispatch, bench.published[-1].dispatch) == (2, 2)


@pytest.mark.parametrize("kind", [CaseWithdrawn, CaseRefused])
@pytest.mark.parametrize("rests", [False, True])
async def test_a_withdrawn_or_refused_case_has_no_limit_left(
    kind: type[CaseWithdrawn] | type[CaseRefused], rests: bool
) -> None:
    bench, case = bench_with(), case_assigned(kind="consultation")
    await bench.apply((case, local("03-01 09:00")))
    if rests:
        await bench.apply((signed_for(case), local("03-01 09:00")), (suspended(case), local("03-01 10:00")))
    await bench.apply((ended(kind, case, 4 if rests else 2), local("03-02 09:00")))
    assert bench.state(case.case_id) == ("met" if rests else "closed", "closed")
    assert await bench.limits.due(local("12-01 09:00")) == []


async def test_a_case_that_awaits_its_calendar_rests_and_is_reckoned_when_it_goes_on() -> None:
    bench, case = Bench(), case_assigned(kind="complaint")
    december = datetime(2026, 12, 22, 2, 0, tzinfo=UTC)
    await bench.apply((case, december), (signed_for(case), december), (suspended(case), december + HOUR))
    resting = bench.limits.limits[case.case_id, "complete"]
    assert (resting.state, resting.awaits_year) == ("suspended", None)
    await bench.apply((resumed(case), december + 24 * HOUR))
    assert bench.limits.limits[case.case_id, "complete"].awaits_year == 2027


def test_pauses_are_written_and_read_unchanged() -> None:
    pauses: Iterable[Pause] = (
        Pause(local("03-01 09:00"), local("03-02 09:00")),
        Pause(local("03-05 09:00"), local("03-05 09:00") + timedelta(microseconds=7)),
    )
    assert read(written(pauses)) == tuple(pauses)
    assert read("") == ()
