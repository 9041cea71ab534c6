"""What supervision's use cases ask of their store, held against the fake and against PostgreSQL."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.contracts.directory import HolderRecorded
from services.contracts.public_text import PublicText
from services.kit.bulk import FROM_ROWS
from services.kit.clock import LOCAL
from services.kit.postgres import Connection
from services.supervision.acknowledge import LOWEST, Page
from services.supervision.calendar import WorkCalendar, from_chinesecalendar
from services.supervision.consequences import settle
from services.supervision.dry_run import Group, would_send
from services.supervision.fire import fire
from services.supervision.follow_projects import Planned
from services.supervision.further import WithFurther
from services.supervision.ladder import Task
from services.supervision.limits import Pause
from services.supervision.notices import Above, Drawn
from services.supervision.pauses import written
from services.supervision.policy import Policy, Presets
from services.supervision.presets import ladder, limit_set
from services.supervision.store_consequences import PostgresProposals
from services.supervision.store_directory import PostgresCopy
from services.supervision.store_dry_run import LAST, PostgresPast
from services.supervision.store_names import PostgresNames
from services.supervision.store_notices import PostgresAnswers, PostgresDueLimits
from services.supervision.store_projects import PostgresProjectCopy
from services.supervision.subjects import SubjectLimit, SubjectName, end_limit, open_limit
from services.supervision.triggered import Happening
from services.supervision.watched import CaseLimits, opened
from tests.builders import case_assigned
from tests.conftest import DatabaseOf
from tests.ladder_player import Player, local, tables
from tests.supervision_fakes import FakeLimits

PRESETS = Presets({"guangdong": limit_set("guangdong")}, {"default": ladder("default")})
POLICY = Policy.of(PRESETS, "guangdong", "default", WorkCalendar.of([from_chinesecalendar(2021)]))
MONDAY = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
LATER = MONDAY + timedelta(days=100)


class PostgresStore(PostgresDueLimits, PostgresAnswers):
    """All of supervision's stores, as the fake is one."""

    async def know(self, unit: str, above: Above) -> None:
        await self._connection.execute(
            "INSERT INTO units (code, name, parent, party_committee, version, retired) "
            "VALUES ($1, $1, $2, $3, 1, false) ON CONFLICT DO NOTHING",
            unit,
            above.parent,
            above.party_committee,
        )


class FakeStore(FakeLimits):
    async def know(self, unit: str, above: Above) -> None:
        self.directory[unit] = above


async def _emptied(connection: Connection) -> None:
    for table in ("deliveries", "notices", "limits", "units", "consequences", "happenings", "answers"):
        await connection.execute(f"DELETE FROM {table}")


@pytest.fixture(params=["fake", "postgres"])
async def store(request: pytest.FixtureRequest, database_of: DatabaseOf) -> AsyncIterator[Any]:
    """An empty store; what the PostgreSQL one did is rolled back."""
    if request.param == "fake":
        yield FakeStore()
        return
    database = database_of("supervision")
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await _emptied(connection)
        yield PostgresStore(connection)
        await transaction.rollback()


def pair(**given: Any) -> CaseLimits:
    return opened(case_assigned(**given), MONDAY, POLICY)


async def test_limits_come_back_as_they_were_put(store: Any) -> None:
    limits = pair()
    await store.add(limits)
    assert await store.of_cases([limits.sign_for.case_id]) == [limits]
    changed = CaseLimits(
        limits.sign_for._replace(state="met", met_at=MONDAY, fires_at=None),
        limits.complete._replace(unit="roads", set_version=2, generation=3, awaits_year=2022),
    )
    await store.put(changed)
    assert await store.of_cases([limits.sign_for.case_id]) == [changed]
    pauses = written([Pause(MONDAY, LATER)])
    rests = changed.complete._replace(state="suspended", suspended_at=LATER, pauses=pauses, extension=5)
    changed = changed._replace(complete=rests._replace(due_at=None, fires_at=None))
    await store.put(changed)
    assert await store.of_cases([limits.sign_for.case_id]) == [changed]


async def test_limits_added_again_stay_as_they_are(store: Any) -> None:
    limits = pair()
    await store.add(limits)
    await store.add([limit._replace(unit="another") for limit in limits])
    assert await store.of_cases([limits.sign_for.case_id]) == [limits]


