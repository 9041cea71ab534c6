"""What the store of projects promises, in memory and in PostgreSQL alike."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.assignment.assign import Registered, decide
from services.assignment.case import Taken
from services.assignment.hand_over import Succession
from services.assignment.link_cases import link_cases
from services.assignment.move_project import NotTheirProject, Offer, Outcome, ProjectDesk, Repeated
from services.assignment.open_projects import KnownCase, Opened, Opening, OpeningsRefused, open_projects
from services.assignment.project import (
    ActNotAllowed,
    Faulty,
    Finish,
    Link,
    Moved,
    Project,
    Reach,
    Report,
    move,
)
from services.assignment.project_match import Matcher, OpenProject
from services.assignment.rulebook import Rulebook
from services.assignment.steps import Asked, take_steps
from services.assignment.store import PostgresCases
from services.assignment.store_hand_overs import PostgresHandOvers
from services.assignment.store_project_reading import Filter, ProjectReading
from services.assignment.store_projects import Matchers, PostgresProjects
from services.contracts.case import CaseAssigned
from services.contracts.project import (
    CaseLinkedToProject,
    ProjectDropped,
    ProjectEvent,
    ProjectReplaced,
    project_id_of,
)
from services.contracts.public_text import PublicText
from services.kit.auth import Staff
from services.kit.clock import local_midnight
from services.kit.connection import Connection
from services.kit.page import Cursor
from tests.builders import demand
from tests.conftest import DatabaseOf
from tests.project_fakes import ProjectsInMemory, plan
from tests.unit.directory_samples import POSTS, UNITS, county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
TODAY = date(2021, 3, 1)
WORDS = PublicText("因为汛期。")
APPROVED = WORDS, "magistrate"
RULEBOOK = Rulebook.build(1, county())
TABLES = ("project_offers", "project_cases", "projects", "cases")
CLERK = Staff("某", "clerk", None)
HANDLER = Staff("水", "handler", "water")
KEPT = """
INSERT INTO projects (project_id, ledger, version, state, tier, lead_unit, completion, plan, reached,
                      opened_at, owned_since)
