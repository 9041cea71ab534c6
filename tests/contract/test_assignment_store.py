"""What the stores of assignment promise, in memory and in PostgreSQL alike."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.assignment.assign import NewCase, Registered, decide
from services.assignment.assists import assists_of
from services.assignment.case import Act, Case, Taken
from services.assignment.lapse import BY_DISPUTE, History
from services.assignment.merge import RULE
from services.assignment.publish import Edition, digest_of
from services.assignment.rulebook import Rulebook
from services.assignment.store import GROUPING, PostgresCases
from services.assignment.store_directory import PostgresDirectories, Rulebooks
from services.assignment.store_projects import Matchers
from services.assignment.store_reading import CaseReading
from services.assignment.stream import demands_told
from services.assignment.take import take
from services.assignment.transitions import Person, Step
from services.contracts.demand import DemandRated
from services.contracts.envelope import Envelope, Record
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitsSet
from services.dev.stack import Infrastructure
from services.kit.bulk import FROM_ROWS
from services.kit.connection import Connection
from services.kit.postgres import Writing
from tests.assignment_fakes import CasesInMemory, DirectoriesInMemory
from tests.builders import demand
from tests.conftest import DatabaseOf
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
RULEBOOK = Rulebook.build(1, county())
CLERK = Person("clerk", None)
TABLES = ("steps", "dues", "notices", "cases", "waiting", "directories")

AnyCases = CasesInMemory | PostgresCases
AnyDirectories = DirectoriesInMemory | PostgresDirectories


@pytest.fixture
async def connection(database_of: DatabaseOf, infrastructure: Infrastructure) -> AsyncIterator[Connection]:
    """A connection whose transaction is never committed; it begins with empty tables.

    The application role may not empty what is a record: an administrator does.
    """
    admin = await asyncpg.connect(infrastructure.admin_url)
    for table in TABLES:
        await admin.execute(f"DELETE FROM assignment.{table}")
    await admin.close()
    async with database_of("assignment").pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


@pytest.fixture(params=["memory", "postgres"])
def cases(request: pytest.FixtureRequest) -> AnyCases:
    if request.param == "memory":
        return CasesInMemory()
    return PostgresCases(request.getfixturevalue("connection"))


@pytest.fixture(params=["memory", "postgres"])
def directories(request: pytest.FixtureRequest) -> AnyDirectories:
    if request.param == "memory":
        return DirectoriesInMemory()
    return PostgresDirectories(request.getfixturevalue("connection"))


def new_case(**given: Any) -> NewCase:
    given.setdefault("receipt", f"YN20210301-{uuid4().hex[:8]}")
    [new] = decide(RULEBOOK, [Registered(demand(**given), NOW)], [], NOW)
    return new


def limits_set(case_id: UUID, version: int) -> LimitsSet:
    return LimitsSet(
        case_id=case_id,
        demand_id=case_id,
        dispatch=version,
        version=version,
        sign_for_due=NOW,
        complete_due=None,
    )


async def the_case(cases: AnyCases, case_id: UUID) -> Case:
    return (await cases.lock([case_id]))[case_id]


def step(case: Case, act: Act, who: Person = CLERK) -> Taken:
    taken = take(case, act, NOW + timedelta(hours=1), "petition", who)
    assert isinstance(taken, Taken)
    return taken


async def test_an_opened_case_is_found_dispatched(cases: AnyCases) -> None:
    new = new_case(title="停水")
    await cases.open([new], NOW)
    event = new.event
    assert await the_case(cases, event.case_id) == Case(
        event.case_id, event.demand_id, "water", "water.head", "dispatched", 1, 1, NOW
    )


async def test_cases_that_are_not_there_are_not_found(cases: AnyCases) -> None:
    assert await cases.lock([uuid4()]) == {}


async def test_a_receipt_number_names_its_case(cases: AnyCases) -> None:
    one, other = new_case(title="停水"), new_case(title="停水")
    await cases.open([one, other], NOW)
    named = await cases.of_receipts([one.event.receipt, "YN20210301-none"])
    assert named == {one.event.receipt: one.event.case_id}


async def test_a_timeline_goes_by_version_though_the_clock_was_read_in_another_order(
    connection: Connection,
) -> None:
    """Of two steps that wait for each other the one that comes later may have read the clock first."""
    cases, new = PostgresCases(connection), new_case(title="停水")
    case_id = new.event.case_id
    await cases.open([new], NOW)
    asked = at_hour(2, await the_case(cases, case_id), "assist")
    freed = at_hour(1, asked.case, "release_assist")
    await cases.record([asked, freed])
    columns = "notice_id, case_id, at, limit_kind, rung, colour, outcome, overdue, unit, post"
    notice = "gen_random_uuid(), $1, $2, 'complete', 1, 'blue', 'sent', false, 'water', 'water.head'"
    for hour in (0, 3):
        at = NOW + timedelta(hours=hour, minutes=-1)
        await connection.execute(f"INSERT INTO notices ({columns}) VALUES ({notice})", case_id, at)
    told = await CaseReading(connection).timeline(case_id)
    assert [one["step"] for one in told] == ["notice", "assign", "assist", "release_assist", "notice"]
    [part] = assists_of(map(dict, told), [])
    assert part.released_at == freed.at


def at_hour(hour: int, case: Case, step: Step) -> Taken:
    act = Act(step, "职员", PublicText("查"), "petition", "petition.head")
    taken = take(case, act, NOW + timedelta(hours=hour), "petition", CLERK)
    assert isinstance(taken, Taken)
    return taken


async def test_opening_the_same_case_again_leaves_it_as_it_is(cases: AnyCases) -> None:
    new = new_case()
    await cases.open([new], NOW)
    signed = step(await the_case(cases, new.event.case_id), Act("sign_for", "某"))
    await cases.record([signed])
    await cases.open([new], NOW + timedelta(days=1))
    assert (await the_case(cases, new.event.case_id)).state == "signed_for"


async def test_many_cases_are_opened_where_one_is_there_already(cases: AnyCases) -> None:
    there, others = new_case(), [new_case() for _ in range(FROM_ROWS)]
    await cases.open([there], NOW)
    signed = step(await the_case(cases, there.event.case_id), Act("sign_for", "某"))
    await cases.record([signed])
    await cases.open([*others, there], NOW)
    states = await cases.lock([new.event.case_id for new in (there, *others)])
    assert sorted(case.state for case in states.values()) == ["dispatched"] * FROM_ROWS + ["signed_for"]


async def test_dues_of_an_older_version_change_nothing_among_many_new_ones(connection: Connection) -> None:
    cases, case_ids = PostgresCases(connection), [uuid4() for _ in range(FROM_ROWS)]
    await cases.set_dues([limits_set(case_ids[0], version=2)])
    await cases.set_dues([limits_set(case_id, version=1) for case_id in case_ids])
    await cases.set_dues([limits_set(case_ids[1], version=3)])
    rows = await connection.fetch("SELECT case_id, version FROM dues")
    versions = {row["case_id"]: row["version"] for row in rows}
    assert versions == {**dict.fromkeys(case_ids, 1), case_ids[0]: 2, case_ids[1]: 3}


async def test_earlier_cases_come_oldest_first_from_an_instant_on(cases: AnyCases) -> None:
    citizen = uuid4()
    news = [new_case(citizen_ref=citizen, title=f"停水{day}") for day in range(4)]
    for day, new in enumerate(news):
        await cases.open([new], NOW + timedelta(days=day))
    await cases.open([new_case()], NOW)
    found = await cases.earlier([citizen], NOW + timedelta(days=1), most=2)
    assert [matter.case_id for matter in found] == [str(new.event.case_id) for new in news[2:]]
    assert found[0].text.startswith("停水2\n")
    assert found[0].at == NOW + timedelta(days=2)


async def test_most_counts_for_each_citizen_alone(cases: AnyCases) -> None:
    citizens = sorted([uuid4(), uuid4()])
    for citizen in (*citizens, *citizens):
        await cases.open([new_case(citizen_ref=citizen)], NOW)
    found = await cases.earlier(citizens, NOW, most=1)
    assert sorted(matter.citizen_ref for matter in found) == [str(citizen) for citizen in citizens]


async def test_several_steps_of_one_case_leave_it_as_the_last_one_did(cases: AnyCases) -> None:
    new, other = new_case(), new_case()
    await cases.open([new, other], NOW)
    signed = step(await the_case(cases, new.event.case_id), Act("sign_for", "某"))
    completed = step(signed.case, Act("complete", "某", PublicText("已修好。")))
    await cases.record([signed, completed])
    assert await the_case(cases, new.event.case_id) == completed.case
    assert (await the_case(cases, other.event.case_id)).version == 1


async def test_a_request_for_more_time_is_kept_until_it_is_decided(cases: AnyCases) -> None:
    new, reason = new_case(), PublicText("等配件。")
    await cases.open([new], NOW)
    signed = step(await the_case(cases, new.event.case_id), Act("sign_for", "某"))
    asked = step(signed.case, Act("ask_extension", "某", reason, days=5), Person("handler", signed.case.unit))
    await cases.record([signed, asked])
    kept = await the_case(cases, new.event.case_id)
    assert kept.extension_asked == 5
    await cases.record([step(kept, Act("grant_extension", "某"))])
    assert (await the_case(cases, new.event.case_id)).extension_asked is None


async def test_waiting_demands_are_taken_out_oldest_first_and_once(cases: AnyCases) -> None:
    demands = [Registered(demand(receipt=f"R{n}"), NOW - timedelta(hours=n)) for n in range(3)]
    await cases.keep_waiting(demands)
    await cases.keep_waiting(demands[:1])
    assert await cases.take_waiting(2) == [demands[2], demands[1]]
    assert await cases.take_waiting(2) == [demands[0]]
    assert await cases.take_waiting(2) == []


async def test_the_directory_added_last_is_in_force(directories: AnyDirectories) -> None:
    assert (await directories.version(), await directories.current()) == (None, None)
    first = Edition(1, county(), digest_of(county()), NOW, "某")
    second = Edition(2, county(words=[]), digest_of(county(words=[])), NOW, "某")
    await directories.lock()
    await directories.add(first)
    await directories.add(second)
    assert (await directories.version(), await directories.current()) == (2, second)


async def test_a_rulebook_is_built_anew_when_another_version_is_in_force(connection: Connection) -> None:
    directories, rulebooks = PostgresDirectories(connection), Rulebooks()
    assert await rulebooks.current(connection) is None
    await directories.add(Edition(1, county(), b"", NOW, "某"))
    first = await rulebooks.current(connection)
    assert first is await rulebooks.current(connection)
    await directories.add(Edition(2, county(), b"", NOW, "某"))
    second = await rulebooks.current(connection)
    assert second is not None
    assert second.version == 2


async def test_histories_tell_the_last_extension_asked_for_and_who_got_it_back_by_rule(
    cases: AnyCases,
) -> None:
    new = new_case(title="停水")
    await cases.open([new], NOW)
    case = await the_case(cases, new.event.case_id)
    assert await cases.histories([case.case_id]) == {}
    back = Act("return", "刘某", PublicText("不属本单位职责"), "petition", "petition.head")
    returned = step(case, back)
    given = step(returned.case, Act("reassign", BY_DISPUTE, None, "water", "water.head"), RULE)
    signed = step(given.case, Act("sign_for", "王某"))
    asking = Act("ask_extension", "王某", PublicText("等配件"), days=3)
    asked = step(signed.case, asking, Person("handler", "water"))
    await cases.record([returned, given, signed, asked])
    found = await cases.histories([case.case_id, uuid4()])
    assert found == {case.case_id: History(asked.case.version, frozenset({"water"}))}


async def test_a_rectification_is_kept_with_its_case(cases: AnyCases) -> None:
    new = new_case(title="停水")
    await cases.open([new], NOW)
    done = step((await the_case(cases, new.event.case_id)), Act("sign_for", "王某"))
    done = step(done.case, Act("complete", "王某", PublicText("已修好")))
    opened = step(done.case, Act("open_rectification", "rule:rating"), RULE)
    await cases.record([done, opened])
    assert await the_case(cases, done.case.case_id) == opened.case
    assert opened.case.rectifying


async def test_a_batch_with_a_rating_holds_the_groups_alone_for_a_withdrawal_may_follow(
    connection: Connection, database_of: DatabaseOf
) -> None:
    """Repeated by halves, both come in one transaction; two that shared the groups first would deadlock."""
    new = new_case(title="停水")
    await PostgresCases(connection).open([new], NOW)
    case = new.event
    rated = DemandRated(demand_id=case.demand_id, case_id=case.case_id, unit=case.unit, level="satisfied")
    envelope = Envelope(uuid4(), rated.type, "intake", rated.subject(), NOW)
    batch = [Record(envelope, rated, "demand", 0, 0)]
    await demands_told(Rulebooks(), Matchers(), Writing(connection, NOW), batch)
    async with database_of("assignment").pool.acquire() as other:
        assert not await other.fetchval(f"SELECT pg_try_advisory_lock_shared({GROUPING})")
