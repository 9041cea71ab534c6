"""Promises: what may be said about them, and what the facts amount to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.assignment.member import Member
from services.assignment.promise import (
    Airing,
    Ending,
    FactRefused,
    NewPromise,
    Promise,
    aired,
    changed,
    history,
    promise_id_of,
    repeats,
    settled,
)
from services.assignment.promise_checks import complaints_about, unknown_projects
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import Settlement
from tests.promise_builders import MEETING, PROMISING, new_promise, promise_made, standing

TODAY = date(2021, 4, 30)
JULY = datetime(2021, 7, 20, 2, 0, tzinfo=UTC)
BECAUSE = PublicText("汛期道路中断")
MEMBER: dict[str, Any] = {"tier": "ordinary_member", "member": "张三"}
SEEN = PublicText("验收报告")


def complained(new: NewPromise) -> list[str]:
    return [complaint.column for complaint in complaints_about(new, PROMISING, TODAY)]


def ended(promise: Promise, outcome: Settlement, on: date, **given: Any) -> Promise:
    return promise.after(settled(promise, Ending(outcome, on, **given), JULY))


def test_a_promise_with_everything_it_needs_has_no_complaint() -> None:
    assert complained(new_promise()) == []
    television = {"occasion": "television", "programme": "电视亮诺", "aired_on": TODAY}
    assert complained(new_promise(**television)) == []
    assert complained(new_promise(**MEMBER)) == []
    assert complained(new_promise(**MEMBER, post="water.head")) == []


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        ({"due": date(2021, 4, 29)}, ["due"]),
        ({"made_on": date(2021, 5, 1)}, ["made_on"]),
        ({"made_on": date(2021, 5, 2), "due": date(2021, 5, 1)}, ["due", "made_on"]),
        ({"unit": "moon", "post": "moon.head"}, ["unit", "post"]),
        ({"unit": "petition", "post": "petition.head"}, ["post"]),
        ({"unit": "petition"}, ["post"]),
        ({"tier": "county_leader"}, ["tier"]),
        ({"post": "magistrate"}, ["post", "tier"]),
        ({**MEMBER, "unit": "petition", "post": "water.head"}, ["post"]),
        ({**MEMBER, "words": "我张 三每周巡河。"}, ["words"]),
        ({**MEMBER, "number": "党员-张三", "evidence": "见张三的承诺书"}, ["number", "evidence"]),
        ({"member": "张三"}, ["member"]),
        ({"tier": "ordinary_member"}, ["member"]),
        ({"occasion": "television"}, ["programme", "aired_on"]),
        ({"programme": "电视亮诺", "clip": "3"}, ["aired_on"]),
    ],
)
def test_everything_that_forbids_a_promise_is_named_at_once(
    given: dict[str, Any], columns: list[str]
) -> None:
    assert complained(new_promise(**given)) == columns


def test_a_due_date_on_the_day_of_the_promise_is_possible() -> None:
    assert complained(new_promise(due=TODAY)) == []


def test_a_leader_promises_for_his_own_unit_and_at_his_own_tier() -> None:
    complaints = complaints_about(new_promise(post="magistrate"), PROMISING, TODAY)
    assert [(one.column, one.remedy) for one in complaints] == [
        ("post", "改为该单位的职务，或改正单位"),
        ("tier", "层级改为县级领导，或改正职务"),
    ]
    leader = {"tier": "county_leader", "unit": "county", "post": "magistrate"}
    assert complained(new_promise(**leader)) == []


def test_a_surname_alone_is_no_name() -> None:
    assert complained(new_promise(**{**MEMBER, "member": "张"}, words="张家村每周巡河。")) == []


def test_a_promise_is_about_projects_of_the_list_or_about_none() -> None:
    assert list(unknown_projects((), frozenset())) == list(unknown_projects(("项-1",), {"项-1"})) == []
    complaints = list(unknown_projects(("项-1", "项-2", "项-3"), {"项-1"}))
    assert [(one.column, one.what) for one in complaints] == [
        ("projects", "没有项目 项-2"),
        ("projects", "没有项目 项-3"),
    ]


def test_a_promise_s_projects_are_each_there_once() -> None:
    assert new_promise(projects=["项-2", "项-1", "项-2"]).projects == ("项-2", "项-1")


def test_the_projects_of_a_promise_change_with_what_they_were_and_stay_with_other_changes() -> None:
    promise = standing(projects=["项-1"])
    same = promise.due, PublicText(promise.words), BECAUSE, "magistrate", JULY
    event = changed(promise, *same, projects=("项-1", "项-2"))
    assert (event.projects_before, event.projects) == (("项-1",), ("项-1", "项-2"))
    linked = promise.after(event)
    assert (linked.projects, linked.due, linked.version) == (("项-1", "项-2"), promise.due, 2)
    later = linked.due, PublicText("另有说法。"), BECAUSE, "magistrate", JULY
    assert linked.after(changed(linked, *later)).projects == linked.projects
    assert linked.after(changed(linked, *same, projects=())).projects == ()
    with pytest.raises(FactRefused) as refused:
        changed(linked, *same, projects=("项-2", "项-1"))
    assert refused.value.field == "due"


def test_a_change_keeps_what_was_said_before() -> None:
    promise = standing()
    event = changed(promise, date(2021, 8, 31), PublicText(promise.words), BECAUSE, "magistrate", JULY)
    assert (event.due_before, event.due, event.version) == (date(2021, 6, 30), date(2021, 8, 31), 2)
    after = promise.after(event)
    assert (after.first_due, after.due, after.state) == (date(2021, 6, 30), date(2021, 8, 31), "standing")


@pytest.mark.parametrize("due", [date(2021, 6, 30), date(2021, 4, 29)])
def test_a_change_that_changes_nothing_or_lies_before_the_promise_is_refused(due: date) -> None:
    promise = standing()
    with pytest.raises(FactRefused) as refused:
        changed(promise, due, PublicText(promise.words), BECAUSE, "magistrate", JULY)
    assert refused.value.field == "due"


@pytest.mark.parametrize(
    ("on", "state"),
    [(date(2021, 6, 29), "kept"), (date(2021, 6, 30), "kept"), (date(2021, 7, 1), "kept_late")],
)
@pytest.mark.parametrize("stated", ["kept", "kept_late"])
def test_kept_in_time_or_late_follows_from_the_day_and_not_from_what_is_stated(
    on: date, state: str, stated: Settlement
) -> None:
    assert ended(standing(), stated, on, evidence=SEEN).state == state


def test_a_promise_whose_date_was_moved_is_kept_against_the_new_one() -> None:
    promise = standing()
    moved = promise.after(
        changed(promise, date(2021, 8, 31), PublicText(promise.words), BECAUSE, "magistrate", JULY)
    )
    assert ended(moved, "kept", date(2021, 7, 15), evidence=SEEN).state == "kept"


@pytest.mark.parametrize(
    ("outcome", "on", "given", "field"),
    [
        ("kept", date(2021, 6, 1), {}, "evidence"),
        ("broken", date(2021, 7, 1), {}, "reason"),
        ("withdrawn", date(2021, 6, 1), {"reason": BECAUSE}, "approver"),
        ("withdrawn", date(2021, 6, 1), {"approver": "magistrate"}, "reason"),
        ("broken", date(2021, 6, 30), {"reason": BECAUSE}, "outcome"),
        ("kept", date(2021, 4, 29), {"evidence": SEEN}, "on"),
        ("kept", date(2021, 7, 21), {"evidence": SEEN}, "on"),
    ],
)
def test_an_ending_lacks_nothing_and_lies_between_promise_and_today(
    outcome: Settlement, on: date, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(FactRefused) as refused:
        ended(standing(), outcome, on, **given)
    assert refused.value.field == field


@pytest.mark.parametrize("outcome", ["kept", "withdrawn", "broken"])
def test_after_its_end_nothing_more_can_be_said(outcome: Settlement) -> None:
    over = ended(standing(), outcome, date(2021, 7, 1), reason=BECAUSE, evidence=SEEN, approver="magistrate")
    with pytest.raises(FactRefused) as again:
        ended(over, "kept", date(2021, 7, 1), evidence=SEEN)
    with pytest.raises(FactRefused):
        changed(over, date(2021, 9, 1), PublicText(over.words), BECAUSE, "magistrate", JULY)
    assert again.value.field is None


def test_a_repeat_says_what_was_said_first_or_what_stands_now() -> None:
    promise = standing()
    moved = promise.after(
        changed(promise, date(2021, 8, 31), PublicText("修好水管并通水。"), BECAUSE, "magistrate", JULY)
    )
    assert repeats(new_promise(), moved)
    assert repeats(new_promise(due=date(2021, 8, 31), words="修好水管并通水。"), moved)
    assert not repeats(new_promise(due=date(2021, 9, 30)), moved)
    assert not repeats(new_promise(unit="petition"), moved)


def test_a_repeat_names_the_projects_that_stand_now_or_none() -> None:
    promise = standing(projects=["项-1", "项-2"])
    assert repeats(new_promise(projects=["项-2", "项-1"]), promise)
    assert repeats(new_promise(), promise)
    assert not repeats(new_promise(projects=["项-2"]), promise)


def test_a_number_gives_one_promise_in_each_authority() -> None:
    assert promise_id_of("county", "诺1") == promise_id_of("county", "诺1") != promise_id_of("city", "诺1")


def test_history_tells_a_promise_as_it_was_after_each_fact() -> None:
    made = promise_made()
    promise = Promise.of(made)
    event = changed(promise, date(2021, 8, 31), PublicText(promise.words), BECAUSE, "magistrate", JULY)
    assert [one.due for one in history([made, event])] == [date(2021, 6, 30), date(2021, 8, 31)]


def test_history_refuses_a_change_of_what_was_never_made() -> None:
    event = changed(standing(), date(2021, 8, 31), PublicText("x"), BECAUSE, "magistrate", JULY)
    with pytest.raises(ValueError, match="never made"):
        list(history([event]))


def test_the_same_name_is_another_commitment_each_time() -> None:
    one, other = Member.new("张三"), Member.new("张三")
    assert one.commitment != other.commitment
    assert one.commitment == Member("张三", one.salt).commitment


def test_a_promise_made_at_a_meeting_is_said_on_television_too_and_once_a_broadcast() -> None:
    promise, later = standing(), MEETING + timedelta(days=12)
    airing = Airing(PublicText("《承诺面对面》"), date(2021, 5, 12), PublicText("FX-03"))
    event = aired(promise, airing, later)
    assert event is not None
    after = promise.after(event)
    assert (after.occasion, after.programme, after.aired_on, after.clip) == (
        "meeting",
        "《承诺面对面》",
        date(2021, 5, 12),
        "FX-03",
    )
    assert aired(after, airing, later) is None
    assert repeats(new_promise(), after)
    assert not repeats(new_promise(programme="《别的》", aired_on=date(2021, 5, 12)), after)
    for day in (date(2021, 4, 29), date(2021, 5, 13)):
        with pytest.raises(FactRefused, match="不在承诺日与今天之间"):
            aired(after, Airing(PublicText("《承诺面对面》"), day), later)
