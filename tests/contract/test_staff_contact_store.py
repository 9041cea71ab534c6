"""What the list of the units' people promises, in memory and in PostgreSQL alike, and its record."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

import asyncpg
import pytest

from services.contracts.directory import UnitRecorded
from services.intake.store_staff_contacts import PostgresPeople
from services.intake.store_tracking import record_units
from services.kit.connection import Connection
from services.kit.postgres import Writing
from tests.conftest import DatabaseOf
from tests.people_fakes import PeopleInMemory

AnyPeople = PeopleInMemory | PostgresPeople

NOON: Final = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
ONE: Final = b"1" * 32
TREE: Final = {"p-county": None, "p-water": "p-county", "p-company": "p-water", "p-roads": "p-county"}


@pytest.fixture
async def connection(database_of: DatabaseOf) -> AsyncIterator[Connection]:
    """A connection whose transaction is never committed, with a county of four units."""
    async with database_of("intake").pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        units = [
            UnitRecorded(version=1, code=code, name=code, kind="department", parent=parent)
            for code, parent in TREE.items()
        ]
        await record_units(Writing(connection, NOON), units)
        yield connection
        await transaction.rollback()


@pytest.fixture(params=["memory", "postgres"])
def people(request: pytest.FixtureRequest) -> AnyPeople:
    if request.param == "memory":
        return PeopleInMemory(dict(TREE))
    return PostgresPeople(request.getfixturevalue("connection"))


@pytest.mark.parametrize(
    ("belongs_to", "answers"),
    [("p-water", True), ("p-county", True), ("p-company", False), ("p-roads", False)],
)
async def test_those_of_the_unit_and_of_units_above_it_answer_for_its_work(
    people: AnyPeople, belongs_to: str, answers: bool
) -> None:
    await people.replace([(ONE, belongs_to)], 1, "administrator", NOON)
    assert await people.answer([b"0" * 32, ONE], ["p-water"]) == answers
    assert not await people.answer([b"0" * 32], ["p-water"])
    assert not await people.answer([], ["p-water"])


async def test_parents_that_run_in_a_circle_end(people: AnyPeople, request: pytest.FixtureRequest) -> None:
    circle = {"p-water": "p-company", "p-company": "p-water"}
    if isinstance(people, PeopleInMemory):
        people.parents.update(circle)
    else:
        units = [
            UnitRecorded(version=2, code=code, name=code, kind="department", parent=parent)
            for code, parent in circle.items()
        ]
        await record_units(Writing(request.getfixturevalue("connection"), NOON), units)
    await people.replace([(ONE, "p-company")], 1, "administrator", NOON)
    assert await people.answer([ONE], ["p-water"])


async def test_a_new_list_takes_the_place_of_the_old_one(people: AnyPeople) -> None:
    assert await people.replace([(ONE, "p-water"), (ONE, "p-roads")], 2, "administrator", NOON) == 2
    assert await people.replace([], 0, "administrator", NOON) == 0
    assert not await people.answer([ONE], ["p-water"])


async def test_each_load_stays_on_record(connection: Connection) -> None:
    people = PostgresPeople(connection)
    await people.replace([(ONE, "p-water"), (ONE, "p-roads")], 2, "administrator", NOON)
    await people.replace([], 0, "administrator", NOON)
    loads = await connection.fetch("SELECT contacts, units FROM staff_contact_loads ORDER BY id DESC LIMIT 2")
    assert [tuple(row) for row in loads] == [(0, 0), (2, 2)]


@pytest.mark.parametrize(
    "sql", ["UPDATE staff_contact_loads SET units = 0", "DELETE FROM staff_contact_loads"]
)
async def test_the_application_may_not_alter_the_record_of_loads(connection: Connection, sql: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(sql)