async def test_many_limits_are_added_where_some_are_there_already(store: Any) -> None:
    there = pair()
    await store.add(there)
    others = [pair() for _ in range(FROM_ROWS)]
    await store.add([limit._replace(unit="another") for limits in (there, *others) for limit in limits])
    assert await store.of_cases([there.sign_for.case_id]) == [there]
    found = await store.of_cases([limits.sign_for.case_id for limits in others])
    assert [limits.complete.unit for limits in found] == ["another"] * FROM_ROWS


async def test_many_notices_are_recorded_once_however_often_they_fire(store: Any) -> None:
    await store.add([limit for _ in range(FROM_ROWS) for limit in pair(kind="consultation")])
    fired = await fire(store, lambda _: None, POLICY, LATER)
    notices = [notice for one in fired for notice, *_ in one.notices]
    to = [(notice.notice_id, who, LATER) for one in fired for notice, to, *_ in one.notices for who in to]
    await store.record(notices)
    await store.deliver(to)
    assert len(await store.deliveries(to[0][0])) == len([one for one in to if one[0] == to[0][0]])


async def test_unknown_cases_are_left_out(store: Any) -> None:
    assert await store.of_cases([case_assigned().case_id]) == []


async def test_due_are_the_open_ones_whose_rung_has_come_oldest_first(store: Any) -> None:
    one, two = pair(kind="consultation"), pair(kind="complaint")
    await store.add([*one, *two])
    await store.put([one.sign_for._replace(state="met"), two.sign_for._replace(state="closed")])
    due = await store.due(LATER)
    assert [limit.case_id for limit in due] == [one.complete.case_id, two.complete.case_id]
    assert due[0] == one.complete
    assert await store.due(MONDAY) == []
    first = one.complete.fires_at
    assert [limit.case_id for limit in await store.due(first)] == [one.complete.case_id]


async def test_only_the_same_generation_climbs(store: Any) -> None:
    limits = pair()
    await store.add(limits)
    climbed = limits.complete._replace(next_rung=3, fires_at=None, overdue=True)
    await store.climb([climbed, limits.sign_for._replace(generation=9, next_rung=9, fires_at=None)])
    assert await store.of_cases([limits.sign_for.case_id]) == [CaseLimits(limits.sign_for, climbed)]


async def test_cases_that_await_a_year_are_found_by_it(store: Any) -> None:
    waiting, running = pair(), pair()
    waiting = waiting._replace(complete=waiting.complete._replace(awaits_year=2022))
    await store.add([*waiting, *running])
    assert await store.awaiting([2022, 2023]) == [waiting]
    assert await store.awaiting([2023]) == []


async def test_who_stands_above_is_known_for_known_units_only(store: Any) -> None:
    await store.know("water", Above("county", None))
    assert await store.above(["water", "roads"]) == {"water": Above("county", None)}


async def test_a_party_committee_is_a_unit_only_where_the_directory_has_it_as_one(store: Any) -> None:
    await store.know("party", Above("county", None))
    await store.know("water", Above("county", "party"))
    await store.know("roads", Above("county", "县交通局党组"))
    assert await store.above(["roads", "water"]) == {
        "roads": Above("county", "县交通局党组", None),
        "water": Above("county", "party", "party"),
    }


async def test_a_rung_recorded_twice_is_there_once_and_keeps_its_acknowledgement(store: Any) -> None:
    limits = pair(kind="consultation")
    await store.add(limits)
    fired = await fire(store, lambda _: None, POLICY, LATER)
    notice, recipients, *_ = fired[-1].notices[-1]
    await store.mark(notice.notice_id, recipients[:1], LATER, "小李")
    await store.mark(notice.notice_id, recipients[:1], LATER + timedelta(days=1), "小王")
    await store.record([notice])
    await store.deliver([(notice.notice_id, one, LATER) for one in recipients])
    deliveries = {one.recipient: one for one in await store.deliveries(notice.notice_id)}
    assert set(deliveries) == set(recipients)
    first = deliveries[recipients[0]]
    assert (first.subject_id, first.acknowledged_at, first.acknowledged_by) == (
        notice.subject_id,
        LATER,
        "小李",
    )
    assert deliveries[recipients[1]].acknowledged_at is None
    assert await store.deliveries(limits.sign_for.case_id) == []


