"""What the record of hand-overs promises, in memory and in PostgreSQL alike."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import asyncpg
import pytest

from services.assignment.assign import Registered, decide
from services.assignment.hand_over import Confirmation, Succession, counts_of
from services.assignment.rulebook import Rulebook
from services.assignment.store import PostgresCases
from services.assignment.store_hand_overs import PostgresHandOvers
from services.contracts.case import CaseAssigned
from services.kit.connection import Connection
from tests.builders import demand
from tests.conftest import DatabaseOf
from tests.hand_over_fakes import HandOversInMemory
from tests.unit.directory_samples import county

AnyHandOvers = HandOversInMemory | PostgresHandOvers

SINCE = date(2021, 3, 1)
BEFORE, AFTER = datetime(2021, 2, 1, 4, 0, tzinfo=UTC), datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
RULEBOOK = Rulebook.build(1, county())
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


async def opened(connection: Connection, **columns: object) -> CaseAssigned:
    """A case of the water unit that was replied to before the successor came, with some columns as given."""
    [new] = decide(
        RULEBOOK, [Registered(demand(receipt=f"YN20210201-{uuid4().hex[:8]}"), BEFORE)], [], BEFORE
    )
    await PostgresCases(connection).open([new], BEFORE)
    columns = {"post": "closing.head", "state": "completed", "completed_at": BEFORE, **columns}
    set_ = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 2))
    sql = f"UPDATE cases SET {set_} WHERE case_id = $1"
    await connection.execute(sql, new.event.case_id, *columns.values())
    return new.event


async def test_a_rectification_passes_if_it_was_opened_before_the_successor_came(
    connection: Connection,
) -> None:
    store = PostgresHandOvers(connection)
    await opened(connection)
    await opened(connection, rectification_opened=BEFORE, rectified_at=BEFORE)
    assert "closing.head" not in await store.answering()
    passes = await opened(connection, rectification_opened=BEFORE)
    await opened(connection, rectification_opened=AFTER)
    found = (await store.passing([Succession("closing.head", "water", "甲", "乙", SINCE)]))["closing.head"]
    assert [(one.kind, one.id, one.state) for one in found] == [
        ("rectification", passes.case_id, "completed")
    ]
    assert counts_of(found) == {"rectification": 1}
    assert "closing.head" in await store.answering()


async def test_an_assisting_units_part_passes_with_the_post_that_answers_for_it(
    connection: Connection,
) -> None:
    store, under_way = PostgresHandOvers(connection), {"state": "signed_for", "completed_at": None}
    for version, (at, open_) in enumerate([(BEFORE, ["roads"]), (AFTER, ["roads"]), (BEFORE, [])], 2):
        case = await opened(connection, **under_way, assisting=open_)
        await connection.execute(
            "INSERT INTO steps (case_id, version, at, step, unit, post, by, note, assisting, assisting_post)"
            " VALUES ($1, $2, $3, 'assist', 'water', 'x', '某', '恢复路面。', 'roads', 'part.head')",
            case.case_id,
            version,
            at,
        )
    found = (await store.passing([Succession("part.head", "roads", "甲", "乙", SINCE)]))["part.head"]
    assert [(one.kind, one.words, one.state) for one in found] == [("part", "恢复路面。", "signed_for")]
    assert "part.head" in await store.answering()


@pytest.mark.parametrize("sql", ["UPDATE hand_overs SET confirmed_by = 'x'", "DELETE FROM hand_overs"])
async def test_the_application_may_not_alter_the_record(connection: Connection, sql: str) -> None:
    await PostgresHandOvers(connection).add(ONE)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(sql)