VALUES ($1, '县项-9', 1, 'under_way', 'department', 'water', '2021-06-30', $2, '{}', now(), now())
"""

AnyProjects = ProjectsInMemory | PostgresProjects


@pytest.fixture
async def connection(database_of: DatabaseOf) -> AsyncIterator[Connection]:
    """A connection whose transaction is never committed. No fact is there: none was ever committed."""
    async with database_of("assignment").pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        for table in TABLES:
            await connection.execute(f"DELETE FROM {table}")
        yield connection
        await transaction.rollback()


@dataclass(slots=True)
class Book:
    """A store of projects under test, and the cases beside it."""

    projects: AnyProjects
    published: list[ProjectEvent]

    async def case(self, **given: Any) -> CaseAssigned:
        given.setdefault("receipt", f"YN20210301-{uuid4().hex[:8]}")
        given.setdefault("place", "河口镇")
        [new] = decide(RULEBOOK, [Registered(demand(**given), NOW)], [], NOW)
        event = new.event
        if isinstance(self.projects, ProjectsInMemory):
            self.projects.cases[event.case_id] = KnownCase(event.case_id, event.demand_id)
            self.projects.receipts[event.receipt] = event.case_id
            self.projects.readers[event.case_id] = {event.unit}
        else:
            await PostgresCases(self.projects._connection).open([new], NOW)
        return event

    async def assist(self, case: CaseAssigned, unit: str) -> None:
        """Ask a unit to do a part of a case, and let it off again: it may read the case for good."""
        if isinstance(self.projects, ProjectsInMemory):
            self.projects.readers[case.case_id].add(unit)
            return
        steps = (Asked(case.case_id, "assist", "查", unit), Asked(case.case_id, "release_assist", "免", unit))
        cases = PostgresCases(self.projects._connection)
        taken = await take_steps(cases, lambda event: None, RULEBOOK, steps, CLERK, NOW)
        assert [type(one) for one in taken] == [Taken, Taken]

    async def merge(self, case: CaseAssigned, into: CaseAssigned) -> None:
        """As far as projects see of it."""
        if isinstance(self.projects, ProjectsInMemory):
            self.projects.cases[case.case_id] = KnownCase(case.case_id, case.demand_id, into.case_id)
            return
        sql = "UPDATE cases SET state = 'merged', lead = $2 WHERE case_id = $1"
        await self.projects._connection.execute(sql, case.case_id, into.case_id)

    async def open(self, ledger: str, cases: tuple[UUID, ...] = (), **given: Any) -> Project:
        found = await self.opened(Opening(ledger, plan(**given), cases))
        assert isinstance(found, Opened), found
        return (found.opened or found.unchanged)[0]

    async def opened(self, *openings: Opening) -> Opened | OpeningsRefused:
        return await open_projects(
            self.projects, self.published.append, RULEBOOK.directory, openings, "某", NOW
        )

    async def project(self, ledger: str) -> Project:
        return (await self.projects.of_ledgers([ledger]))[ledger]

    async def link_new(self, *cases: CaseAssigned) -> None:
        matcher = Matcher.build(RULEBOOK.directory, await self.projects.open_projects())
        await link_cases(self.projects, self.published.append, matcher, cases, NOW)

    def desk(self, staff: Staff = CLERK) -> ProjectDesk:
        return ProjectDesk(self.projects, self.published.append, RULEBOOK.directory, staff, NOW)


@pytest.fixture(params=["memory", "postgres"])
def book(request: pytest.FixtureRequest) -> Book:
    if request.param == "memory":
        return Book(ProjectsInMemory(), [])
    return Book(PostgresProjects(request.getfixturevalue("connection")), [])


def after(outcome: Outcome | None) -> Project:
    assert isinstance(outcome, Moved), outcome
    return outcome.project


def field_of(outcome: Outcome | None) -> str:
    assert isinstance(outcome, Faulty), outcome
    return outcome.faults[0].field


async def test_an_opened_project_is_found_as_it_was_opened(book: Book) -> None:
    opened = await book.open("县项-1", assisting_units=("petition",))
    assert await book.project("县项-1") == opened
    assert (opened.state, opened.version, opened.project_id) == ("under_way", 1, project_id_of("县项-1"))
    assert await book.projects.of_ids([opened.project_id]) == {opened.project_id: opened}
    assert await book.projects.of_ledgers(["没有"]) == {}


async def test_a_list_goes_in_whole_or_not_at_all(book: Book) -> None:
    good, bad = Opening("县项-1", plan()), Opening("县项-2", plan(lead_unit="moon"))
    assert isinstance(await book.opened(good, bad, good), OpeningsRefused)
    assert (await book.projects.of_ledgers(["县项-1"]), book.published) == ({}, [])


async def test_a_repeat_adds_nothing_and_other_content_is_refused(book: Book) -> None:
    await book.open("县项-1")
    again = await book.opened(Opening("县项-1", plan()), Opening("县项-2", plan()))
    assert isinstance(again, Opened)
    assert ([one.ledger for one in again.opened], len(again.unchanged)) == (["县项-2"], 1)
    other = await book.opened(Opening("县项-1", plan(name="别的")))
    assert isinstance(other, OpeningsRefused)
    assert [(at, fault.field) for at, fault in other.faults] == [(0, "ledger")]


async def test_a_repeat_of_a_project_whose_unit_is_gone_since_adds_nothing(book: Book) -> None:
    await book.open("县项-1")
    later = county(
        units=[unit for unit in UNITS if unit["code"] != "water"],
        posts=[post for post in POSTS if post["unit"] != "water"],
    )
    again = await open_projects(
        book.projects, book.published.append, later, [Opening("县项-1", plan())], "某", NOW
    )
    assert isinstance(again, Opened)
    assert (again.opened, len(again.unchanged)) == ((), 1)


async def test_a_repeat_with_further_cases_is_refused_rather_than_half_done(book: Book) -> None:
    first, further = await book.case(), await book.case()
    await book.open("县项-1", cases=(first.case_id,))
    same = await book.opened(Opening("县项-1", plan(), (first.case_id,)))
    assert isinstance(same, Opened)
    refused = await book.opened(Opening("县项-1", plan(), (first.case_id, further.case_id)))
    assert isinstance(refused, OpeningsRefused)
    assert [fault.field for _, fault in refused.faults] == ["cases"]


async def test_cases_are_promoted_once_each_and_unknown_ones_refused(book: Book) -> None:
    case = await book.case()
    project = await book.open("县项-1", cases=(case.case_id, case.case_id))
    assert project.version == 2
    assert [known.case_id for known in await book.projects.cases_of(project.project_id)] == [case.case_id]
    refused = await book.opened(Opening("县项-2", plan(), (uuid4(),)))
    assert isinstance(refused, OpeningsRefused)
    assert refused.faults[0][1].field == "cases"


async def test_a_case_that_certainly_fits_is_linked_once(book: Book) -> None:
    case, project = await book.case(title="停水"), await book.open("县项-1")
    await book.link_new(case)
    await book.link_new(case)
    links = [event for event in book.published if isinstance(event, CaseLinkedToProject)]
    assert [(event.case_id, event.demand_id, event.how, event.version) for event in links] == [
        (case.case_id, case.demand_id, "rule", 2)
    ]
    assert set(await book.projects.linked([case.case_id])) == {(case.case_id, project.project_id)}
    assert (await book.project("县项-1")).version == 2


async def test_several_cases_of_a_batch_are_versions_of_their_project(book: Book) -> None:
    cases = [await book.case(title="停水") for _ in range(3)]
    await book.open("县项-1")
    await book.link_new(*cases)
    assert [event.version for event in book.published] == [1, 2, 3, 4]
    assert (await book.project("县项-1")).version == 4


async def test_a_project_that_was_done_meanwhile_gets_no_case(book: Book) -> None:
    case, project = await book.case(title="停水"), await book.open("县项-1")
    before = Matcher.build(RULEBOOK.directory, await book.projects.open_projects())
    after(await book.desk().act("县项-1", Finish(TODAY, WORDS)))
    await link_cases(book.projects, book.published.append, before, [case], NOW)
    assert set(await book.projects.linked([case.case_id])) == set()
    assert await book.projects.open_projects() == []
    assert await book.projects.cases_of(project.project_id) == []


async def test_a_case_is_known_with_its_group_and_the_way_it_was_linked(book: Book) -> None:
    lead, merged, other = [await book.case(title="停水") for _ in range(3)]
    await book.merge(merged, lead)
    alone = KnownCase(lead.case_id, lead.demand_id)
    follower = KnownCase(merged.case_id, merged.demand_id, lead.case_id)
    for one in (lead, merged):
        assert await book.projects.with_groups([one.case_id]) == {
            lead.case_id: alone,
            merged.case_id: follower,
        }
    assert list(await book.projects.with_groups([other.case_id])) == [other.case_id]
    assert await book.projects.with_groups([uuid4()]) == {}
    project = await book.open("县项-1", cases=(lead.case_id,))
    assert await book.projects.linked([lead.case_id, merged.case_id]) == {
        (lead.case_id, project.project_id): "promoted",
        (merged.case_id, project.project_id): "merged",
    }


async def test_a_possible_project_is_offered_once_and_decided_once(book: Book) -> None:
    case, project = await book.case(title="停水"), await book.open("县项-1", place=None)
    await book.link_new(case)
    await book.link_new(case)
    assert set(await book.projects.linked([case.case_id])) == set()
    offer = await book.projects.offer_of(case.case_id, "县项-1")
    assert offer == Offer(case.case_id, project.project_id, "县项-1", "类别同为“供水”，项目未限地点", NOW)
    assert after(await book.desk().decide(case.case_id, "县项-1", accept=True)).version == 2
    assert set(await book.projects.linked([case.case_id])) == {(case.case_id, project.project_id)}
    assert field_of(await book.desk().decide(case.case_id, "县项-1", accept=False)) == "ledger"


async def test_a_declined_offer_links_nothing(book: Book) -> None:
    case = await book.case(title="停水")
    await book.open("县项-1", place=None)
    await book.link_new(case)
    assert await book.desk().decide(case.case_id, "县项-1", accept=False) is None
    assert set(await book.projects.linked([case.case_id])) == set()
    decided = await book.projects.offer_of(case.case_id, "县项-1")
    assert decided is not None
    assert decided.accepted is False


async def test_a_link_by_hand_accepts_the_offer_of_its_project(book: Book) -> None:
    case = await book.case(title="停水")
    await book.open("县项-1", place=None)
    await book.link_new(case)
    after(await book.desk().link("县项-1", case.case_id, WORDS))
    offer = await book.projects.offer_of(case.case_id, "县项-1")
    assert offer is not None
    assert offer.accepted
    assert field_of(await book.desk().decide(case.case_id, "县项-1", accept=True)) == "ledger"


async def test_an_offer_of_a_case_that_is_linked_already_can_be_accepted_only(book: Book) -> None:
    case, project = await book.case(title="停水"), await book.open("县项-1", place=None)
    after(await book.desk().link("县项-1", case.case_id, WORDS))
    await book.projects.offer([Offer(case.case_id, project.project_id, "县项-1", "类别相同", NOW)])
    assert field_of(await book.desk().decide(case.case_id, "县项-1", accept=False)) == "ledger"
    assert await book.desk().decide(case.case_id, "县项-1", accept=True) is None
    offer = await book.projects.offer_of(case.case_id, "县项-1")
    assert offer is not None
    assert offer.accepted
    assert (await book.project("县项-1")).version == 2


async def test_an_offer_is_decided_by_the_project_s_unit_whosever_the_case_is(book: Book) -> None:
    case = await book.case(title="道路坑洼")
    await book.open("县项-1", category="road", place=None)
    await book.link_new(case)
    assert case.unit == "river_town"
    assert after(await book.desk(HANDLER).decide(case.case_id, "县项-1", accept=True)).version == 2


def refused_at(outcome: Outcome | Opened | OpeningsRefused | None) -> str:
    assert isinstance(outcome, NotTheirProject), outcome
    return outcome.field


async def test_a_unit_links_and_promotes_the_cases_alone_that_it_may_read(book: Book) -> None:
    own, foreign = await book.case(title="停水"), await book.case(title="道路坑洼")
    assert (own.unit, foreign.unit) == ("water", "river_town")
    both, desk = (own.case_id, foreign.case_id), book.desk(HANDLER)
    await book.open("县项-1")
    for name in (foreign.case_id, foreign.receipt):
        assert refused_at(await desk.link("县项-1", name, WORDS)) == "case_id"
    assert refused_at(await desk.open(Opening("县项-2", plan(), both))) == "cases"
    assert not await book.projects.of_ledgers(["县项-2"])
    assert not await book.projects.linked(both)
    after(await desk.link("县项-1", own.case_id, WORDS))
    await book.assist(foreign, "water")
    after(await desk.link("县项-1", foreign.case_id, WORDS))
    assert isinstance(await desk.open(Opening("县项-2", plan(), both)), Opened)
    assert isinstance(await book.desk().open(Opening("县项-3", plan(), both)), Opened)


async def test_a_unit_opens_no_project_of_another_one_nor_has_one_replace_its_own(book: Book) -> None:
    await book.open("县项-1")
    await book.open("县项-2", lead_unit="petition")
    desk = book.desk(HANDLER)
    assert refused_at(await desk.open(Opening("县项-3", plan(lead_unit="petition")))) == "lead_unit"
    assert refused_at(await desk.replace("县项-1", "县项-2", *APPROVED)) == "by"
    assert refused_at(await desk.replace("县项-2", "县项-1", *APPROVED)) == "ledger"
    assert (await book.project("县项-1")).version == 1
    after(await book.desk().replace("县项-1", "县项-2", *APPROVED))


async def test_a_case_is_linked_by_its_receipt_number(book: Book) -> None:
    case, project = await book.case(), await book.open("县项-1")
    after(await book.desk().link("县项-1", case.receipt, WORDS))
    assert set(await book.projects.linked([case.case_id])) == {(case.case_id, project.project_id)}
    assert field_of(await book.desk().link("县项-1", "YN20210301-99999999", WORDS)) == "case_id"


async def test_a_case_is_linked_and_unlinked_by_hand(book: Book) -> None:
    case, project = await book.case(), await book.open("县项-1")
    desk = book.desk()
    after(await desk.link("县项-1", case.case_id, WORDS))
    assert field_of(await desk.link("县项-1", case.case_id, WORDS)) == "case_id"
    after(await desk.unlink("县项-1", case.case_id, WORDS))
    assert field_of(await desk.unlink("县项-1", case.case_id, WORDS)) == "case_id"
    assert field_of(await desk.link("县项-1", uuid4(), WORDS)) == "case_id"
    assert set(await book.projects.linked([case.case_id])) == set()
    assert (await book.project("县项-1")).version == 3
    assert await book.projects.cases_of(project.project_id) == []


async def test_a_change_is_checked_and_kept_with_what_was_reached(book: Book) -> None:
    await book.open("县项-1")
    desk = book.desk()
    after(await desk.act("县项-1", Reach(PublicText("主体完工"), TODAY)))
    after(await desk.change("县项-1", {"completion": date(2021, 8, 31)}, *APPROVED))
    assert field_of(await desk.change("县项-1", {"lead_unit": "moon"}, *APPROVED)) == "lead_unit"
    project = await book.project("县项-1")
    assert (project.plan.completion, project.reached, project.version) == (
        date(2021, 8, 31),
        ("主体完工",),
        3,
    )


async def test_a_replaced_project_hands_over_what_the_other_one_lacks(book: Book) -> None:
    cases = [await book.case(), await book.case()]
    await book.open("县项-1", cases=tuple(case.case_id for case in cases))
    new = await book.open("县项-2", cases=(cases[0].case_id,))
    assert after(await book.desk().replace("县项-1", "县项-2", *APPROVED)).replaced_by == "县项-2"
    assert {case.case_id for case in await book.projects.cases_of(new.project_id)} == {
        case.case_id for case in cases
    }
    told = [type(event) for event in book.published[-2:]]
    assert told == [ProjectReplaced, CaseLinkedToProject]
    refused = await book.desk().report("县项-1", Report(WORDS))
    assert isinstance(refused, ActNotAllowed)


async def test_a_report_whose_answer_was_lost_adds_nothing_when_it_is_sent_again(book: Book) -> None:
    await book.open("县项-1")
    desk = book.desk()
    for percent in (30, None):
        said = Report(WORDS, PublicText("照片3"), percent)
        told = after(await desk.report("县项-1", said))
        again = await desk.report("县项-1", said)
        assert isinstance(again, Repeated)
        assert again.project == told
    assert after(await desk.report("县项-1", Report(WORDS, None, 30))).version == 4
    tomorrow = replace(desk, now=NOW + timedelta(days=1))
    assert after(await tomorrow.report("县项-1", Report(WORDS, None, 30))).version == 5
    assert len(book.published) == 5


async def test_a_dropped_project_keeps_its_cases_and_is_offered_to_no_other(book: Book) -> None:
    case, further = await book.case(title="停水"), await book.case(title="停水")
    project = await book.open("县项-1", cases=(case.case_id,))
    assert after(await book.desk().drop("县项-1", *APPROVED)).state == "dropped"
    assert book.published[-1] == ProjectDropped(
        project_id=project.project_id, ledger="县项-1", version=3, reason=WORDS, approver="magistrate"
    )
    assert [one.case_id for one in await book.projects.cases_of(project.project_id)] == [case.case_id]
    await book.link_new(further)
    assert set(await book.projects.linked([further.case_id])) == set()
    assert isinstance(await book.desk().drop("县项-1", *APPROVED), ActNotAllowed)
    after(await book.desk().unlink("县项-1", case.case_id, WORDS))


@pytest.mark.parametrize(("approver", "said"), [("moon.head", "没有职务"), ("water.head", "无人担任")])
async def test_whoever_approves_holds_a_post_of_the_directory(book: Book, approver: str, said: str) -> None:
    await book.open("县项-1")
    await book.open("县项-2")
    desk = book.desk()
    for outcome in (
        await desk.change("县项-1", {"completion": date(2021, 8, 31)}, WORDS, approver),
        await desk.replace("县项-1", "县项-2", WORDS, approver),
        await desk.drop("县项-1", WORDS, approver),
    ):
        assert isinstance(outcome, Faulty)
        [fault] = outcome.faults
        assert (fault.field, said in fault.what, bool(fault.remedy)) == ("approver", True, True)
    assert (await book.project("县项-1")).version == 1


async def test_the_version_of_the_list_moves_when_open_projects_change(book: Book) -> None:
    versions = [await book.projects.list_version()]
    await book.open("县项-1")
    versions.append(await book.projects.list_version())
    await book.desk().change("县项-1", {"place": None}, *APPROVED)
    versions.append(await book.projects.list_version())
    assert await book.projects.open_projects() == [
        OpenProject(project_id_of("县项-1"), "县项-1", "water", None)
    ]
    await book.desk().act("县项-1", Finish(TODAY, WORDS))
    versions.append(await book.projects.list_version())
    assert versions == sorted(set(versions))
    await book.open("县项-3", category=None)
    assert await book.projects.open_projects() == []


async def test_a_project_passes_with_a_post_that_owned_it_before_the_successor_came(
    connection: Connection,
) -> None:
    book = Book(PostgresProjects(connection), [])
    await book.open("县项-1")

    async def changed(day: date, **given: Any) -> None:
        desk = ProjectDesk(
            book.projects, book.published.append, RULEBOOK.directory, CLERK, local_midnight(day)
        )
        after(await desk.change("县项-1", given, *APPROVED))

    async def passes(since: date) -> bool:
        to = Succession("magistrate", "county", "甲", "乙", since)
        return "magistrate" in await PostgresHandOvers(connection).passing([to])

    await changed(date(2021, 4, 1), owner="magistrate")
    await changed(date(2021, 5, 1), completion=date(2021, 8, 31))
    assert not await passes(date(2021, 3, 15))
    assert await passes(date(2021, 4, 2))


async def test_a_project_that_is_held_can_be_offered_by_another_batch(database_of: DatabaseOf) -> None:
    """Were it held with its key, two batches that each hold one and offer the other's would be a deadlock."""
    pool = database_of("assignment").pool
    async with pool.acquire() as one, pool.acquire() as other:
        await one.execute(KEPT, project_id_of("县项-9"), plan().model_dump_json())
        try:
            async with one.transaction():
                held = await PostgresProjects(one).of_ledgers(["县项-9"])
                begun = other.transaction()
                await begun.start()
                await other.execute("SET LOCAL lock_timeout = '5s'")
                offer = Offer(uuid4(), held["县项-9"].project_id, "县项-9", "类别相同", NOW)
                await PostgresProjects(other).offer([offer])
                await begun.rollback()
        finally:
            await one.execute("DELETE FROM projects WHERE ledger = '县项-9'")