async def test_a_notice_says_by_when_its_answer_is_due_once_that_is_known(store: Any) -> None:
    await store.add(pair(kind="consultation"))
    fired = await fire(store, lambda _: None, POLICY, LATER)
    one, other = (fired[-1].notices[place].notice.notice_id for place in (-1, -2))
    await store.ask_by([(one, LATER)])
    assert [(await store.notice(each)).reply_by for each in (one, other)] == [LATER, None]


async def test_further_limits_come_back_beside_the_two_and_by_what_they_are_about(store: Any) -> None:
    limits = pair()
    disputes = tuple(
        limits.complete._replace(kind="dispute", about=unit, opened_by=number, awaits_year=2022)
        for number, unit in enumerate(("roads", "water"), 2)
    )
    await store.add([*limits, *disputes])
    await store.add([disputes[0]._replace(unit="another")])
    case_id = limits.complete.case_id
    assert await store.of_cases([case_id]) == [limits]
    assert await store.with_further([case_id]) == [WithFurther(limits.complete, disputes)]
    assert await store.awaiting([2022]) == []
    assert await store.further_awaiting([2022]) == list(disputes)
    changed = disputes[1]._replace(state="met", met_at=MONDAY, generation=2, opened_by=9, awaits_year=None)
    await store.put([changed])
    [found] = await store.with_further([case_id])
    assert found.further == (disputes[0], changed)


async def test_only_the_limit_about_the_same_unit_passes(store: Any) -> None:
    limits = pair()
    one, other = (limits.complete._replace(kind="dispute", about=unit) for unit in ("roads", "water"))
    await store.add([*limits, one, other])
    passed = one._replace(state="passed", fires_at=None, overdue=True)
    await store.climb([passed])
    [found] = await store.with_further([one.case_id])
    assert found.further == (passed, other)


PLAYED = (
    "guangyuan: two yellows",
    "sanming: the Spring Festival of 2020",
    "suqian: a project",
    "sanming: a repeat",
)


@pytest.mark.parametrize("name", PLAYED)
async def test_cases_worked_out_by_hand_are_played_the_same(store: Any, name: str) -> None:
    table = next(one for one in tables() if f"{one.ladder}: {one.case['name']}".startswith(name))
    player = Player(table, store)
    await player.play()
    assert player.notices() == player.expected()
    wanted = [(one["measure"], one["points"]) for one in table.case.get("consequences", ())]
    assert [(one.measure, one.points) for one in player.drawn] == wanted


async def test_a_limit_of_a_project_is_kept_beside_those_of_cases(store: Any) -> None:
    case, project = pair(), UUID(int=9)
    await store.add(case)
    asked = SubjectLimit("project", project, "project_report", "water", "water.head", MONDAY)
    limit = await open_limit(store, POLICY, lambda _: None, asked)
    assert await store.of_subjects([project, case.complete.case_id]) == [limit]
    assert await store.of_cases([project]) == []
    closed = await end_limit(store, project, "project_report", "closed", LATER)
    assert await store.of_subjects([project]) == [closed]


async def test_what_happened_is_kept_once_and_consequences_are_drawn_once(store: Any) -> None:
    happening = Happening(UUID(int=3), "finding", 1, "project", None, "water", "water.head", MONDAY)
    assert await store.happened([happening]) == {(UUID(int=3), "finding", 1)}
    assert await store.happened([happening, happening._replace(version=2)]) == {(UUID(int=3), "finding", 2)}
    drawn = Drawn(
        UUID(int=4), "project", UUID(int=3), "water", "water.head", "yellow", 2, "special_letter", 1,
        "guangyuan", UUID(int=5), MONDAY,
    )  # fmt: skip
    assert await store.draw([drawn]) == {UUID(int=4)}
    assert await store.draw([drawn]) == set()


async def test_the_counting_notices_of_a_task_are_counted_by_unit_and_colour(store: Any) -> None:
    limits = pair(kind="consultation")
    await store.add(limits)
    await fire(store, lambda _: None, POLICY, LATER)
    case_id = limits.complete.case_id
    assert await store.tasks([case_id]) == {Task(case_id, "water", "red"): 2}


@pytest.fixture
async def connection(database_of: DatabaseOf) -> AsyncIterator[Connection]:
    """Emptied; what is done on it is rolled back."""
    async with database_of("supervision").pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await _emptied(connection)
        yield connection
        await transaction.rollback()


