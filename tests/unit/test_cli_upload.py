"""Uploading against an intake that refuses, goes away and breaks off in the middle of its answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.cli.upload import WINDOW_ROWS, import_rows, windows
from services.dev.messages import Message, Refusal
from services.dev.problem import Problem
from services.dev.table_files import Row

Judge = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class FakeIntake:
    """Answers batches. `behaviour`, request by request: a status, or after how many lines to break off."""

    behaviour: list[str] = field(default_factory=list)
    judge: Judge = lambda _: {"status": 202}
    received: list[str] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()
            yield f"http://{host}:{port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        lines = (await reader.readexactly(int(headers["content-length"]))).splitlines()
        self.requests.append(len(lines))
        self.tokens.append(headers["authorization"])
        behaviour = self.behaviour.pop(0) if self.behaviour else "answer"
        if behaviour.isdigit():
            problem = json.dumps({"detail": "not now", "remedy": "later"})
            writer.write(
                f"HTTP/1.1 {behaviour} X\r\ncontent-length: {len(problem)}\r\n\r\n{problem}".encode()
            )
        else:
            self._answer(writer, lines, behaviour)
        await writer.drain()
        writer.close()

    def _answer(self, writer: asyncio.StreamWriter, lines: list[bytes], behaviour: str) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        most = int(behaviour.removeprefix("break ")) if behaviour.startswith("break") else len(lines)
        for number, line in enumerate(lines[:most], start=1):
            demand = json.loads(line)
            self.received.append(demand["external_id"])
            answer = json.dumps({"line": number, **self.judge(demand)}) + "\n"
            writer.write(f"{len(answer):x}\r\n{answer}\r\n".encode())
        if most == len(lines):
            writer.write(b"0\r\n\r\n")


def message(number: int, channel: str = "bulk") -> Message:
    demand = {"channel": channel, "title": "停水", "body": "三天", "external_id": str(number)}
    return Message(Row(number, demand), channel, demand)


async def key_of(channel: str) -> str:
    return f"yk_{channel}"


async def test_every_row_is_answered_once() -> None:
    intake = FakeIntake()
    accepted: list[str] = []
    async with intake.listening() as url:
        tally = await import_rows(
            map(message, range(1200)),
            url,
            key_of,
            on_accepted=lambda sent, _: accepted.append(sent.demand["external_id"]),
        )
    assert (tally.read, tally.accepted, tally.refused, tally.retries) == (1200, 1200, 0, 0)
    assert accepted == intake.received == [str(number) for number in range(1200)]
    assert intake.requests == [500, 500, 200]


async def test_a_broken_connection_is_taken_up_at_the_first_unanswered_row() -> None:
    intake = FakeIntake(behaviour=["break 3", "break 0", "answer"])
    async with intake.listening() as url:
        tally = await import_rows(map(message, range(10)), url, key_of)
    assert (tally.accepted, tally.retries) == (10, 2)
    assert intake.requests == [10, 7, 7]
    assert intake.received == [str(number) for number in range(10)]


@pytest.mark.parametrize("status", ["503", "502", "429"])
async def test_an_intake_that_is_away_is_waited_for(status: str) -> None:
    intake = FakeIntake(behaviour=[status, status])
    async with intake.listening() as url:
        tally = await import_rows(map(message, range(3)), url, key_of)
    assert (tally.accepted, tally.retries) == (3, 2)


async def test_a_single_row_that_shall_come_again_comes_again_alone() -> None:
    answers = {"1": [{"status": 503}, {"status": 202}]}
    intake = FakeIntake(judge=lambda demand: answers.get(demand["external_id"], [{"status": 202}]).pop(0))
    async with intake.listening() as url:
        tally = await import_rows(map(message, range(3)), url, key_of)
    assert tally.accepted == 3
    assert intake.requests == [3, 1]


async def test_refused_rows_are_handed_over_with_their_reasons_and_the_rest_go_in() -> None:
    conflict = {"status": 409, "detail": "other content", "field": "external_id", "remedy": "another id"}
    intake = FakeIntake(judge=lambda demand: conflict if demand["external_id"] == "1" else {"status": 202})
    refusals: list[Refusal] = []
    unreadable = Refusal(Row(9, {}), "body", "is empty", "fill it in")
    async with intake.listening() as url:
        rows: list[Message | Refusal] = [message(0), message(1), unreadable, message(2)]
        tally = await import_rows(rows, url, key_of, on_refused=refusals.append)
    assert (tally.read, tally.accepted, tally.refused) == (4, 2, 2)
    assert Refusal(message(1).row, "external_id", "other content", "another id") in refusals
    assert unreadable in refusals


async def test_each_channel_is_sent_with_its_own_key_in_its_own_order() -> None:
    intake = FakeIntake()
    async with intake.listening() as url:
        await import_rows([message(1, "tv"), message(2, "email"), message(3, "tv")], url, key_of)
    assert intake.tokens == ["bearer yk_tv", "bearer yk_email"]
    assert intake.received == ["1", "3", "2"]


async def test_a_key_that_does_not_work_ends_the_import() -> None:
    async with FakeIntake(behaviour=["401"]).listening() as url:
        with pytest.raises(Problem, match=r"401.*not now"):
            await import_rows([message(1)], url, key_of)


async def test_when_patience_ends_the_first_unanswered_row_is_named() -> None:
    async with FakeIntake(behaviour=["503"] * 9).listening() as url:
        with pytest.raises(Problem, match="from row 7 on"):
            await import_rows([message(7)], url, key_of, patience=0)


def test_windows_are_bounded_in_rows_and_in_size() -> None:
    assert [len(window) for window in windows(map(message, range(WINDOW_ROWS + 1)))] == [WINDOW_ROWS, 1]
    demand = {"body": "字" * 20_000}
    long = [Message(Row(n, {}), "bulk", demand) for n in range(30)]
    assert [len(window) for window in windows(long)] == [14, 14, 2]
