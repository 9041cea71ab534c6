"""What is read of cases is found by an index, however many cases there are."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import uuid4

import pytest

from services.assignment.store_reading import CaseReading, Filter
from services.assignment.store_samples import PostgresSamples
from services.kit.connection import Connection
from tests.conftest import DatabaseOf


@dataclass(slots=True)
class Explained:
    """Asks how PostgreSQL would find what is fetched."""

    connection: Connection
    plan: str = ""

    async def fetch(self, sql: str, *parameters: Any) -> list[Any]:
        rows = await self.connection.fetch(f"EXPLAIN {sql}", *parameters)
        self.plan = "\n".join(row[0] for row in rows)
        return []


@pytest.fixture
async def explained(database_of: DatabaseOf) -> AsyncIterator[Explained]:
    """Plans as of large tables: reading a whole one isn't thought of, nor sorting what an index orders."""
    async with database_of("assignment").pool.acquire() as connection, connection.transaction():
        for way in ("seqscan", "sort"):
            await connection.execute(f"SET LOCAL enable_{way} = off")
        yield Explained(connection)


async def page(explained: Explained, wanted: Filter) -> str:
    await CaseReading(cast("Connection", explained)).page(wanted, None, 50)
    return explained.plan


async def test_cases_with_a_tag_are_found_by_it(explained: Explained) -> None:
    await explained.connection.execute("SET LOCAL enable_indexscan = off")
    await explained.connection.execute("SET LOCAL enable_sort = on")
    assert "cases_tags" in await page(explained, Filter(tag="petition"))


async def test_what_is_to_be_put_right_is_read_in_the_lists_order(explained: Explained) -> None:
    plan = await page(explained, Filter(rectify=True))
    assert "cases_rectify" in plan
    assert "cases_page" not in plan


async def test_likely_twins_are_looked_for_among_the_open_cases_of_the_category(explained: Explained) -> None:
    await CaseReading(cast("Connection", explained)).near(uuid4())
    assert "cases_near" in explained.plan


async def test_replies_to_draw_from_are_found_by_their_instant(explained: Explained) -> None:
    samples = PostgresSamples(cast("Connection", explained))
    await samples.replied(date(2021, 3, 1), date(2021, 3, 31))
    assert "cases_replied" in explained.plan
