"""From the events of cases to limits: what is set, met, closed, begun anew, awaited."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.contracts.case import (
    CaseAssigned,
    CaseCompleted,
    CaseEvent,
    CaseReassigned,
    CaseReturned,
    CaseSignedFor,
)
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitsSet
from services.supervision.calendar import WorkCalendar, YearCalendar, from_chinesecalendar
from services.supervision.policy import Policy, Presets
from services.supervision.presets import ladder, limit_set
from services.supervision.set_limits import UnknownCase, compute_awaiting, set_limits
from tests.builders import case_assigned
from tests.supervision_fakes import FakeLimits

PRESETS = Presets({"guangdong": limit_set("guangdong")}, {"default": ladder("default")})
MONDAY = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOLIDAY_2027 = YearCalendar(2027, (date(2027, 1, 1),), (), "test")


def policy(*more: YearCalendar) -> Policy:
    years = [from_chinesecalendar(2020), from_chinesecalendar(2021), from_chinesecalendar(2026), *more]
    return Policy.of(PRESETS, "guangdong", "default", WorkCalendar.of(years))


class Bench:
    """The use case on the fake, with what it published."""

    def __init__(self, *more: YearCalendar) -> None:
        self.limits = FakeLimits()
        self.published: list[LimitsSet] = []
        self.policy = policy(*more)

    async def apply(self, *happened: tuple[CaseEvent, datetime]) -> None:
        await set_limits(self.limits, self.published.append, self.policy, happened)

    def state(self, case_id: UUID) -> tuple[str, str]:
        limits = self.limits.limits
        return limits[case_id, "sign_for"].state, limits[case_id, "complete"].state


@pytest.fixture
def bench() -> Bench:
    return Bench()


def follow(case: CaseAssigned, version: int, dispatch: int = 1) -> dict[str, object]:
    return {"case_id": case.case_id, "demand_id": case.demand_id, "version": version, "dispatch": dispatch}


def signed_for(case: CaseAssigned, version: int = 2, dispatch: int = 1) -> CaseSignedFor:
    return CaseSignedFor.model_validate({**follow(case, version, dispatch), "unit": case.unit})


def completed(case: CaseAssigned, version: int = 3, dispatch: int = 1) -> CaseCompleted:
    reply = PublicText("已修复")
    return CaseCompleted.model_validate(
        {**follow(case, version, dispatch), "unit": case.unit, "reply": reply}
    )


def returned(case: CaseAssigned, version: int = 2, dispatch: int = 2) -> CaseReturned:
    moved = {"from_unit": case.unit, "reason": "不属本单位", "unit": "office", "post": "office.head"}
    return CaseReturned.model_validate({**follow(case, version, dispatch), **moved})


def reassigned(case: CaseAssigned, version: int = 3, dispatch: int = 3) -> CaseReassigned:
    moved = {"from_unit": "office", "unit": "roads", "post": "roads.head"}
    return CaseReassigned.model_validate({**follow(case, version, dispatch), **moved})


def versions(published: Iterable[LimitsSet]) -> list[tuple[int, int]]:
    return [(one.dispatch, one.version) for one in published]


async def test_an_assigned_case_has_two_limits_from_its_dispatch(bench: Bench) -> None:
    case = case_assigned(kind="consultation")
    await bench.apply((case, MONDAY))
    [limits] = bench.published
    assert limits.sign_for_due == datetime(2021, 3, 2, 16, 0, tzinfo=UTC)
    assert limits.complete_due == datetime(2021, 3, 3, 16, 0, tzinfo=UTC)
    assert bench.state(case.case_id) == ("open", "open")


async def test_signing_for_meets_the_first_limit_and_completing_the_second(bench: Bench) -> None:
    case = case_assigned()
    await bench.apply((case, MONDAY))
    await bench.apply((signed_for(case), MONDAY + DAY), (completed(case), MONDAY + 2 * DAY))
    assert bench.state(case.case_id) == ("met", "met")
    kept = bench.limits.limits
    assert kept[case.case_id, "sign_for"].met_at == MONDAY + DAY
    assert kept[case.case_id, "complete"].met_at == MONDAY + 2 * DAY
    assert await bench.limits.due(MONDAY + 365 * DAY) == []


async def test_completing_what_was_never_signed_for_closes_that_limit_unmet(bench: Bench) -> None:
    case = case_assigned()
    await bench.apply((case, MONDAY), (completed(case), MONDAY + DAY))
    assert bench.state(case.case_id) == ("closed", "met")
    assert bench.limits.limits[case.case_id, "sign_for"].met_at is None


async def test_a_case_opened_and_closed_in_one_batch_is_stored_closed(bench: Bench) -> None:
    case = case_assigned()
    await bench.apply((case, MONDAY), (signed_for(case), MONDAY), (completed(case), MONDAY))
    assert bench.state(case.case_id) == ("met", "met")
    assert versions(bench.published) == [(1, 1)]


async def test_a_return_begins_signing_for_anew_and_lets_the_limit_to_complete_run_on(bench: Bench) -> None:
    case = case_assigned()
    await bench.apply((case, MONDAY), (signed_for(case), MONDAY))
    before = bench.limits.limits[case.case_id, "complete"].due_at
    await bench.apply((returned(case, 3), MONDAY + 2 * DAY))
    sign_for = bench.limits.limits[case.case_id, "sign_for"]
    complete = bench.limits.limits[case.case_id, "complete"]
    assert (sign_for.state, sign_for.generation, sign_for.met_at) == ("open", 2, None)
    assert sign_for.due_at == datetime(2021, 3, 4, 16, 0, tzinfo=UTC)
    assert (complete.due_at, complete.generation, complete.unit) == (before, 1, "office")
    assert bench.published[-1].complete_due == before


@pytest.mark.parametrize("batches", ["one", "each its own"])
async def test_each_dispatch_publishes_its_limits_however_the_events_fall_into_batches(
    bench: Bench, batches: str
) -> None:
    case = case_assigned()
    events: list[CaseEvent] = [case, returned(case), reassigned(case)]
    happened = [(event, MONDAY + number * DAY) for number, event in enumerate(events)]
    for batch in [happened] if batches == "one" else [[one] for one in happened]:
        await bench.apply(*batch)
    assert versions(bench.published) == [(1, 1), (2, 2), (3, 3)]
    assert bench.limits.limits[case.case_id, "complete"].unit == "roads"


async def test_what_is_said_of_an_earlier_dispatch_changes_nothing(bench: Bench) -> None:
    case = case_assigned()
    await bench.apply((case, MONDAY), (returned(case), MONDAY))
    await bench.apply((signed_for(case, 9, dispatch=1), MONDAY), (returned(case, 2), MONDAY))
    assert bench.state(case.case_id) == ("open", "open")
    assert bench.limits.limits[case.case_id, "sign_for"].generation == 2


async def test_an_event_of_a_case_that_never_came_is_refused_by_name(bench: Bench) -> None:
    case = case_assigned()
    with pytest.raises(UnknownCase, match=str(case.case_id)):
        await bench.apply((signed_for(case), MONDAY))


async def test_a_limit_that_crosses_into_an_unknown_year_awaits_its_calendar(bench: Bench) -> None:
    case = case_assigned(kind="complaint")
    december = datetime(2026, 12, 22, 2, 0, tzinfo=UTC)
    await bench.apply((case, december))
    assert bench.state(case.case_id) == ("open", "awaiting_calendar")
    [limits] = bench.published
    assert limits.sign_for_due is not None
    assert limits.complete_due is None
    assert bench.limits.limits[case.case_id, "complete"].awaits_year == 2027


async def test_loading_the_year_computes_what_awaited_it_and_says_so_once(bench: Bench) -> None:
    case = case_assigned(kind="complaint")
    await bench.apply((case, datetime(2026, 12, 22, 2, 0, tzinfo=UTC)))
    loaded = policy(HOLIDAY_2027)
    assert await compute_awaiting(bench.limits, bench.published.append, loaded) == 1
    assert await compute_awaiting(bench.limits, bench.published.append, loaded) == 0
    assert versions(bench.published) == [(1, 1), (1, 2)]
    assert bench.published[-1].complete_due == datetime(2027, 1, 13, 16, 0, tzinfo=UTC)
    assert bench.state(case.case_id) == ("open", "open")
    assert bench.limits.limits[case.case_id, "complete"].fires_at is not None


async def test_a_case_completed_while_awaiting_learns_its_due_but_nothing_of_it_fires(bench: Bench) -> None:
    case = case_assigned(kind="complaint")
    december = datetime(2026, 12, 22, 2, 0, tzinfo=UTC)
    await bench.apply((case, december), (signed_for(case), december), (completed(case), december + DAY))
    assert bench.state(case.case_id) == ("met", "met")
    await compute_awaiting(bench.limits, bench.published.append, policy(HOLIDAY_2027))
    complete = bench.limits.limits[case.case_id, "complete"]
    assert (complete.state, complete.fires_at, complete.awaits_year) == ("met", None, None)
    assert bench.published[-1].complete_due == complete.due_at is not None


async def test_a_rung_beyond_the_loaded_years_is_computed_later_while_the_others_stand(bench: Bench) -> None:
    case = case_assigned(kind="consultation")
    await bench.apply((case, datetime(2026, 12, 29, 2, 0, tzinfo=UTC)))
    complete = bench.limits.limits[case.case_id, "complete"]
    assert complete.due_at == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert (complete.fires_at, complete.awaits_year) == (complete.due_at, 2027)
    await compute_awaiting(bench.limits, bench.published.append, policy(HOLIDAY_2027))
    assert bench.limits.limits[case.case_id, "complete"].awaits_year is None
    assert versions(bench.published) == [(1, 1)]


async def test_urgent_cases_need_no_calendar_for_their_dues(bench: Bench) -> None:
    case = case_assigned(urgency="urgent")
    await bench.apply((case, datetime(2031, 5, 1, 2, 0, tzinfo=UTC)))
    [limits] = bench.published
    assert limits.complete_due == datetime(2031, 5, 2, 2, 0, tzinfo=UTC)
    assert bench.limits.limits[case.case_id, "complete"].awaits_year == 2031
