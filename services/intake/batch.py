"""A stream of demands in, a stream of answers out: lines are read as they come, answered as groups commit.

One group commits while the next lines are read and parsed; little more is ever held, so a client that
sends faster than it is served, or doesn't read its answers, waits on its socket.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

import orjson
import structlog

from services.intake.identity import Outcome, Submission
from services.intake.receive import GROUP, Away, Demands, accept
from services.kit.http import Problem, unavailable

LINE_BYTES: Final = 256 * 1024
CHUNKS_AHEAD: Final = 1
PAUSE_SECONDS: Final = 0.02
"""A client that pauses this long gets its answers although the group isn't full."""

log = structlog.get_logger(__name__)

Read: TypeAlias = Callable[[bytes], Submission]
"""Makes a submission of a line. Raises Problem."""

Receipt: TypeAlias = Callable[[Outcome], tuple[str, str]]
"""Receipt and tracking code of an outcome. Raises Problem."""

Refuse: TypeAlias = Callable[[Problem], Problem]
"""Counts a refusal."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a batch as it was read: a submission, or why it is none. Numbers count from 1."""

    number: int
    read: Submission | Problem


@dataclass(frozen=True, slots=True)
class Batch:
    """How one sender's lines are read, accepted and answered."""

    demands: Demands
    read: Read
    receipt: Receipt
    refuse: Refuse

    async def answers(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """NDJSON, one line for each line that isn't blank, in order; a piece for each commit."""
        ready: asyncio.Queue[list[Line] | None] = asyncio.Queue(CHUNKS_AHEAD)
        reading = asyncio.create_task(self._read_all(chunks, ready))
        try:
            async for group in _groups(ready):
                yield await self._commit(group)
            await reading
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def _read_all(self, chunks: AsyncIterable[bytes], ready: asyncio.Queue[list[Line] | None]) -> None:
        number = 0
        try:
            async for lines in split(chunks):
                await ready.put(
                    [self._line(n, line) for n, line in enumerate(lines, number + 1) if line != b""]
                )
                number += len(lines)
        finally:
            if (task := asyncio.current_task()) and not task.cancelling():
                await ready.put(None)

    def _line(self, number: int, line: bytes | None) -> Line:
        if line is None:
            return Line(number, _too_long())
        try:
            return Line(number, self.read(line))
        except Problem as problem:
            return Line(number, problem)

    async def _commit(self, group: Sequence[Line]) -> bytes:
        submissions = [line.read for line in group if isinstance(line.read, Submission)]
        outcomes: Sequence[Outcome | Exception]
        try:
            outcomes = await accept(self.demands, submissions) if submissions else ()
        except Away as away:
            outcomes = [unavailable(str(away))] * len(submissions)
        following = iter(outcomes)
        return b"".join(
            self._answer(line.number, line.read if isinstance(line.read, Problem) else next(following))
            for line in group
        )

    def _answer(self, number: int, outcome: Outcome | Exception) -> bytes:
        try:
            receipt, code = self.receipt(_or_raise(outcome))
        except Problem as problem:
            body = self.refuse(problem).body
            return orjson.dumps({"line": number, **body}, option=orjson.OPT_APPEND_NEWLINE)
        return f'{{"line":{number},"status":202,"receipt":"{receipt}","tracking_code":"{code}"}}\n'.encode()


def _or_raise(outcome: Outcome | Exception) -> Outcome:
    if isinstance(outcome, Problem):
        raise outcome
    if isinstance(outcome, Exception):
        raise _unexpected() from outcome
    return outcome


async def split(chunks: AsyncIterable[bytes]) -> AsyncIterator[list[bytes | None]]:
    """The lines that each chunk completes, stripped; None for one longer than LINE_BYTES."""
    rest, overlong = b"", False
    async for chunk in chunks:
        *whole, tail = chunk.split(b"\n")
        lines: list[bytes | None] = []
        for piece in whole:
            lines.append(_bounded(rest + piece, overlong))
            rest, overlong = b"", False
        rest += b"" if overlong else tail
        if len(rest) > LINE_BYTES:
            rest, overlong = b"", True
        if lines:
            yield lines
    if rest or overlong:
        yield [_bounded(rest, overlong)]


def _bounded(line: bytes, overlong: bool) -> bytes | None:
    return None if overlong or len(line) > LINE_BYTES else line.strip()


async def _groups(ready: asyncio.Queue[list[Line] | None]) -> AsyncIterator[list[Line]]:
    """Groups of at most GROUP lines; a smaller one where the client pauses or ends."""
    waiting: list[Line] = []
    ended = False
    while waiting or not ended:
        while len(waiting) < GROUP and not ended:
            try:
                async with asyncio.timeout(PAUSE_SECONDS if waiting else None):
                    lines = await ready.get()
            except TimeoutError:
                break
            ended = lines is None
            waiting += lines or ()
        group, waiting = waiting[:GROUP], waiting[GROUP:]
        if group:
            yield group


def _too_long() -> Problem:
    return Problem(
        413,
        "Content Too Large",
        f"the line is longer than {LINE_BYTES} bytes",
        field="body",
        remedy="shorten the text",
    )


def _unexpected() -> Problem:
    return Problem(
        500, "Internal Server Error", "the demand could not be stored", remedy="report it to the operator"
    )
