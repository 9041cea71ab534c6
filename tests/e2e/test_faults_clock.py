"""The business clock crosses the end of a month and of a year, into one whose calendar nobody has loaded."""

import asyncio
from datetime import date, datetime, timedelta
from functools import partial

import pytest

from services.dev.chaos_books import circular_rows, compare
from services.dev.clock import advance
from services.dev.settle import settle
from services.kit.clock import LOCAL, set_clock
from tests.e2e.conftest import Stack

MONDAY = datetime(2026, 12, 28, 8, tzinfo=LOCAL)
SUNDAY_NIGHT = datetime(2027, 1, 3, 23, 59, tzinfo=LOCAL)
NEXT_MONDAY = datetime(2027, 1, 4, 0, tzinfo=LOCAL)
ISSUED = NEXT_MONDAY.replace(hour=8)


@pytest.fixture(scope="module")
def clock() -> str:
    return MONDAY.isoformat()


async def test_a_limit_that_reaches_an_unloaded_year_waits_and_loading_the_year_computes_it(
    stack: Stack,
) -> None:
    async with stack.load() as posting:
        await posting.until_accepted(50)
    await stack.balances(posting.books)
    assert await _states(stack) >= {"awaiting_calendar"}
    holidays = "date,kind,name\n2027-01-01,holiday,元旦\n"
    csv = {"Content-Type": "text/csv"}
    await stack.ask("supervision", "PUT", "/calendar/2027", content=holidays.encode(), headers=csv)
    await stack.balances(posting.books)
    assert await _states(stack) == {"open"}
    assert await stack.sql("SELECT FROM assignment.dues WHERE complete_due IS NULL") == []


async def _states(stack: Stack) -> set[str]:
    return {row["state"] for row in await stack.sql("SELECT DISTINCT state FROM supervision.limits")}


async def test_a_step_begun_before_monday_and_committed_after_it_belongs_to_the_old_week(
    stack: Stack,
) -> None:
    """Somebody holds the case's row, so that the step hangs in the middle while the clock passes Monday."""
    await set_clock(stack.running.admin_url, SUNDAY_NIGHT)
    await settle(stack.running, 120)
    page = await stack.ask("assignment", "GET", "/cases", params={"state": "dispatched", "limit": 1})
    case = page["cases"][0]["case_id"]
    async with stack.held("assignment.cases", case):
        step = asyncio.create_task(stack.ask("assignment", "POST", f"/cases/{case}/sign-for"))
        await stack.eventually("the step hanging", partial(_waiting, stack, 1))
        await set_clock(stack.running.admin_url, NEXT_MONDAY)
        await stack.eventually("the watermark waiting for it", partial(_waiting, stack, 2))
        assert await stack.sql("SELECT FROM reporting.circulars") == []
    await step
    await settle(stack.running, 120)
    (fact,) = await stack.sql("SELECT day FROM reporting.facts WHERE kind = 'signed_for'")
    assert MONDAY.date() <= fact["day"] < NEXT_MONDAY.date()


async def _waiting(stack: Stack, number: int) -> bool:
    rows = await stack.sql("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return int(rows[0][0]) >= number


async def test_the_circular_of_the_week_between_the_years_counts_every_receipt_once(stack: Stack) -> None:
    async with stack.load(seed=2) as posting:
        await posting.until_accepted(50)
    await advance(stack.running, ISSUED)
    await stack.balances(posting.books)
    listed = (await stack.ask("reporting", "GET", "/circulars"))["circulars"]
    assert [(one["first"], one["number"]) for one in listed] == [("2026-12-28", "2027-01")]
    received = await circular_rows(stack.running, MONDAY.date().isoformat(), "received")
    week = await stack.sql("SELECT receipt FROM intake.demands WHERE received_at < $1", NEXT_MONDAY)
    assert str(compare("rows", [row[0] for row in week], received)) == "rows: each receipt once"
    assert set(posting.books.demands).isdisjoint(received)
    assert date.fromisoformat(listed[0]["first"]) + timedelta(days=7) == NEXT_MONDAY.date()
