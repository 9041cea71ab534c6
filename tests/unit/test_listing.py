"""Listings (挂牌督办): which ratings bring one, and where each step leads."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.case import (
    CaseCompleted,
    CaseMerged,
    CaseParted,
    CaseReassigned,
    CaseRefused,
    CaseReturned,
    CaseWithdrawn,
)
from services.contracts.listing import ListingProgressed, ListingStruckOff, SubjectEnd
from services.contracts.project import ProjectDone, ProjectDropped, ProjectReplaced
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import BAD_RATINGS, ROLES
from services.supervision.follow_listed import became
from services.supervision.listing import (
    ENDED,
    Ground,
    Listing,
    StepNotAllowed,
    handed_over,
    listing_id_of,
    opened,
    step,
    told,
    told_handed_over,
    told_offered,
    told_opened,
)
from services.supervision.listing_rules import ListingRule, Rating, broken_by, listing_rules
from services.supervision.listing_transitions import STATES, STEPS, ListingStep, allowed_steps, leads_to, may
from services.supervision.listings import Became

NOON = datetime(2021, 6, 1, 4, tzinfo=UTC)
PROJECT = UUID("00000000-0000-4000-8000-000000000021")
THREE = ListingRule(id="three", subject="project", ratings=3, days=30)
GROUND = Ground("project", PROJECT, "hekou", "hekou.head", PublicText("管网"), PublicText("差评"))


def rated(*days: int, level: str = "dissatisfied") -> list[Rating]:
    return [Rating(NOON + timedelta(days=day), level) for day in days]  # type: ignore[arg-type]


def listed() -> Listing:
    return opened(GROUND, 1, NOON, "甲")


def taken(*steps: ListingStep) -> Listing:
    listing = listed()
    for one in steps:
        after = step(listing, one, NOON)
        assert isinstance(after, Listing)
        listing = after
    return listing


def test_three_bad_ratings_within_the_days_list_a_project() -> None:
    broken = broken_by([THREE], "project", rated(0, 10, 29), None)
    assert broken is not None
    assert (broken.rule.id, broken.ratings) == ("three", 3)


@pytest.mark.parametrize(
    "ratings",
    [rated(0, 10), rated(0, 10, 30), [*rated(0, 1), *rated(2, level="fairly_satisfied")], []],
    ids=["too few", "a day too far apart", "one of them good enough", "none"],
)
def test_fewer_or_further_apart_or_better_ones_do_not(ratings: list[Rating]) -> None:
    assert broken_by([THREE], "project", ratings, None) is None


def test_a_rule_of_projects_says_nothing_of_cases() -> None:
    assert broken_by([THREE], "case", rated(0, 1, 2), None) is None


def test_what_was_said_before_it_was_struck_off_does_not_list_it_again() -> None:
    ended = NOON + timedelta(days=2)
    assert broken_by([THREE], "project", rated(0, 1, 2, 3, 4), ended) is None
    assert broken_by([THREE], "project", rated(0, 1, 2, 3, 4, 5), ended) is not None


@given(days=st.lists(st.integers(0, 60), max_size=8), shuffled=st.randoms())
def test_the_order_in_which_ratings_come_does_not_matter(days: list[int], shuffled: object) -> None:
    other = list(days)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    assert broken_by([THREE], "project", rated(*days), None) == broken_by(
        [THREE], "project", rated(*other), None
    )


def test_the_shipped_rules_have_one_for_projects_and_one_for_cases() -> None:
    rules = listing_rules().rules
    assert [one.subject for one in rules] == ["project", "case"]
    assert all(one.levels == BAD_RATINGS for one in rules)


def test_each_listing_of_a_subject_has_an_id_of_its_own() -> None:
    assert len({listing_id_of(PROJECT, times) for times in range(1, 5)}) == 4
    assert listed().listing_id == listing_id_of(PROJECT, 1)


def test_it_goes_by_weekly_reports_to_the_request_and_the_end() -> None:
    end = taken("progress", "progress", "ask", "send_back", "progress", "ask", "strike_off")
    assert (end.version, end.state, end.reports, end.ended_at) == (8, "struck_off", 3, NOON)


@pytest.mark.parametrize("state", STATES)
def test_what_the_table_does_not_have_is_refused(state: str) -> None:
    listing = {"listed": listed(), "asked": taken("ask"), "struck_off": taken("ask", "strike_off")}[state]
    for one in STEPS:
        refused = isinstance(step(listing, one, NOON), StepNotAllowed)
        assert refused == (leads_to(listing.state, one) is None)


def test_only_the_authority_that_listed_it_strikes_it_off() -> None:
    who = {role for role in ROLES if may(role, None, "hekou", None, "strike_off")}
    assert who == {"supervision_office", "administrator"}
    assert may("supervision_office", "district", "hekou", "district", "strike_off")
    assert not may("supervision_office", "county", "hekou", "district", "strike_off")
    assert not may("unit_head", "hekou", "hekou", None, "strike_off")


def test_the_unit_reports_and_its_head_asks() -> None:
    assert allowed_steps("handler", "hekou", "hekou", None, "listed") == ("progress",)
    assert allowed_steps("unit_head", "hekou", "hekou", None, "listed") == ("progress", "ask")
    assert allowed_steps("unit_head", "roads", "hekou", None, "listed") == ()


def test_events_say_what_was_done_and_are_keyed_by_the_subject() -> None:
    first = told_opened(listed(), None)
    assert (first.subject(), first.version, first.opened_by, first.rule) == (str(PROJECT), 1, "hand", None)
    progress = told(taken("progress"), "progress", PublicText("在办"), NOON)
    end = told(taken("ask", "strike_off"), "strike_off", None, None)
    assert isinstance(progress, ListingProgressed)
    assert isinstance(end, ListingStruckOff)
    assert (progress.text, progress.report_due, end.version) == ("在办", NOON, 3)


HEAD: dict[str, Any] = {"case_id": PROJECT, "demand_id": PROJECT, "version": 3, "dispatch": 2}
OF_PROJECT: dict[str, Any] = {"project_id": PROJECT, "ledger": "挂-1", "version": 3}
WHY: dict[str, Any] = {"reason": "工作调整", "approver": "county.head"}


@pytest.mark.parametrize(
    ("event", "ended"),
    [
        (CaseWithdrawn(**HEAD, unit="roads"), "withdrawn"),
        (CaseRefused(**HEAD, unit="roads", reason=PublicText("不属受理范围")), "refused"),
        (
            CaseMerged(**HEAD, unit="roads", lead=PROJECT, state="dispatched", reason=PublicText("同一")),
            "merged",
        ),
        (ProjectDone(**OF_PROJECT, on=NOON.date(), text=PublicText("完工")), "done"),
        (ProjectReplaced(**OF_PROJECT, **WHY, by_project_id=PROJECT, by_ledger="挂-2"), "replaced"),
        (ProjectDropped(**OF_PROJECT, **WHY), "dropped"),
    ],
)
def test_whatever_ends_a_subject_puts_its_listing_before_the_authority(event: Any, ended: SubjectEnd) -> None:
    became_of = became(event)
    assert became_of is not None
    assert (became_of.subject_id, became_of.ended) == (PROJECT, ended)
    offered = told_offered(taken("offer"), ended)
    assert (offered.subject_ended, offered.text) == (ended, ENDED[ended])


@pytest.mark.parametrize(
    "event",
    [
        CaseReturned(**HEAD, unit="roads", from_unit="hekou", post="roads.head", reason=PublicText("不属")),
        CaseReassigned(**HEAD, unit="roads", from_unit="hekou", post="roads.head"),
        CaseParted(**HEAD, unit="roads", lead=PROJECT, post="roads.head", reason=PublicText("另办")),
    ],
)
def test_a_listing_goes_with_its_case(event: Any) -> None:
    assert became(event) == Became(PROJECT, "roads", "roads.head")
    after = handed_over(listed(), "roads", "roads.head")
    said = told_handed_over(after, "hekou")
    assert (said.version, said.unit, said.post, said.from_unit) == (2, "roads", "roads.head", "hekou")


def test_a_completed_case_stays_listed_and_nobody_hands_over_or_offers_by_himself() -> None:
    assert became(CaseCompleted(**HEAD, unit="hekou", reply=PublicText("已办"))) is None
    for role in ROLES:
        assert not {"hand_over", "offer"} & {*allowed_steps(role, "hekou", "hekou", None, "listed")}
