"""A busy Monday played on a running stack: the weeks before it, then rounds of kills with lulls between."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

import asyncpg

from services.assignment.directory import Directory
from services.dev.chaos_load import Adapters
from services.dev.chaos_victims import Victims, shuffled
from services.dev.directory import load_directory
from services.dev.mail_server import MailServer
from services.dev.running import Running
from services.dev.second import second
from services.dev.settle import settle
from services.dev.stack import Report
from services.dev.storm_books import MAILING
from services.dev.storm_county import Errand, Size, busy, do_some_work, script, send_demands
from services.dev.storm_load import Offices
from services.kit.clock import LOCAL, read_clock, set_clock

KINDS: Final = (*MAILING, *map(second, MAILING))
"""Who is killed: the processes with a schedule, two of each."""
BEFORE: Final = timedelta(minutes=30)
SPAN: Final = timedelta(hours=34)
"""From half an hour before the Monday to Tuesday morning."""
LATER: Final = timedelta(hours=44)
"""When it is over: Tuesday evening."""
PATIENCE: Final = 600.0
LONGEST_WAIT: Final = 1.2
"""Seconds at most from a step of the clock to a kill."""


@dataclass(slots=True)
class Monday:
    """One busy Monday on a running stack: what it needs, and what it saw."""

    running: Running
    twice: Running
    random: Random
    monday: date
    size: Size
    mail: MailServer
    adapters: Adapters
    report: Report
    county: Directory
    settled: list[datetime] = field(default_factory=list)
    in_flight: list[int] = field(default_factory=list)
    recorded: list[int] = field(default_factory=list)
    by_hand: bool = False

    @property
    def start(self) -> datetime:
        return datetime.combine(self.monday, time(0), LOCAL) - BEFORE

    async def settle_at(self, instant: datetime) -> None:
        """Move the clock there at once, and wait."""
        await set_clock(self.running.admin_url, instant)
        await self.settle()

    async def settle(self) -> None:
        """Nothing is left to do at this instant of the business clock."""
        await settle(self.running, PATIENCE)
        self.settled.append((await read_clock(self.running.audit_url))[0])

    async def prepare(self, office: Offices) -> None:
        """The weeks before: errands one after the other, while nobody is killed."""
        for errand in script(self.monday, self.size):
            await self.settle_at(errand.at)
            await self._run(errand, office)
            await self.settle()
        await self.settle_at(self.start)
        self.recorded.append(await self.notices())

    async def _run(self, errand: Errand, office: Offices) -> None:
        office.now = errand.at
        if errand.what == "demands":
            await send_demands(self.adapters, self.random, self.size.cases)
        elif errand.what == "letters":
            for _ in range(self.size.letters):
                await office.write_letter()
        else:
            await do_some_work(self.running, self.random)

    async def rage(self, office: Offices, victims: Victims, rounds: int, lull: int) -> None:
        """The rounds; after every `lull` of them all rest until the stack has settled."""
        for number, kind in enumerate(shuffled(rounds, self.random, KINDS), start=1):
            office.open.set()
            instant = self.start + SPAN * (number / rounds)
            self.in_flight.append(await self._round(office, victims, kind, instant))
            self.report(self._progress(number, rounds, kind, office))
            if office.books.surprises:
                break
            if number % lull == 0 or number == rounds:
                await self._lull(office, victims, by_hand=number * 2 >= rounds)

    async def _round(self, office: Offices, victims: Victims, kind: str, instant: datetime) -> int:
        """Move the clock, and kill at a random moment after; requests in flight then."""
        pid = await victims.pid(kind)
        await set_clock(self.running.admin_url, instant)
        office.now = instant
        await asyncio.sleep(self.random.uniform(0, LONGEST_WAIT))
        waiting = await office.until_waiting()
        victims.kill(kind, pid)
        return waiting

    async def _lull(self, office: Offices, victims: Victims, *, by_hand: bool) -> None:
        """Settle, let new cases come in and staff work; from half-time on letters are signed by hand."""
        await office.rest()
        self.recorded.append(await self.notices())
        await victims.all_back()
        await self.settle()
        self.recorded.append(await self.notices())
        if by_hand and not self.by_hand:
            self.by_hand = True
            await load_directory(self.running, busy(self.county, "by_hand"))
        await send_demands(self.adapters, self.random, self.size.cases)
        await do_some_work(self.running, self.random)
        await self.settle()
        self.recorded.append(await self.notices())

    async def finish(self, office: Offices) -> None:
        """What still waits for a signature gets one; then the day ends."""
        while await office.sign_drafts():
            pass
        await self.settle_at(self.start + LATER)

    async def notices(self) -> int:
        """How many rungs are recorded."""
        connection = await asyncpg.connect(self.running.audit_url)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM supervision.audit_notices"))
        finally:
            await connection.close()

    @property
    def under_fire(self) -> int:
        """How many rungs were recorded while schedulers were being killed."""
        began, ended = self.recorded[0::3], self.recorded[1::3]
        return sum(after - before for before, after in zip(began, ended, strict=False))

    def _progress(self, number: int, rounds: int, kind: str, office: Offices) -> str:
        books = office.books
        return (
            f"round {number}/{rounds}: killed {kind} with {self.in_flight[-1]} requests in flight; "
            f"{len(books.letters)} letters, {len(books.circulars)} county circulars, "
            f"{books.resent} sent again, {len(self.mail.taken)} mails taken"
        )