async def test_a_matcher_is_built_anew_when_the_list_is_another(connection: Connection) -> None:
    book, matchers = Book(PostgresProjects(connection), []), Matchers()
    first = await matchers.current(connection, RULEBOOK)
    assert first is await matchers.current(connection, RULEBOOK)
    await book.open("县项-1")
    second = await matchers.current(connection, RULEBOOK)
    assert [fit.certain for fit in second.fits("water", "river")] == [True]


async def test_every_public_fact_is_read_back_in_order(connection: Connection) -> None:
    book = Book(PostgresProjects(connection), [])
    case, project = await book.case(), await book.open("县项-1")
    desk = book.desk()
    await desk.report("县项-1", Report(WORDS, percent=30))
    await desk.link("县项-1", case.case_id, WORDS)
    await desk.change("县项-1", {"budget": plan().budget, "completion": date(2021, 8, 31)}, *APPROVED)
    told = await ProjectReading(connection).facts(project.project_id)
    public = [one for one in book.published if not isinstance(one, CaseLinkedToProject)]
    assert len(public) == 3
    assert [one.event for one in told] == public
    assert {one.at for one in told} == {NOW}


async def test_updated_is_what_a_finding_replaced_or_changed_in_its_wording_or_its_dates(
    connection: Connection,
) -> None:
    book, reading = Book(PostgresProjects(connection), []), ProjectReading(connection)
    for number in range(5):
        await book.open(f"县项-{number}")
    desk, later = book.desk(), {"completion": date(2021, 8, 31)}
    after(await desk.change("县项-0", later, *APPROVED))
    after(await desk.change("县项-1", later, *APPROVED, finding_id=uuid4()))
    after(await desk.change("县项-2", {"place": None}, *APPROVED, finding_id=uuid4()))
    after(await desk.replace("县项-3", "县项-4", *APPROVED, finding_id=uuid4()))
    listed = {one.project.ledger: one.updated for one in await reading.all()}
    assert [ledger for ledger, updated in listed.items() if updated] == ["县项-1", "县项-3"]


