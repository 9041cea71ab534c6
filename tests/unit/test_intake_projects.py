"""What intake makes of the events of projects, in whatever pieces and order they come."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.contracts.project import (
    CaseLinkedToProject,
    CaseUnlinkedFromProject,
    MilestoneReached,
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectEvent,
    ProjectOpened,
    ProjectReplaced,
    project_id_of,
)
from services.intake.tracked_projects import link_news, milestones_reached, project_news
from tests.project_fakes import plan

NOON = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
DEMAND = uuid4()


def event(kind: type[ProjectEvent], version: int, ledger: str = "县项-1", **given: Any) -> ProjectEvent:
    return kind.model_validate(
        {"project_id": project_id_of(ledger), "ledger": ledger, "version": version, **given}
    )


def linked(version: int, demand: UUID = DEMAND) -> ProjectEvent:
    values: dict[str, Any] = {"case_id": uuid4(), "demand_id": demand, "how": "rule", "why": "类别相同"}
    return event(CaseLinkedToProject, version, **values)


def unlinked(version: int) -> ProjectEvent:
    return event(CaseUnlinkedFromProject, version, case_id=uuid4(), demand_id=DEMAND, reason="另案")


def test_several_events_of_a_project_are_one_piece_of_news() -> None:
    changed = plan(completion=date(2021, 8, 31))
    events = [
        event(ProjectChanged, 2, plan=changed, changed=("completion",), reason="汛期", approver="magistrate"),
        event(ProjectOpened, 1, plan=plan()),
        event(ProjectDone, 3, on=date(2021, 8, 20), text="已通水"),
    ]
    [news] = project_news(events)
    assert (news.version, news.name, news.completion, news.done_on) == (
        3,
        plan().name,
        date(2021, 8, 31),
        date(2021, 8, 20),
    )


def test_news_without_a_plan_says_nothing_of_name_and_date() -> None:
    replaced: dict[str, Any] = {
        "by_project_id": project_id_of("县项-2"),
        "by_ledger": "县项-2",
        "reason": "合并",
        "approver": "magistrate",
    }
    [news] = project_news([event(ProjectReplaced, 4, **replaced)])
    assert (news.version, news.name, news.milestones, news.replaced_by) == (4, None, None, "县项-2")


def test_that_a_project_was_dropped_is_news_that_no_later_link_takes_back() -> None:
    dropped = event(ProjectDropped, 4, reason="改线", approver="magistrate")
    [news] = project_news([unlinked(5), dropped])
    assert (news.version, news.dropped, news.replaced_by, news.done_on) == (5, True, None, None)


def test_the_last_word_on_a_link_counts_whatever_order_it_comes_in() -> None:
    assert [one.linked for one in link_news([(unlinked(3), NOON), (linked(2), NOON)])] == [False]
    assert [one.linked for one in link_news([(linked(4), NOON), (unlinked(3), NOON)])] == [True]


def test_each_demand_has_news_of_its_own_and_a_link_is_no_news_of_the_plan() -> None:
    other = uuid4()
    told = [(linked(2), NOON), (linked(3, other), NOON)]
    assert {one.demand_id for one in link_news(told)} == {DEMAND, other}
    [news] = project_news(one for one, _ in told)
    assert (news.version, news.name) == (3, None)


def test_milestones_are_picked_out() -> None:
    reached = event(MilestoneReached, 5, milestone="主体完工", on=date(2021, 6, 1))
    assert milestones_reached([linked(2), reached]) == [reached]
