"""Lines in, answers out: in order, as they come, one bad line spoiling nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from services.intake.batch import CHUNKS_AHEAD, LINE_BYTES, Batch, split
from services.intake.demand import BatchDemand
from services.intake.identity import Accepted, Contradicted, Outcome, Submission
from services.intake.reading import read_demand
from services.intake.receive import GROUP, Away
from services.kit.http import Problem
from tests.fakes_intake import FakeDemands


def line(external_id: str, **change: Any) -> bytes:
    said = {"channel": "bulk", "title": "停水", "body": "停水三天", "external_id": external_id}
    return json.dumps(said | change).encode() + b"\n"


def read(raw: bytes) -> Submission:
    demand = read_demand(BatchDemand, raw)
    return Submission(uuid4(), demand, demand.external_id or "", None, demand.title.encode(), 1)


def receipt(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Accepted(_, number):
            return number, "CODE"
        case Contradicted(named):
            raise Problem(409, "Conflict", "other content", field=named)


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def batch_over(demands: FakeDemands) -> Batch:
    return Batch(demands, read, receipt, lambda problem: problem)


async def answers(demands: FakeDemands, *chunks: bytes) -> list[dict[str, Any]]:
    said = b"".join([piece async for piece in batch_over(demands).answers(stream(*chunks))])
    return [json.loads(answer) for answer in said.splitlines()]


async def lines_of(chunks: Sequence[bytes]) -> list[bytes | None]:
    return [one async for lines in split(stream(*chunks)) for one in lines]


@given(st.lists(st.binary(max_size=8)))
async def test_lines_are_the_same_however_the_network_cut_them(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    *ended, rest = whole.split(b"\n")
    assert await lines_of(chunks) == [piece.strip() for piece in [*ended, *([rest] if rest else [])]]


async def test_a_line_beyond_the_bound_is_dropped_and_the_next_one_read() -> None:
    assert await lines_of([b"x" * LINE_BYTES] * 3 + [b"\nshort\n"]) == [None, b"short"]
    assert await lines_of([b"x" * LINE_BYTES * 2]) == [None]


async def test_every_line_is_answered_in_order() -> None:
    found = await answers(FakeDemands(), b"".join(line(str(n)) for n in range(1_203)))
    assert [answer["line"] for answer in found] == list(range(1, 1_204))
    assert {answer["status"] for answer in found} == {202}


async def test_a_bad_line_stops_none_of_the_others() -> None:
    body = line("1") + b"{\n" + line("2", title=" ") + b"\n" + line("1", title="别的") + line("1")
    found = await answers(FakeDemands(), body)
    assert [(a["line"], a["status"], a.get("field")) for a in found] == [
        (1, 202, None),
        (2, 400, "body"),
        (3, 422, "title"),
        (5, 409, "external_id"),
        (6, 202, None),
    ]
    assert found[0]["receipt"] == found[4]["receipt"]


async def test_the_last_line_needs_no_end() -> None:
    assert len(await answers(FakeDemands(), line("1"), line("2").rstrip())) == 2


async def test_an_empty_batch_has_an_empty_answer() -> None:
    assert await answers(FakeDemands()) == []
    assert await answers(FakeDemands(), b"\n\r\n  \n") == []


async def test_a_store_that_is_away_is_said_of_each_line() -> None:
    found = await answers(FakeDemands(failures=[Away("away")]), line("1") + line("2"))
    assert [(answer["line"], answer["status"]) for answer in found] == [(1, 503), (2, 503)]


async def test_a_line_that_cannot_be_stored_fails_alone() -> None:
    found = await answers(FakeDemands(unstorable={"2"}), line("1") + line("2") + line("3"))
    assert [answer["status"] for answer in found] == [202, 500, 202]


async def test_a_slow_client_is_answered_before_it_sends_on() -> None:
    answered = asyncio.Queue[bytes]()

    async def slow() -> AsyncIterator[bytes]:
        for number in range(3):
            yield line(str(number))
            assert json.loads(await answered.get())["line"] == number + 1

    async for piece in batch_over(FakeDemands()).answers(slow()):
        answered.put_nowait(piece)


async def test_what_lies_in_flight_is_bounded() -> None:
    sent = 0

    async def eager() -> AsyncIterator[bytes]:
        nonlocal sent
        for number in range(100):
            sent += 1
            yield b"".join(line(f"{number}-{n}") for n in range(GROUP))

    pieces = batch_over(FakeDemands()).answers(eager())
    await anext(pieces)
    assert sent <= CHUNKS_AHEAD + 3
    await pieces.aclose()  # type: ignore[attr-defined]


async def test_a_client_that_breaks_off_ends_the_answers_after_what_came() -> None:
    demands = FakeDemands()

    async def broken() -> AsyncIterator[bytes]:
        yield line("1") + line("2")[:20]
        raise ClientDisconnect

    with pytest.raises(ClientDisconnect):
        assert [piece async for piece in batch_over(demands).answers(broken())]
    assert list(demands.book.by_external_id) == [("bulk", "1")]
