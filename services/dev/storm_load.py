"""The offices on a busy Monday: letters, findings and circulars through either process, whatever falls.

What wasn't answered is sent again with the same identity, to another process perhaps.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import httpx

from services.contracts.vocabulary import Role
from services.dev.running import Running
from services.dev.second import second
from services.kit.clock import local_day

ANSWER_SECONDS: Final = 30.0
AGAIN_SECONDS: Final = 0.3
TWICE: Final = 0.25
"""The share of acts that are sent twice at once, to whichever processes."""
REPLIES: Final = 0.3
PAGE: Final = 20
OFFICE: Final[tuple[Role, str | None]] = ("supervision_office", None)


@dataclass(slots=True)
class OfficeBooks:
    """What the offices were told: the numbers that each letter and each circular was said to have."""

    letters: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    circulars: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    findings: set[str] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)
    resent: int = 0
    doubled: int = 0


@dataclass(slots=True)
class Offices:
    """Work until stopped, and not while they pause. `waiting` counts requests without an answer."""

    running: Running
    http: httpx.AsyncClient
    random: Random
    units: Sequence[str]
    began: date
    round_id: str
    now: datetime
    pause_seconds: float = 0.4
    books: OfficeBooks = field(default_factory=OfficeBooks)
    waiting: int = 0
    stopping: bool = False
    open: asyncio.Event = field(default_factory=asyncio.Event)
    acting: int = 0

    async def run(self) -> None:
        """All of them at once."""
        await asyncio.gather(*(self._keep_at(act, pauses) for act, pauses in WORK))

    async def _keep_at(self, act: "Act", pauses: float) -> None:
        while True:
            await self.open.wait()
            if self.stopping:
                return
            self.acting += 1
            try:
                await act(self)
            finally:
                self.acting -= 1
            await asyncio.sleep(pauses * self.pause_seconds * self.random.uniform(0.5, 1.5))

    async def rest(self) -> None:
        """Let them finish what they began, and begin nothing."""
        self.open.clear()
        while self.acting:  # noqa: ASYNC110  books are plain values
            await asyncio.sleep(0.05)

    async def until_waiting(self) -> int:
        """Wait until at least one request has no answer yet, or something can't be explained; how many."""
        while not self.waiting and not self.books.surprises:  # noqa: ASYNC110  as above
            await asyncio.sleep(0)
        return self.waiting

    async def write_letter(self, **said: Any) -> str:
        """A letter under an id of our own; signed at once or left as a draft, as the policy has it."""
        letter = str(UUID(int=self.random.getrandbits(128), version=4))
        body = {
            "letter_id": letter,
            "unit": self.random.choice(self.units),
            "title": "关于承诺事项进度滞后的整改督办函",
            "found": "承诺事项逾期未完成。",
            "required": "说明原因，限期整改。",
            "reply_days": self.random.randint(1, 4),
            **said,
        }
        self.books.letters[letter].update(())
        for answer in await self._perhaps_twice("supervision", "POST", "/letters", json=body):
            self._note_letter(answer)
        return letter

    async def sign_drafts(self) -> int:
        """Two of them sign the same drafts: one takes the number, one is refused; how many were tried."""
        asked = {"state": "drafted", "limit": str(PAGE)}
        found = await self.sent("supervision", "GET", "/letters", params=asked)
        drafts = [row["letter_id"] for row in found.json()["letters"]] if found.is_success else []
        chosen = self.random.sample(drafts, (len(drafts) + 1) // 2)
        for letter in chosen:
            answer = await self.sent("supervision", "POST", f"/letters/{letter}/sign", raced=True)
            self._note_letter(answer)
        return len(chosen)

    async def receive_a_letter(self) -> None:
        """A unit signs for one of its letters, and may reply; most stay silent and become late."""
        asked = {"state": "issued", "limit": str(PAGE)}
        found = await self.sent("supervision", "GET", "/letters", params=asked)
        rows = found.json()["letters"] if found.is_success else []
        if rows and self.random.random() < REPLIES:
            await self.receive(self.random.choice(rows))

    async def receive(self, row: Mapping[str, Any]) -> None:
        """One that was issued."""
        path = f"/letters/{row['letter_id']}"
        theirs: tuple[Role, str | None] = ("handler", row["unit"])
        await self.sent("supervision", "POST", f"{path}/receive", by=theirs, raced=True)
        if self.random.random() < REPLIES:
            said = {"reply": "已按要求整改到位。"}
            await self.sent("supervision", "POST", f"{path}/reply", by=theirs, raced=True, json=said)

    async def inspect(self) -> None:
        """A finding that becomes a letter, synchronised once more than needed."""
        finding = str(UUID(int=self.random.getrandbits(128), version=4))
        body = {
            "unit": self.random.choice(self.units),
            "place": "现场",
            "found_at": self.now.isoformat(),
            "found": "现场无人施工。",
            "needs_letter": True,
            "required": "限期整改，并书面回复。",
            "reply_days": 2,
        }
        path = f"/rounds/{self.round_id}/findings/{finding}"
        self.books.findings.add(finding)
        await self._perhaps_twice("supervision", "PUT", path, json=body)
        await self.sent("supervision", "PUT", path, json=body)

    async def order_circular(self) -> None:
        """A county circular over days that are closed, led to its number by people in a hurry."""
        last = local_day(self.now) - timedelta(days=self.random.randint(1, 5))
        first = max(self.began, last - timedelta(days=self.random.randint(0, 20)))
        said = {"kind": "county", "first": first.isoformat(), "last": last.isoformat()}
        ordered = await self._perhaps_twice("reporting", "POST", "/circulars", raced=True, json=said)
        if drafted := [one.json()["ref"] for one in ordered if one.is_success]:
            for verb in ("check", "sign", "issue"):
                for answer in await self._perhaps_twice(
                    "reporting", "POST", f"/circulars/{drafted[0]}/{verb}", raced=True
                ):
                    self._note_circular(answer)

    def _note_letter(self, answer: httpx.Response) -> None:
        if answer.is_success and (number := answer.json()["number"]):
            self.books.letters[answer.json()["letter_id"]].add(number)

    def _note_circular(self, answer: httpx.Response) -> None:
        if answer.is_success and (number := answer.json()["number"]):
            self.books.circulars[answer.json()["ref"]].add(number)

    async def _perhaps_twice(
        self, service: str, method: str, path: str, **given: Any
    ) -> list[httpx.Response]:
        copies = 2 if self.random.random() < TWICE else 1
        self.books.doubled += copies - 1
        return await asyncio.gather(*(self.sent(service, method, path, **given) for _ in range(copies)))

    async def sent(
        self,
        service: str,
        method: str,
        path: str,
        by: tuple[Role, str | None] = OFFICE,
        raced: bool = False,
        **given: Any,
    ) -> httpx.Response:
        """Sent to either process until one answers. Where acts are `raced` a conflict says who was faster."""
        headers = {"Authorization": f"Bearer {self.running.token(*by)}"}
        while True:
            url = self.running.service_url(self.random.choice((service, second(service))))
            answer = await self._answer(method, f"{url}{path}", headers=headers, **given)
            if answer is not None:
                if answer.is_error and not (raced and answer.status_code == httpx.codes.CONFLICT):
                    self.books.surprises.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
                return answer
            self.books.resent += 1
            await asyncio.sleep(AGAIN_SECONDS)

    async def _answer(self, method: str, url: str, **given: Any) -> httpx.Response | None:
        """None where there was none, or the service said that it can't answer now."""
        self.waiting += 1
        try:
            answer = await self.http.request(method, url, **given)
        except httpx.TransportError:
            return None
        finally:
            self.waiting -= 1
        return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer

    def note_failure(self, task: asyncio.Task[None]) -> None:
        """Offices that broke would be waited for in vain."""
        if not task.cancelled() and (reason := task.exception()):
            self.books.surprises.append(f"the offices broke: {reason!r}")


Act = Callable[[Offices], Awaitable[object]]
WORK: Final[tuple[tuple[Act, float], ...]] = (
    (Offices.write_letter, 1),
    (Offices.write_letter, 1),
    (Offices.write_letter, 2),
    (Offices.sign_drafts, 1),
    (Offices.sign_drafts, 1),
    (Offices.receive_a_letter, 2),
    (Offices.inspect, 3),
    (Offices.order_circular, 12),
)
"""What is done side by side, and after how many pauses it is done again."""


@asynccontextmanager
async def offices(
    twice: Running, random: Random, units: Sequence[str], began: date, round_id: str, now: datetime
) -> AsyncIterator[Offices]:
    """Offices that rest until they are opened; when left they finish what they began."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, limits=limits, trust_env=False) as http:
        working = Offices(twice, http, random, units, began, round_id, now)
        task = asyncio.create_task(working.run())
        task.add_done_callback(working.note_failure)
        try:
            yield working
            working.stopping = True
            working.open.set()
            await task
        finally:
            task.cancel()
            await asyncio.wait([task])