async def test_pages_follow_each_other_without_gap_or_repeat(connection: Connection) -> None:
    book, reading = Book(PostgresProjects(connection), []), ProjectReading(connection)
    for number in range(5):
        await book.open(f"县项-{number}", tier="town" if number % 2 else "department")
    seen, cursor = list[str](), None
    while page := await reading.page(Filter(), cursor, 2):
        seen += [one.project.ledger for one in page]
        cursor = Cursor(page[-1].project.opened_at, page[-1].project.project_id)
    assert sorted(seen) == [f"县项-{number}" for number in range(5)]
    towns = await reading.page(Filter(tier="town", unit="water", state="under_way"), None, 10)
    assert sorted(one.project.ledger for one in towns) == ["县项-1", "县项-3"]


async def test_no_fact_can_be_altered_by_the_service(connection: Connection) -> None:
    rights = "SELECT has_table_privilege('project_facts', $1)"
    assert [await connection.fetchval(rights, right) for right in ("INSERT", "UPDATE", "DELETE")] == [
        True,
        False,
        False,
    ]


async def test_a_link_of_the_rule_is_the_rules_own(book: Book) -> None:
    case = await book.case(title="停水")
    project = await book.open("县项-1")
    outcome = move(project, Link(case.case_id, case.demand_id, "rule", WORDS), TODAY)
    assert isinstance(outcome, Moved)
    await book.projects.record([outcome], "rule", NOW + timedelta(hours=1))
    assert set(await book.projects.linked([case.case_id, uuid4()])) == {(case.case_id, project.project_id)}
