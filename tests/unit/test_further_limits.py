"""Disputes, extensions asked for and rectifications as limits: what opens, ends and moves them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.contracts.case import (
    CaseAssigned,
    CaseAssistAsked,
    CaseAssistDone,
    CaseAssistReleased,
    CaseEvent,
    CaseExtensionAsked,
    CaseExtensionRefused,
    CaseRectificationOpened,
    CaseRectified,
    CaseRedone,
    CaseRefused,
    CaseWithdrawn,
)
from services.contracts.envelope import Event
from services.contracts.supervision import FurtherLimitSet, LimitPassed, NoticeSent, SubjectLimitSet
from services.supervision.calendar import WorkCalendar, YearCalendar, from_chinesecalendar
from services.supervision.derivation import explain, say
from services.supervision.fire import fire
from services.supervision.policy import Policy, Presets
from services.supervision.presets import ladder, limit_set
from services.supervision.set_further import compute_further, set_further
from services.supervision.set_limits import UnknownCase, set_limits
from services.supervision.watched import Watched
from tests.builders import case_assigned
from tests.supervision_fakes import FakeLimits
from tests.unit.test_supervision_following import granted, local, resumed, suspended
from tests.unit.test_supervision_limits import completed, follow, reassigned, returned, signed_for

PRESETS = Presets(
    {name: limit_set(name) for name in ("guangdong", "beijing")}, {"default": ladder("default")}
)


class Bench:
    """Both use cases on the fake, with what they published."""

    def __init__(self, limits: str = "guangdong", *years: int) -> None:
        self.limits = FakeLimits()
        self.told: list[FurtherLimitSet | SubjectLimitSet] = []
        self.fired: list[Event] = []
        self.load(limits, *(years or (2020, 2021)))

    def load(self, limits: str, *years: int) -> None:
        calendar = WorkCalendar.of([_year(year) for year in years])
        self.policy = Policy.of(PRESETS, limits, "default", calendar)

    async def apply(self, *happened: tuple[CaseEvent, datetime]) -> None:
        await set_limits(self.limits, lambda _: None, self.policy, happened)
        await set_further(self.limits, self.told.append, self.policy, happened)

    async def fire(self, at: datetime) -> list[LimitPassed]:
        self.fired.clear()
        await fire(self.limits, self.fired.append, self.policy, at)
        return [one for one in self.fired if isinstance(one, LimitPassed)]

    def limit(self, case: CaseAssigned, kind: Any, about: str = "") -> Watched:
        return self.limits.further[case.case_id, kind, about]


def _year(year: int) -> YearCalendar:
    return YearCalendar(year, (), (), "test") if year > 2026 else from_chinesecalendar(year)


def asked(case: CaseAssigned, version: int = 3) -> CaseExtensionAsked:
    said = {"unit": case.unit, "days": 3, "reason": "等配件"}
    return CaseExtensionAsked.model_validate({**follow(case, version), **said})


def refused(case: CaseAssigned, version: int = 4) -> CaseExtensionRefused:
    return CaseExtensionRefused.model_validate({**follow(case, version), "unit": case.unit, "reason": "不符"})


def rated_badly(case: CaseAssigned, version: int = 4) -> CaseRectificationOpened:
    said = {"unit": case.unit, "post": case.post, "state": "completed"}
    return CaseRectificationOpened.model_validate({**follow(case, version), **said})


def rectified(case: CaseAssigned, version: int = 5) -> CaseRectified:
    said = {"unit": case.unit, "state": "completed", "rectification": "已返工"}
    return CaseRectified.model_validate({**follow(case, version), **said})


def gone(
    kind: type[CaseWithdrawn] | type[CaseRefused], case: CaseAssigned, version: int, dispatch: int
) -> Any:
    said = {"unit": case.unit, **({"reason": "不予受理"} if kind is CaseRefused else {})}
    return kind.model_validate({**follow(case, version, dispatch), **said})


def redone(case: CaseAssigned, version: int = 5) -> CaseRedone:
    said = {"unit": case.unit, "post": case.post, "reason": "未说明"}
    return CaseRedone.model_validate({**follow(case, version, 2), **said})


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("03-01 09:00", "03-01 15:00"),  # 3 hours before lunch, one after it
        ("03-01 12:30", "03-02 09:00"),  # within lunch: 3.5 hours in the afternoon, half an hour the next day
        ("03-05 16:00", "03-08 11:00"),  # over a weekend
        ("04-24 10:00", "04-25 14:30"),  # Saturday doesn't work, Sunday the 25th is a make-up day
        ("04-30 17:00", "05-06 12:00"),  # over Labour Day
    ],
)
async def test_a_return_is_decided_within_four_working_hours(at: str, due: str) -> None:
    bench, case = Bench(), case_assigned()
    await bench.apply((case, local(at)), (returned(case), local(at)))
    limit = bench.limit(case, "dispute", case.unit)
    assert (limit.due_at, limit.unit, limit.dispatch, limit.opened_by) == (local(due), "office", 2, 2)
    assert [(one.limit, one.about, one.due) for one in bench.told] == [("dispute", case.unit, local(due))]
    told = limit.limit()
    assert told is not None
    assert "规定时限 4 个工作小时（规则 guangdong/dispute，第 1 版）" in [
        say(line) for line in explain(told, bench.policy.calendar)
    ]


async def test_an_undecided_return_passes_once_at_its_instant() -> None:
    bench, case = Bench(), case_assigned(kind="complaint")
    await bench.apply((case, local("03-01 09:00")), (returned(case), local("03-01 09:00")))
    assert await bench.fire(local("03-01 14:59")) == []
    [passed] = await bench.fire(local("03-01 15:00"))
    assert (passed.limit, passed.about, passed.dispatch, passed.opened_by) == ("dispute", case.unit, 2, 2)
    assert bench.limit(case, "dispute", case.unit).state == "passed"
    assert await bench.fire(local("03-01 17:00")) == []
    await bench.apply((reassigned(case), local("03-01 17:00")))
    assert bench.limit(case, "dispute", case.unit).state == "passed"


@pytest.mark.parametrize("decision", [reassigned, lambda case: signed_for(case, 3, 2)])
async def test_a_decision_ends_a_dispute_and_nothing_passes(decision: Any) -> None:
    bench, case = Bench(), case_assigned()
    await bench.apply((case, local("03-01 09:00")), (returned(case), local("03-01 09:00")))
    await bench.apply((decision(case), local("03-01 10:00")))
    limit = bench.limit(case, "dispute", case.unit)
    assert (limit.state, limit.met_at, limit.fires_at) == ("met", local("03-01 10:00"), None)
    assert await bench.fire(local("03-05 10:00")) == []


async def test_a_unit_that_returns_again_opens_the_next_generation() -> None:
    bench, case, at = Bench(), case_assigned(), local("03-01 09:00")
    back = reassigned(case).model_copy(update={"unit": case.unit, "post": case.post})
    await bench.apply((case, at), (returned(case), at), (back, at + timedelta(hours=1)))
    await bench.apply((returned(case, 4, 4), local("03-02 09:00")))
    limit = bench.limit(case, "dispute", case.unit)
    assert (limit.generation, limit.set_version, limit.opened_by, limit.state) == (2, 2, 4, "open")
    assert [one.version for one in bench.told] == [1, 2]
    await bench.apply((returned(case, 4, 4), local("03-03 09:00")))  # a repeat
    assert bench.limit(case, "dispute", case.unit) == limit


async def test_an_extension_asked_for_passes_even_while_the_case_rests() -> None:
    bench, case, at = Bench(), case_assigned(), local("03-01 09:00")
    await bench.apply((case, at), (signed_for(case), at), (asked(case), at), (suspended(case, 4), at))
    limit = bench.limit(case, "extension")
    assert (limit.state, limit.due_at) == ("open", local("03-02 10:00"))
    await bench.apply((resumed(case, 5), local("03-01 11:00")))
    assert bench.limit(case, "extension") == limit
    [passed] = await bench.fire(local("03-02 10:00"))
    assert (passed.limit, passed.opened_by, passed.generation) == ("extension", 3, 1)


async def test_an_extension_is_decided_while_the_case_rests() -> None:
    bench, case, at = Bench(), case_assigned(), local("03-01 09:00")
    await bench.apply((case, at), (signed_for(case), at), (asked(case), at), (suspended(case, 4), at))
    await bench.apply((granted(case, 5, days=3), local("03-01 11:00")))
    limit = bench.limit(case, "extension")
    assert (limit.state, limit.met_at) == ("met", local("03-01 11:00"))
    assert await bench.fire(local("03-05 10:00")) == []


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (refused, "met"),
        (lambda case: completed(case, 4), "closed"),
        (lambda case: returned(case, 4), "closed"),
    ],
)
async def test_an_extension_ends_with_its_decision_or_with_what_it_was_asked_for(
    end: Any, state: str
) -> None:
    bench, case, at = Bench(), case_assigned(), local("03-01 09:00")
    await bench.apply((case, at), (signed_for(case), at), (asked(case), at))
    await bench.apply((end(case), local("03-01 10:00")))
    assert bench.limit(case, "extension").state == state
    assert [one.limit for one in await bench.fire(local("03-02 10:00"))] in ([], ["dispute"])


@pytest.mark.parametrize(("preset", "due"), [("guangdong", "03-13 00:00"), ("beijing", "03-27 00:00")])
async def test_a_bad_rating_is_put_right_within_the_presets_days_and_climbs_its_rungs(
    preset: str, due: str
) -> None:
    bench, case, at = Bench(preset), case_assigned(), local("03-05 09:00")
    await bench.apply((case, at), (signed_for(case), at), (completed(case), at), (rated_badly(case), at))
    assert bench.limit(case, "rectification").due_at == local(due)
    assert await bench.fire(local(due)) == []
    sent = [one for one in bench.fired if isinstance(one, NoticeSent)]
    assert [(one.limit, one.rung, one.outcome) for one in sent] == [
        ("rectification", 1, "collapsed"),
        ("rectification", 2, "sent"),
    ]
    await bench.apply((rectified(case), local(due)))
    limit = bench.limit(case, "rectification")
    assert (limit.state, limit.met_at, limit.fires_at) == ("met", local(due), None)


async def test_a_redo_ends_a_rectification_and_the_next_bad_rating_opens_another() -> None:
    bench, case, at = Bench(), case_assigned(), local("03-05 09:00")
    await bench.apply((case, at), (signed_for(case), at), (completed(case), at), (rated_badly(case), at))
    await bench.apply((redone(case), at))
    assert bench.limit(case, "rectification").state == "closed"
    assert [one for one in await bench.fire(local("03-30 09:00")) if one.limit == "rectification"] == []
    assert not any(isinstance(one, NoticeSent) and one.limit == "rectification" for one in bench.fired)
    later = local("04-01 09:00")
    await bench.apply((rated_badly(case, 8), later))
    limit = bench.limit(case, "rectification")
    assert (limit.state, limit.opened_by) == ("open", 8)


@pytest.mark.parametrize("kind", [CaseWithdrawn, CaseRefused])
async def test_a_case_that_ends_closes_its_further_limits(kind: Any) -> None:
    bench, case, at = Bench(), case_assigned(), local("03-01 09:00")
    await bench.apply((case, at), (returned(case), at), (gone(kind, case, 3, 2), at))
    assert bench.limit(case, "dispute", case.unit).state == "closed"
    assert await bench.fire(local("03-05 09:00")) == []


async def test_a_further_limit_awaits_a_calendar_and_is_computed_when_it_is_loaded() -> None:
    bench, case = Bench("guangdong", 2026), case_assigned()
    at = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)
    await bench.apply((case, at), (returned(case), at))
    assert (bench.limit(case, "dispute", case.unit).state, bench.told[-1].due) == ("awaiting_calendar", None)
    assert await compute_further(bench.limits, bench.told.append, bench.policy) == 0
    bench.load("guangdong", 2026, 2027)
    assert await compute_further(bench.limits, bench.told.append, bench.policy) == 1
    limit = bench.limit(case, "dispute", case.unit)
    assert (limit.state, limit.set_version, bench.told[-1].due) == ("open", 2, limit.due_at)


async def test_an_event_of_a_case_that_never_came_is_refused_by_name() -> None:
    case = case_assigned()
    with pytest.raises(UnknownCase, match=str(case.case_id)):
        await Bench().apply((asked(case), local("03-01 09:00")))


def assist(kind: type[CaseEvent], case: CaseAssigned, version: int, unit: str) -> CaseEvent:
    said = {"unit": case.unit, "assisting": unit, "post": f"{unit}.head", "what": "路面"}
    said |= {"result": "已办", "reason": "免"}
    known = {name: value for name, value in said.items() if name in kind.model_fields}
    return kind.model_validate({**follow(case, version), **known})


async def test_each_assisting_unit_has_its_own_limit_with_its_own_notices() -> None:
    bench, case, at = Bench(), case_assigned(kind="consultation"), local("03-01 09:00")
    await bench.apply((case, at), (signed_for(case), at))
    asked = [assist(CaseAssistAsked, case, number, unit) for number, unit in ((3, "police"), (4, "roads"))]
    await bench.apply((asked[0], at), (asked[1], local("03-02 09:00")))
    police, roads = (bench.limit(case, "assist", unit) for unit in ("police", "roads"))
    assert (police.due_at, roads.due_at) == (local("03-04 00:00"), local("03-05 00:00"))
    assert (police.unit, police.post) == ("police", "police.head")
    assert await bench.fire(local("03-05 00:00")) == []
    notices = [one for one in bench.fired if isinstance(one, NoticeSent) and one.limit == "assist"]
    assert {one.unit for one in notices} == {"police", "roads"}
    assert len({one.notice_id for one in notices}) == len(notices)


async def test_an_assisting_units_limit_ends_with_its_own_part_alone() -> None:
    bench, case, at = Bench(), case_assigned(), local("03-01 09:00")
    units = ("fire", "police", "roads", "water2")
    parts = [(assist(CaseAssistAsked, case, number, unit), at) for number, unit in enumerate(units, 3)]
    await bench.apply((case, at), (signed_for(case), at), *parts)
    await bench.apply((assist(CaseAssistDone, case, 7, "police"), at))
    await bench.apply((assist(CaseAssistReleased, case, 8, "fire"), at))
    await bench.apply((reassigned(case, 9, 2), at))  # to roads, which leads from now on
    states = {unit: bench.limit(case, "assist", unit).state for unit in units}
    assert states == {"fire": "closed", "police": "met", "roads": "closed", "water2": "open"}
    assert bench.limit(case, "assist", "water2").unit == "water2"
    await bench.apply((gone(CaseRefused, case, 10, 2), at))
    assert bench.limit(case, "assist", "water2").state == "closed"


async def test_a_return_closes_the_part_of_the_unit_that_it_goes_to_alone() -> None:
    bench, case, at = Bench(), case_assigned(), local("03-01 09:00")
    asked = [assist(CaseAssistAsked, case, number, unit) for number, unit in ((3, "office"), (4, "roads"))]
    await bench.apply((case, at), (signed_for(case), at), *((one, at) for one in asked))
    await bench.apply((returned(case, 5), local("03-01 10:00")))  # to the office, which led nothing so far
    states = {unit: bench.limit(case, "assist", unit).state for unit in ("office", "roads")}
    assert states == {"office": "closed", "roads": "open"}
