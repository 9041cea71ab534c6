"""What the record of hand-overs promises, in memory and in PostgreSQL alike."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import asyncpg
import pytest

from services.assignment.hand_over import Confirmation, Succession
from services.assignment.store_hand_overs import PostgresHandOvers
from services.kit.connection import Connection
from tests.conftest import DatabaseOf
from tests.hand_over_fakes import HandOversInMemory

AnyHandOvers = HandOversInMemory | PostgresHandOvers

SINCE = date(2021, 3, 1)
ONE = Confirmation(
    "magistrate", SINCE, "甲", "乙", "0" * 64, 2, 1, 0, "leader", datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
)


@pytest.fixture
async def connection(database_of: DatabaseOf) -> AsyncIterator[Connection]:
    """A connection whose transaction is never committed."""
    async with database_of("assignment").pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


@pytest.fixture(params=["memory", "postgres"])
def hand_overs(request: pytest.FixtureRequest) -> AnyHandOvers:
    if request.param == "memory":
        return HandOversInMemory()
    return PostgresHandOvers(request.getfixturevalue("connection"))


async def test_the_first_confirmation_of_a_successor_stands(hand_overs: AnyHandOvers) -> None:
    assert await hand_overs.add(ONE)
    assert not await hand_overs.add(replace(ONE, by="another"))
    assert await hand_overs.confirmations(["magistrate"]) == {("magistrate", SINCE): ONE}


async def test_each_successor_has_one_and_other_posts_are_left_out(hand_overs: AnyHandOvers) -> None:
    later = replace(ONE, since=date(2021, 4, 1))
    for one in (ONE, later, replace(ONE, post="water.head")):
        assert await hand_overs.add(one)
    found = await hand_overs.confirmations(["magistrate"])
    assert found == {("magistrate", SINCE): ONE, ("magistrate", later.since): later}


async def test_where_nothing_is_open_nothing_passes(hand_overs: AnyHandOvers) -> None:
    nobody = Succession("nobody.head", "nobody", "甲", "乙", SINCE)
    assert not (await hand_overs.passing([nobody])).get("nobody.head")
    assert not (await hand_overs.passing([]))


@pytest.mark.parametrize("sql", ["UPDATE hand_overs SET confirmed_by = 'x'", "DELETE FROM hand_overs"])
async def test_the_application_may_not_alter_the_record(connection: Connection, sql: str) -> None:
    await PostgresHandOvers(connection).add(ONE)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(sql)