async def test_points_fall_on_whoever_the_directory_says_held_the_post_that_day(
    connection: Connection,
) -> None:
    table = next(one for one in tables() if one.ladder == "guangyuan" and "holders" in one.case)
    copy = PostgresCopy(connection)
    await copy.keep_holders(
        [HolderRecorded(version=1, post="water.head", **one) for one in table.case["holders"]]
    )
    player = Player(table, PostgresStore(connection))
    await player.play()
    drawn = await PostgresProposals(connection).waiting(Page())
    found = [(await copy.holder(one.post, one.at.astimezone(LOCAL).date()), one.points) for one in drawn]
    assert found == [(one["holder"], one["points"]) for one in table.case["consequences"]]


async def test_a_dry_run_goes_page_by_page_over_all_subjects_and_sees_what_was_sent(
    connection: Connection,
) -> None:
    wanted = [one for one in tables() if one.ladder == "guangyuan"]
    for table in wanted:
        player = Player(table, PostgresStore(connection))
        await player.play()
    since, until = local("2021-01-01 00:00"), local("2021-12-31 24:00")
    past, after, times, points = PostgresPast(connection), LOWEST, Counter[Group](), Counter[Group]()
    would = []
    while after < LAST:
        found, last = await past.subjects(after, since, until, timedelta(days=30), 2, looked_at=3)
        would += would_send(await past.of(found, since, until), player.policy.ladder, player.policy.calendar)
        some, cost = await past.sent(after, last, since, until)
        times, points, after = times + some, points + cost, last
    returned = next(one for one in wanted if one.case["name"].startswith("a yellow of one unit"))
    sent = sum(len(one.case["notices"]) + len(one.case.get("consequences", ())) for one in wanted)
    assert sum(times.values()) == sent
    assert sum(points.values()) == 6
    assert len({one.subject_id for one in would}) == len(wanted)
    lost = 1  # the first signing of the case that was returned: only the second dispatch is stored
    assert len(would) == sent - lost
    assert len(returned.case["notices"]) == 4


async def test_a_page_of_a_dry_run_looks_at_so_many_limits_though_none_of_them_matters(
    connection: Connection,
) -> None:
    store, past = PostgresStore(connection), PostgresPast(connection)
    old, new = sorted((pair(), pair()), key=lambda limits: limits.complete.case_id)
    ended = [limit._replace(state="met", met_at=MONDAY, fires_at=None) for limit in old]
    await store.add([*ended, *new])
    asked = (LATER, LATER + timedelta(days=1), timedelta(days=200), 1000)
    first = await past.subjects(LOWEST, *asked, looked_at=2)
    assert first == ([], old.complete.case_id)
    assert await past.subjects(first[1], *asked, looked_at=2) == (
        [new.complete.case_id],
        new.complete.case_id,
    )
    assert await past.subjects(new.complete.case_id, *asked, looked_at=2) == ([], LAST)


async def test_a_settled_consequence_waits_no_more(connection: Connection) -> None:
    store, proposals = PostgresStore(connection), PostgresProposals(connection)
    drawn = Drawn(
        UUID(int=4), "case", UUID(int=3), "water", "water.head", "red", 1, "interview", 2,
        "guangyuan", UUID(int=5), MONDAY,
    )  # fmt: skip
    await store.draw([drawn])
    [waiting] = await proposals.waiting(Page())
    assert tuple(waiting)[: len(drawn)] == tuple(drawn)
    note = PublicText("已约谈")
    await settle(proposals, lambda _: None, waiting.consequence_id, "followed", note, LATER, "督查室")
    assert await proposals.waiting(Page()) == []
    [settled] = await proposals.of_subject(UUID(int=3))
    assert (settled.settled_as, settled.settled_by, settled.note) == ("followed", "督查室", "已约谈")


async def test_subjects_are_called_by_their_last_name(connection: Connection) -> None:
    names, projects = PostgresNames(connection), PostgresProjectCopy(connection)
    for version, name in ((1, "旧名"), (2, "新名")):
        await projects.keep_projects([Planned(UUID(int=1), "7", name, "water", "town", version)])
    assert await names.called([UUID(int=1), UUID(int=2)]) == {UUID(int=1): SubjectName("7", "新名")}
