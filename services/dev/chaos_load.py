"""Adapters under load: they post without a pause, send again what wasn't answered, and keep their own books.

As a good adapter does: the same Idempotency-Key and the same content until there is a receipt.
"""

import asyncio
import csv
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import uuid4

import httpx

from services.dev.chaos_books import Books

CHANNELS: Final = ("hotline", "wechat", "website", "bulk")
BATCH_LINES: Final = 40
TWICE: Final = 0.05
"""The share of demands that are sent twice at once, and of those sent again after their receipt."""
CITIZENS: Final = 200
ANSWER_SECONDS: Final = 15.0
MOST_BACK_OFF: Final = 20
"""How many pauses an adapter waits at most before it sends again."""

Demand = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """How many connections post single demands, how many streams batches, and the pause between posts."""

    singles: int = 8
    batches: int = 2
    pause_seconds: float = 0.05


@dataclass(slots=True)
class Adapters:
    """Post to intake until told to stop. `waiting` counts requests that have no answer yet."""

    http: httpx.AsyncClient
    keys: Mapping[str, str]
    texts: Sequence[tuple[str, str, str]]
    random: Random
    pace: Pace = Pace()
    books: Books = field(default_factory=Books)
    waiting: int = 0
    stopping: bool = False
    name: str = field(default_factory=lambda: f"chaos-{uuid4().hex[:8]}")
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def run(self) -> None:
        """Post until `stopping`, and then until all that was begun has its receipt."""
        singles = [self._post_singles() for _ in range(self.pace.singles)]
        await asyncio.gather(*singles, *(self._post_batches() for _ in range(self.pace.batches)))

    def note_failure(self, running: asyncio.Task[None]) -> None:
        """Adapters that broke would be waited for in vain."""
        if not running.cancelled() and (reason := running.exception()):
            self.books.surprises.append(f"the adapters broke: {reason!r}")

    async def until_accepted(self, more: int) -> None:
        """Wait for so many more receipts, or for the first answer that nothing explains."""
        goal = self.books.accepted + more
        while self.books.accepted < goal and not self.books.surprises:  # noqa: ASYNC110  books are plain values
            await asyncio.sleep(0.01)

    async def until_waiting(self) -> int:
        """Wait until at least one request has no answer yet; how many."""
        while not self.waiting:  # noqa: ASYNC110  as above
            await asyncio.sleep(0)
        return self.waiting

    def new_demand(self) -> Demand:
        """A message of the demonstration county, from one of some citizens, with a number of its own."""
        title, body, place = self.random.choice(self.texts)
        return {
            "channel": self.random.choice(CHANNELS),
            "external_id": f"{self.name}-{next(self.numbers):07d}",
            "title": title,
            "body": body,
            "author_ref": f"citizen-{self.random.randrange(CITIZENS)}",
            **({"place": place} if place else {}),
        }

    async def _post_singles(self) -> None:
        while not self.stopping:
            demand = self.new_demand()
            copies = 2 if self.random.random() < TWICE else 1
            await asyncio.gather(*(self.post(demand) for _ in range(copies)))
            if self.random.random() < TWICE:
                copies += 1
                await self.post(demand)
            self.books.doubled += copies - 1
            await self._pause()

    async def post(self, demand: Demand) -> None:
        """Post one demand until there is a receipt for it."""
        for attempt in itertools.count():
            answer = await self._answer(demand)
            if answer is not None and answer.status_code == httpx.codes.ACCEPTED:
                self.books.note(demand["external_id"], answer.json()["receipt"])
                return
            if answer is not None and answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                self.books.surprises.append(f"{answer.status_code} {answer.text[:300]}")
                return
            self.books.resent += 1
            await self._back_off(attempt)

    async def _answer(self, demand: Demand) -> httpx.Response | None:
        headers = self._headers(demand["channel"]) | {"Idempotency-Key": demand["external_id"]}
        self.waiting += 1
        try:
            return await self.http.post("/demands", json=demand, headers=headers)
        except httpx.TransportError:
            return None
        finally:
            self.waiting -= 1

    async def _post_batches(self) -> None:
        while not self.stopping:
            channel = self.random.choice(CHANNELS)
            await self.post_batch([self.new_demand() | {"channel": channel} for _ in range(BATCH_LINES)])
            await self._pause(10)

    async def post_batch(self, demands: Sequence[Demand]) -> None:
        """Stream a batch, and stream again what got no receipt, until nothing is left."""
        left = {demand["external_id"]: demand for demand in demands}
        for attempt in itertools.count():
            async for demand, line in self._answers(list(left.values())):
                if line["status"] == httpx.codes.ACCEPTED:
                    self.books.note(demand["external_id"], line["receipt"])
                    left.pop(demand["external_id"], None)
                elif line["status"] != httpx.codes.SERVICE_UNAVAILABLE:
                    self.books.surprises.append(f"batch line: {line}")
            if not left or self.books.surprises:
                return
            self.books.resent += len(left)
            await self._back_off(attempt)

    async def _answers(self, sent: Sequence[Demand]) -> AsyncIterator[tuple[Demand, dict[str, Any]]]:
        """Each demand with its line, as far as lines came. One of them is sent twice in the same stream."""
        sent = [*sent, sent[0]]
        content = "".join(json.dumps(demand, ensure_ascii=False) + "\n" for demand in sent).encode()
        headers = self._headers(sent[0]["channel"]) | {"Content-Type": "application/x-ndjson"}
        self.waiting += 1
        try:
            async with self.http.stream("POST", "/demands/batch", content=content, headers=headers) as answer:
                if answer.status_code == httpx.codes.OK:
                    async for line in _lines(answer):
                        yield sent[line["line"] - 1], line
                elif answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    text = (await answer.aread()).decode()[:300]
                    self.books.surprises.append(f"batch: {answer.status_code} {text}")
        except httpx.TransportError:
            return
        finally:
            self.waiting -= 1

    def _headers(self, channel: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[channel]}"}

    async def _pause(self, times: float = 1) -> None:
        await asyncio.sleep(self.random.uniform(0.5, 1.5) * times * self.pace.pause_seconds)

    async def _back_off(self, attempt: int) -> None:
        await self._pause(min(2 ** (attempt + 1), MOST_BACK_OFF))


async def _lines(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """Whole lines; the piece of one at which a connection broke says nothing."""
    rest = ""
    async for text in answer.aiter_text():
        *whole, rest = (rest + text).split("\n")
        for line in whole:
            if line:
                yield json.loads(line)


def read_texts(file: Path) -> list[tuple[str, str, str]]:
    """Title, body and place of each message in a demonstration county's `messages.csv`."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return [(row["title"], row["body"], row["place"]) for row in csv.DictReader(opened)]


@asynccontextmanager
async def adapters(
    intake: str, keys: Mapping[str, str], texts: Sequence[tuple[str, str, str]], seed: int, pace: Pace
) -> AsyncIterator[Adapters]:
    """Adapters posting to the intake at an address; when left they finish what they began."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    async with httpx.AsyncClient(
        base_url=intake, timeout=ANSWER_SECONDS, limits=limits, trust_env=False
    ) as http:
        posting = Adapters(http, keys, texts, Random(seed), pace)  # noqa: S311  a play, not a secret
        running = asyncio.create_task(posting.run())
        running.add_done_callback(posting.note_failure)
        try:
            yield posting
            posting.stopping = True
            await running
        finally:
            running.cancel()
            await asyncio.wait([running])
