"""What the promise ledger promises itself, in memory and in PostgreSQL alike."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date

import pytest

from services.assignment.chain import Head, chained
from services.assignment.member import Member
from services.assignment.pledge import Recorded
from services.assignment.project import opened
from services.assignment.promise import Promise, promise_id_of
from services.assignment.store_projects import PostgresProjects
from services.assignment.store_promise_reading import PromiseFilter, PromiseReading
from services.assignment.store_promises import PostgresPromises
from services.contracts.promise import PromiseMade
from services.kit.bulk import FROM_ROWS
from services.kit.connection import Connection
from tests.conftest import DatabaseOf
from tests.project_fakes import plan
from tests.promise_builders import MEETING, SEAL, promise_made
from tests.promise_fakes import PromisesInMemory

AnyPromises = PromisesInMemory | PostgresPromises


@pytest.fixture
async def connection(database_of: DatabaseOf) -> AsyncIterator[Connection]:
    """A connection whose transaction is never committed."""
    async with database_of("assignment").pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


@pytest.fixture(params=["memory", "postgres"])
def promises(request: pytest.FixtureRequest) -> AnyPromises:
    if request.param == "memory":
        return PromisesInMemory()
    return PostgresPromises(request.getfixturevalue("connection"))


async def recorded(promises: AnyPromises, *made: PromiseMade) -> list[Promise]:
    """Put promises on record behind the head that there is."""
    linked, facts, head = chained(SEAL, await promises.lock("county"), made)
    said = [Promise.of(one) for one in made]
    await promises.add(
        [Recorded(event, fact, "clerk") for event, fact in zip(linked, facts, strict=True)], head, said
    )
    return said


def numbers(many: int) -> Sequence[PromiseMade]:
    return [promise_made(number=f"诺{at}") for at in range(many)]


async def test_a_chain_begins_with_a_head_of_nothing(promises: AnyPromises) -> None:
    assert await promises.lock("county") == Head("county")


async def test_the_head_moves_with_what_is_added_to_its_own_chain_alone(promises: AnyPromises) -> None:
    await recorded(promises, *numbers(2))
    head = await promises.lock("county")
    assert (head.seq, head.key) == (2, SEAL.key)
    assert await promises.lock("city") == Head("city")


async def test_promises_are_found_by_number_and_by_id_as_they_were_added(promises: AnyPromises) -> None:
    television = promise_made(
        number="诺9", occasion="television", programme="电视亮诺", aired_on=date(2021, 4, 30), clip="3"
    )
    [said] = await recorded(promises, television)
    assert await promises.numbered("county", ["诺9", "诺8"]) == {"诺9": said}
    assert await promises.numbered("city", ["诺9"]) == {}
    assert await promises.one(said.promise_id) == said
    assert await promises.one(promise_id_of("county", "诺8")) is None


async def test_what_a_promise_amounts_to_is_replaced_by_what_is_added_later(promises: AnyPromises) -> None:
    [first, _] = await recorded(promises, *numbers(2))
    head = await promises.lock("county")
    moved = replace(first, due=date(2021, 8, 31), projects=("项-1", "项-2"), version=2)
    await promises.add([], head, [moved])
    assert await promises.one(first.promise_id) == moved


async def test_many_promises_are_added_at_once(promises: AnyPromises) -> None:
    said = await recorded(promises, *numbers(FROM_ROWS * 2))
    found = await promises.numbered("county", [one.number for one in said])
    assert {one.promise_id for one in found.values()} == {one.promise_id for one in said}


async def test_a_name_is_there_until_it_is_erased_once(promises: AnyPromises) -> None:
    [said] = await recorded(promises, *numbers(1))
    member = Member.new("张三")
    await promises.name({said.promise_id: member})
    assert await promises.members([said.promise_id]) == {said.promise_id: member}
    assert await promises.erase(said.promise_id, "clerk", MEETING)
    assert not await promises.erase(said.promise_id, "clerk", MEETING)
    assert await promises.members([said.promise_id]) == {}


async def test_a_promise_without_a_name_has_none_to_erase(promises: AnyPromises) -> None:
    [said] = await recorded(promises, *numbers(1))
    assert not await promises.erase(said.promise_id, "clerk", MEETING)


async def test_only_projects_of_the_list_are_known(promises: AnyPromises) -> None:
    if isinstance(promises, PromisesInMemory):
        promises.projects.add("县项-1")
    else:
        opened_now = opened("县项-1", plan(), MEETING, date(2021, 4, 30))
        await PostgresProjects(promises._connection).record([opened_now], "clerk", MEETING)
    assert await promises.ledgers(["县项-1", "县项-2", "县项-1"]) == {"县项-1"}
    assert await promises.ledgers([]) == set()


async def test_promises_are_found_by_each_project_that_they_stand_on(connection: Connection) -> None:
    promises = PostgresPromises(connection)
    both, one, _ = await recorded(
        promises,
        promise_made(number="诺1", projects=["项-1", "项-2"]),
        promise_made(number="诺2", projects=["项-2"]),
        promise_made(number="诺3"),
    )
    reading = PromiseReading(connection)
    for ledger, standing_on in (("项-1", [both]), ("项-2", [both, one]), ("项", [])):
        rows = await reading.page(PromiseFilter(project=ledger), None, 10)
        assert {row["number"] for row in rows} == {promise.number for promise in standing_on}


async def test_facts_are_read_as_the_bytes_that_were_hashed(connection: Connection) -> None:
    promises = PostgresPromises(connection)
    made = numbers(3)
    _, facts, head = chained(SEAL, await promises.lock("county"), made)
    await recorded(promises, *made)
    reading = PromiseReading(connection)
    assert await reading.chain("county", 0, 10) == facts
    assert await reading.chain("county", 1, 1) == facts[1:2]
    assert await reading.facts(made[2].promise_id) == facts[2:]
    assert await reading.head("county") == head
    assert await reading.chain("county", 0, None) == facts
    assert await reading.head("city") == Head("city")
