"""The lists at a cut, folded from the cut before: promises, projects, further limits."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.further import Act, Due, fold_further, with_dues
from services.reporting.list_facts import ListFact
from services.reporting.standing import Folded, Item, fold
from tests.contract.reporting_histories import history, midnight, seeded

NOON = datetime(2021, 3, 3, 4, tzinfo=UTC)
WEEK = date(2021, 3, 1)
PROJECT = UUID(int=7)
CASE = UUID(int=9)


def fact(kind: str, version: int, **told: Any) -> ListFact:
    at = NOON + timedelta(hours=version)
    place = (UUID(int=version), at, WEEK, "project", kind, "project", 0, version, False, PROJECT)
    return ListFact(*place, version=version, **told)


def opened(**told: Any) -> ListFact:
    milestones = '[["基础","2021-03-05T16:00:00Z"],["验收","2021-03-20T16:00:00Z"]]'
    return fact("opened", 1, **{"state": "open", "unit": "water", "milestones": milestones} | told)


def act(kind: str, version: int, unit: str = "water", about: str | None = "") -> Act:
    return Act(CASE, version, kind, NOON + timedelta(hours=version), WEEK, unit, about)


def test_an_open_project_stands_until_it_is_done_and_then_never_again() -> None:
    standing, closed = fold([], [opened()])
    assert [one.state for one in standing] == ["open"]
    standing, closed = fold(standing, [fact("done", 2, state="done")])
    assert not standing
    assert [(one.state, one.closed_in, one.unit) for one in closed] == [("done", WEEK, "water")]


def test_facts_count_in_the_order_of_their_versions_whatever_partition_they_came_from() -> None:
    changed = fact("changed", 2, state="open", unit="roads")
    assert fold([], [changed, opened()]) == fold([], [opened(), changed])


def test_a_change_counts_and_moves_the_last_day() -> None:
    later = NOON + timedelta(days=30)
    [one] = fold([], [opened(due=NOON), fact("changed", 2, state="open", due=later)]).standing
    assert (one.changes, one.due) == (1, later)


def test_a_milestone_once_reached_stays_so_in_a_later_plan() -> None:
    [one] = fold([], [opened()]).standing
    assert one.milestone_due == datetime(2021, 3, 5, 16, tzinfo=UTC)
    [one] = fold([one], [fact("milestone", 2, text="基础")]).standing
    assert one.milestone_due == datetime(2021, 3, 20, 16, tzinfo=UTC)
    again = fact("changed", 3, state="open", milestones=opened().milestones)
    [one] = fold([one], [again]).standing
    assert one.milestone_due == datetime(2021, 3, 20, 16, tzinfo=UTC)


@given(st.integers(0, 10**6), st.integers(0, 40))
def test_folding_in_two_goes_leaves_what_folding_at_once_leaves(seed: int, cut: int) -> None:
    facts = [
        opened(),
        *(fact("changed", version, state="open", unit=f"u{seed % version}") for version in range(2, 9)),
        *([fact("done", 9, state="done")] if seed % 2 else []),
    ]
    first = fold([], facts[: cut % 10])
    second = fold(first.standing, facts[cut % 10 :])
    assert Folded(second.standing, first.closed + second.closed) == fold([], facts)


def test_an_extension_is_met_by_its_decision_and_ended_by_the_reply() -> None:
    asked = act("extension_asked", 2)
    for kind, state in (("extension_granted", "met"), ("extension_refused", "met"), ("completed", "ended")):
        assert [one.state for one in fold_further([], [asked, act(kind, 3)]).closed] == [state]


def test_a_dispute_goes_with_the_case_and_is_met_by_a_signature_of_the_backstop_office() -> None:
    [dispute] = fold_further([], [act("returned", 2, unit="petitions", about="water")]).standing
    assert (dispute.part, dispute.unit) == ("dispute:water", "petitions")
    assert [one.state for one in fold_further([dispute], [act("signed_for", 3)]).closed] == ["met"]


def test_who_assists_goes_on_when_the_case_is_passed_on_unless_the_case_comes_to_him() -> None:
    asked = act("assist_asked", 2, about="roads")
    folded = fold_further([], [asked, act("reassigned", 3, unit="town_east")])
    assert [(one.part, one.unit) for one in folded.standing] == [("assist:roads", "roads")]
    assert [one.state for one in fold_further([], [asked, act("reassigned", 3, unit="roads")]).closed] == [
        "ended"
    ]
    assert fold_further([], [asked, act("assist_done", 3, about="town_west")]).closed == []


def test_a_limit_opened_anew_takes_the_place_of_the_one_before_with_its_own_due_instant() -> None:
    [limit] = fold_further([], [act("rectification_opened", 2), act("rectification_opened", 5)]).standing
    told = [
        Due(CASE, "rectification", 2, 1, NOON),
        Due(CASE, "rectification", 5, 2, NOON + timedelta(days=5)),
    ]
    assert [one.due for one in with_dues([limit], told)] == [NOON + timedelta(days=5)]
    assert [one.due for one in with_dues([limit], told[:1])] == [None]


def test_the_newest_told_due_instant_holds_whatever_order_it_was_read_in() -> None:
    limit = Item("further", CASE, "assist:roads", 2, 2, "open", NOON)
    told = [Due(CASE, "assist:roads", 2, 2, NOON), Due(CASE, "assist:roads", 2, 1, None)]
    assert [one.due for one in with_dues([limit], told)] == [NOON]


def test_an_answered_letter_waits_for_nobody_and_one_struck_off_leaves_its_list() -> None:
    letter = opened(due=NOON)._replace(list="letter", kind="issued", state="issued", milestones=None)
    answered = fact("replied", 2, state="replied")._replace(list="letter")
    [one] = fold([], [letter, answered]).standing
    assert (one.state, one.due) == ("replied", NOON)
    assert fold([one], [fact("struck_off", 3, state="struck_off")._replace(list="letter")]).standing == []


def test_a_round_or_a_finding_happens_once_and_stands_in_no_list() -> None:
    for of in ("round", "finding", "consequence"):
        assert fold([], [opened()._replace(list=of)]) == Folded([], [])


def test_a_random_history_has_every_list_in_it() -> None:
    """Else the contract tests would compare nothing."""
    topics = {record.event.type.split(".")[1] for record in history(seeded(0), 3, 60).records}
    assert {
        "promise",
        "project",
        "further-limit",
        "letter",
        "round",
        "finding",
        "listing",
        "consequence",
    } <= topics
    assert midnight(WEEK) < NOON
