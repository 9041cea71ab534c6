"""The project: which act is legal in which state, and what each one says."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.assignment.project import (
    NAMES,
    Act,
    ActNotAllowed,
    Change,
    Drop,
    Faulty,
    Finish,
    Link,
    Moved,
    Project,
    Reach,
    Replace,
    Report,
    Unlink,
    allowed_acts,
    move,
    opened,
)
from services.contracts.project import UPDATES, ProjectChanged, ProjectReplaced, project_id_of
from services.contracts.public_text import PublicText
from tests.project_fakes import plan

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
TODAY = date(2021, 3, 1)
WORDS = PublicText("因为汛期。")
CASE = uuid4()
APPROVED: dict[str, Any] = {"reason": WORDS, "approver": "magistrate"}
ANSWERING: dict[str, Any] = {**APPROVED, "finding_id": None}


def new(**given: Any) -> Project:
    return opened("县项-1", plan(**given), NOW, TODAY).project


def moved(project: Project, act: Act, today: date = TODAY) -> Moved:
    outcome = move(project, act, today)
    assert isinstance(outcome, Moved), outcome
    return outcome


def fault_of(project: Project, act: Act) -> str:
    outcome = move(project, act, TODAY)
    assert isinstance(outcome, Faulty), outcome
    [fault] = outcome.faults
    assert fault.remedy
    return fault.field


ACTS: dict[str, Act] = {
    "change": Change(plan(completion=date(2021, 8, 31)), WORDS, "magistrate"),
    "report": Report(WORDS),
    "milestone": Reach(PublicText("主体完工"), TODAY),
    "done": Finish(TODAY, WORDS),
    "replace": Replace(opened("县项-2", plan(), NOW, TODAY).project, WORDS, "magistrate"),
    "drop": Drop(WORDS, "magistrate"),
    "link": Link(CASE, CASE, "clerk", WORDS),
    "unlink": Unlink(CASE, CASE, WORDS),
}


def test_the_same_ledger_number_is_the_same_project() -> None:
    assert new().project_id == project_id_of("县项-1") != project_id_of("县项-2")


def test_a_project_whose_start_has_come_is_under_way_from_the_first() -> None:
    assert new().state == "under_way"
    assert new(start=date(2021, 3, 2)).state == "planned"


@pytest.mark.parametrize("act", [Report(WORDS), Reach(PublicText("主体完工"), date(2021, 3, 2))])
def test_what_is_reported_leads_out_of_planned(act: Act) -> None:
    assert moved(new(start=date(2021, 3, 2)), act, date(2021, 3, 2)).project.state == "under_way"


@pytest.mark.parametrize("name", NAMES.values())
def test_each_act_of_an_open_project_is_its_next_version(name: str) -> None:
    outcome = moved(new(), ACTS[name])
    assert outcome.project.version == outcome.event.version == 2
    assert outcome.event.project_id == outcome.project.project_id


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "change",
            {"plan": plan(completion=date(2021, 8, 31)), "changed": ("completion",), **ANSWERING},
        ),
        ("report", {"text": WORDS, "evidence": None, "percent": None}),
        ("milestone", {"milestone": "主体完工", "on": TODAY, "evidence": None}),
        ("done", {"on": TODAY, "text": WORDS, "evidence": None}),
        ("replace", {"by_project_id": project_id_of("县项-2"), "by_ledger": "县项-2", **ANSWERING}),
        ("drop", APPROVED),
        ("link", {"case_id": CASE, "demand_id": CASE, "how": "clerk", "why": WORDS}),
        ("unlink", {"case_id": CASE, "demand_id": CASE, "reason": WORDS}),
    ],
)
def test_an_event_says_all_of_the_act(name: str, said: dict[str, Any]) -> None:
    event = moved(new(), ACTS[name]).event
    assert {one: getattr(event, one) for one in said} == said
    assert set(type(event).model_fields) == {*said, "project_id", "ledger", "version"}


@pytest.mark.parametrize("end", ["done", "replace", "drop"])
def test_what_has_ended_loses_wrong_links_and_nothing_else(end: str) -> None:
    ended = moved(new(), ACTS[end]).project
    assert not ended.is_open
    assert allowed_acts(ended.state) == ("unlink",)
    for name, act in ACTS.items():
        outcome = move(ended, act, TODAY)
        assert isinstance(outcome, Moved) if name == "unlink" else isinstance(outcome, ActNotAllowed)


def test_a_change_names_the_fields_that_differ_and_keeps_what_was_reached() -> None:
    project = moved(new(), ACTS["milestone"]).project
    outcome = moved(project, ACTS["change"])
    assert isinstance(outcome.event, ProjectChanged)
    assert outcome.event.changed == ("completion",)
    assert outcome.project.reached == ("主体完工",)
    assert outcome.project.plan.completion == date(2021, 8, 31)


def test_a_change_that_changes_nothing_is_a_fault() -> None:
    assert fault_of(new(), Change(plan(), WORDS, "magistrate")) == "plan"


def test_a_milestone_that_was_reached_cannot_be_taken_out_of_the_plan() -> None:
    project = moved(new(), ACTS["milestone"]).project
    assert fault_of(project, Change(plan(milestones=()), WORDS, "magistrate")) == "milestones"


def test_a_milestone_is_one_of_the_plan_and_reached_once() -> None:
    assert fault_of(new(), Reach(PublicText("剪彩"), TODAY)) == "milestone"
    assert fault_of(moved(new(), ACTS["milestone"]).project, ACTS["milestone"]) == "milestone"


@pytest.mark.parametrize(
    "act", [Reach(PublicText("主体完工"), date(2021, 3, 2)), Finish(date(2021, 3, 2), WORDS)]
)
def test_nothing_is_reached_on_a_day_that_has_not_come(act: Act) -> None:
    assert fault_of(new(), act) == "on"


@pytest.mark.parametrize(
    "act", [Reach(PublicText("主体完工"), date(2021, 2, 28)), Finish(date(2021, 2, 28), WORDS)]
)
def test_nothing_is_reached_before_the_project_s_start(act: Act) -> None:
    outcome = move(new(), act, TODAY)
    assert isinstance(outcome, Faulty)
    [fault] = outcome.faults
    assert (fault.field, fault.what) == ("on", "2021-02-28 早于开工日期 2021-03-01")
    assert "开工日期" in fault.remedy


def test_progress_keeps_its_percentage_until_another_is_said() -> None:
    project = moved(new(), Report(WORDS, percent=40)).project
    assert moved(project, Report(WORDS)).project.percent == 40
    assert moved(project, ACTS["done"]).project.percent == 100
    assert fault_of(project, Report(WORDS, percent=101)) == "percent"


def test_a_project_is_replaced_by_another_open_one() -> None:
    other = opened("县项-2", plan(), NOW, TODAY).project
    ended = moved(other, ACTS["done"]).project
    assert moved(new(), Replace(other, WORDS, "magistrate")).project.replaced_by == "县项-2"
    assert fault_of(new(), Replace(ended, WORDS, "magistrate")) == "by"
    assert fault_of(new(), Replace(new(), WORDS, "magistrate")) == "by"


@pytest.mark.parametrize("start", [date(2021, 3, 1), date(2021, 3, 2)])
def test_a_project_is_dropped_without_another_one_in_its_place(start: date) -> None:
    dropped = moved(new(start=start), ACTS["drop"]).project
    assert (dropped.state, dropped.replaced_by, dropped.done_on) == ("dropped", None, None)


def test_what_a_round_found_stands_behind_the_change_or_the_end_that_it_led_to() -> None:
    change = Change(plan(completion=date(2021, 8, 31)), WORDS, "magistrate", CASE)
    changed = moved(new(), change).event
    assert isinstance(changed, ProjectChanged)
    assert (changed.finding_id, set(changed.changed) <= UPDATES) == (CASE, True)
    other = opened("县项-2", plan(), NOW, TODAY).project
    replaced = moved(new(), Replace(other, WORDS, "magistrate", CASE)).event
    assert isinstance(replaced, ProjectReplaced)
    assert replaced.finding_id == CASE
    assert ACTS["replace"].finding_id is None  # type: ignore[union-attr]
