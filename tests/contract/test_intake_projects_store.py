"""What intake keeps of projects: the highest version wins, and polling adapters see what changed."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.contracts.project import Milestone, MilestoneReached, project_id_of
from services.contracts.public_text import PublicText
from services.intake.store_projects import projects_of, record_projects
from services.intake.tracked_projects import LinkNews, ProjectMilestone, ProjectNews, TrackedProject
from services.kit.postgres import Connection, Writing
from tests.conftest import DatabaseOf

NOON = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
PROJECT = project_id_of("县项-1")


@pytest.fixture
async def writing(database_of: DatabaseOf) -> AsyncIterator[Writing]:
    """A transaction that is never committed."""
    async with database_of("intake").pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield Writing(connection, NOON)
        await transaction.rollback()


def news(version: int, **given: Any) -> ProjectNews:
    return ProjectNews(PROJECT, "县项-1", version, **given)


def link(demand: UUID, version: int, linked: bool = True) -> LinkNews:
    return LinkNews(demand, PROJECT, version, linked, NOON)


def milestone(name: str) -> Milestone:
    return Milestone(name=PublicText(name), due=date(2021, 6, 10))


def reached(name: str, version: int) -> MilestoneReached:
    return MilestoneReached(
        project_id=PROJECT, ledger="县项-1", version=version, milestone=PublicText(name), on=date(2021, 6, 1)
    )


async def shown(connection: Connection, demand: UUID) -> TrackedProject:
    [project] = (await projects_of(connection, [demand]))[demand]
    return project


async def test_a_linked_demand_shows_its_project_with_each_milestone(writing: Writing) -> None:
    demand, plan = uuid4(), {"name": "管网改造", "completion": date(2021, 6, 30)}
    both = (milestone("招标"), milestone("完工"))
    await record_projects(writing, [news(1, **plan, milestones=both)], [], [])
    await record_projects(writing, [news(2)], [], [link(demand, 2)])
    await record_projects(writing, [news(3)], [reached("招标", 3)], [])
    assert await shown(writing.connection, demand) == TrackedProject(
        "县项-1",
        "管网改造",
        date(2021, 6, 30),
        None,
        None,
        NOON,
        (
            ProjectMilestone("招标", date(2021, 6, 10), date(2021, 6, 1)),
            ProjectMilestone("完工", date(2021, 6, 10), None),
        ),
    )


async def test_what_comes_without_a_plan_leaves_name_date_and_milestones(writing: Writing) -> None:
    demand = uuid4()
    first = news(1, name="管网改造", completion=date(2021, 6, 30), milestones=(milestone("招标"),))
    await record_projects(writing, [first], [], [link(demand, 1)])
    await record_projects(writing, [news(2, done_on=date(2021, 6, 20))], [], [])
    found = await shown(writing.connection, demand)
    assert (found.name, found.done_on, len(found.milestones)) == ("管网改造", date(2021, 6, 20), 1)


async def test_a_dropped_project_stays_with_its_demands_and_says_so(writing: Writing) -> None:
    demand = uuid4()
    await record_projects(writing, [news(1, name="管网改造")], [], [link(demand, 1)])
    assert not (await shown(writing.connection, demand)).dropped
    await record_projects(writing, [news(2, dropped=True)], [], [])
    await record_projects(writing, [news(3)], [], [])
    found = await shown(writing.connection, demand)
    assert (found.name, found.dropped) == ("管网改造", True)


async def test_an_older_version_changes_nothing(writing: Writing) -> None:
    demand = uuid4()
    await record_projects(writing, [news(5, name="新", milestones=())], [], [link(demand, 5)])
    await record_projects(writing, [news(4, name="旧", milestones=())], [], [link(demand, 4, linked=False)])
    assert (await shown(writing.connection, demand)).name == "新"


async def test_an_unlinked_demand_shows_no_project(writing: Writing) -> None:
    demand = uuid4()
    await record_projects(writing, [news(2, name="管网改造")], [], [link(demand, 2)])
    await record_projects(writing, [news(3)], [], [link(demand, 3, linked=False)])
    assert await projects_of(writing.connection, [demand]) == {}


async def test_news_of_a_project_count_as_a_change_of_each_demand_it_answers(writing: Writing) -> None:
    connection, demand, other = writing.connection, uuid4(), uuid4()
    long_ago = NOON - timedelta(days=1)
    for one in (demand, other):
        await connection.execute(
            "INSERT INTO tracking (demand_id, key_id, case_id, version, state, unit, changed_at)"
            " VALUES ($1, 1, $1, 1, 'dispatched', 'water', $2)",
            one,
            long_ago,
        )
    await record_projects(writing, [news(1, name="管网改造")], [], [])
    changed = "SELECT demand_id FROM tracking WHERE changed_at = $1"
    assert await connection.fetch(changed, NOON) == []
    await record_projects(writing, [news(2)], [], [link(demand, 2)])
    assert [row["demand_id"] for row in await connection.fetch(changed, NOON)] == [demand]
    later = Writing(connection, NOON + timedelta(days=1))
    await record_projects(later, [news(3)], [reached("招标", 3)], [])
    assert [row["demand_id"] for row in await connection.fetch(changed, later.now)] == [demand]
