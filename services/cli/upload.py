"""Demands through intake's batch, window by window: the next leaves when each row of the last has its answer.

A request is bounded, so that neither side buffers without end and any proxy may stand between; its
answers are read as they come, and what a broken connection left unanswered is sent again. Intake knows
repeats by (channel, external id), so that sending twice adds nothing.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson

from services.dev.http import bearer, options, refused
from services.dev.messages import Message, Refusal
from services.dev.problem import Problem

WINDOW_ROWS: Final = 500
WINDOW_BYTES: Final = 2**20
PATIENCE_SECONDS: Final = 300.0
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0
COMES_AGAIN: Final = frozenset({429, 502, 503, 504})
"""The same row may succeed later."""

KeyOf = Callable[[str], Awaitable[str]]
"""The adapter's key of a channel."""

Answer = dict[str, Any]
"""What intake said of a row: `status`, and `receipt` and `tracking_code`, or `detail`, `field`, `remedy`."""


@dataclass(slots=True)
class Tally:
    """How many rows were read, and what became of them."""

    read: int = 0
    accepted: int = 0
    refused: int = 0
    retries: int = 0


def ignore(*_: Any) -> None:
    """A callback that nobody needs."""


@dataclass(slots=True)
class Upload:
    """One run. `on_accepted` gets a message and its answer, `on_refused` a refusal, `on_window` the tally."""

    client: httpx.AsyncClient
    key_of: KeyOf
    on_accepted: Callable[[Message, Answer], None] = ignore
    on_refused: Callable[[Refusal], None] = ignore
    patience: float = PATIENCE_SECONDS
    tally: Tally = field(default_factory=Tally)

    async def window(self, rows: Sequence[Message | Refusal]) -> None:
        """Send what can be sent, channel by channel, until each row is accepted or refused."""
        self.tally.read += len(rows)
        messages = [row for row in rows if isinstance(row, Message)]
        for row in rows:
            if isinstance(row, Refusal):
                self._refuse(row)
        for channel in dict.fromkeys(message.channel for message in messages):
            await self._channel(channel, [message for message in messages if message.channel == channel])

    async def _channel(self, channel: str, waiting: list[Message]) -> None:
        headers = {**bearer(await self.key_of(channel)), "Content-Type": "application/x-ndjson"}
        until, pause = time.monotonic() + self.patience, FIRST_PAUSE_SECONDS
        while left := await self._attempt(headers, waiting):
            if len(left) < len(waiting):
                until, pause = time.monotonic() + self.patience, FIRST_PAUSE_SECONDS
            elif time.monotonic() > until:
                what = f"intake gave no answer for {self.patience:.0f} s, from row {left[0].row.number} on"
                raise Problem(what, "import the file again later: what is in stays in, once")
            self.tally.retries += 1
            waiting = left
            await asyncio.sleep(pause * random.uniform(0.75, 1.25))  # noqa: S311  jitter, no secret
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _attempt(self, headers: dict[str, str], messages: Sequence[Message]) -> list[Message]:
        """Send; what remains unanswered, or was told to come again, in order. Errors: Problem."""
        waiting = dict(enumerate(messages, start=1))
        body = b"\n".join(orjson.dumps(message.demand) for message in messages)
        try:
            async with self.client.stream("POST", "/demands/batch", content=body, headers=headers) as answer:
                if answer.is_error and answer.status_code not in COMES_AGAIN:
                    await answer.aread()
                    raise refused("intake", answer)
                if answer.is_success:
                    async for line in answer.aiter_lines():
                        self._answered(waiting, orjson.loads(line))
        except (httpx.TransportError, orjson.JSONDecodeError):
            pass
        return list(waiting.values())

    def _answered(self, waiting: dict[int, Message], answer: Answer) -> None:
        if answer["status"] in COMES_AGAIN or (message := waiting.pop(answer["line"], None)) is None:
            return
        if answer["status"] < httpx.codes.BAD_REQUEST:
            self.tally.accepted += 1
            self.on_accepted(message, answer)
        else:
            self._refuse(refusal_of(message, answer))

    def _refuse(self, refusal: Refusal) -> None:
        self.tally.refused += 1
        self.on_refused(refusal)


def refusal_of(message: Message, answer: Answer) -> Refusal:
    """A row that intake refused."""
    detail = str(answer.get("detail") or answer.get("title") or answer["status"])
    return Refusal(message.row, str(answer.get("field") or ""), detail, str(answer.get("remedy") or ""))


def windows(rows: Iterable[Message | Refusal]) -> Iterator[list[Message | Refusal]]:
    """Rows in order, each window bounded in rows and (roughly) in bytes."""
    window: list[Message | Refusal] = []
    size = 0
    for row in rows:
        window.append(row)
        size += 4 * len(str(row.demand.get("body", ""))) if isinstance(row, Message) else 0
        if len(window) >= WINDOW_ROWS or size >= WINDOW_BYTES:
            yield window
            window, size = [], 0
    if window:
        yield window


async def import_rows(
    rows: Iterable[Message | Refusal],
    intake: str,
    key_of: KeyOf,
    *,
    on_accepted: Callable[[Message, Answer], None] = ignore,
    on_refused: Callable[[Refusal], None] = ignore,
    on_window: Callable[[Tally], None] = ignore,
    patience: float = PATIENCE_SECONDS,
) -> Tally:
    """Send rows to the intake at an address, in order within each channel, and wait for every answer.

    Errors: Problem where intake refuses the whole (a key that doesn't work), or gives no answer for
    `patience` seconds. Rows that were answered before stay in.
    """
    async with httpx.AsyncClient(base_url=intake, **options(intake)) as client:
        upload = Upload(client, key_of, on_accepted, on_refused, patience)
        for window in windows(rows):
            await upload.window(window)
            on_window(upload.tally)
    return upload.tally
