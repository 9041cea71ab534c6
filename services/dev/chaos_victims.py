"""Who is killed, in what order, and how long each kind of process takes to be back."""

import asyncio
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random
from statistics import median
from typing import Final

from rich.table import Table

from services.contracts.vocabulary import SERVICES
from services.dev.folder import DataFolder
from services.dev.readiness import kafka_answers, postgres_answers, service_answers
from services.dev.running import Running
from services.dev.stack import PREFIX, STORES
from services.dev.supervisor import Supervisor

KINDS: Final = (*SERVICES, *STORES)
POLL_SECONDS: Final = 0.05


def shuffled(rounds: int, random: Random, kinds: Sequence[str] = KINDS) -> list[str]:
    """A victim's kind for each round: every kind equally often, give or take one."""
    chosen = list(islice(cycle(random.sample(kinds, len(kinds))), rounds))
    random.shuffle(chosen)
    return chosen


@dataclass(slots=True)
class Victims:
    """Kills processes of a running stack and measures, beside all else, when each answers again."""

    running: Running
    killed: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    recovering: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def pid(self, kind: str) -> int:
        """The process id of a kind, once it is back from being killed before: a corpse proves nothing."""
        if kind in self.recovering:
            await self.recovering[kind]
        while True:
            if pid := await asyncio.to_thread(pid_of, self.running, kind):
                return pid
            await asyncio.sleep(POLL_SECONDS)

    def kill(self, kind: str, pid: int) -> None:
        """SIGKILL, and measure from now on."""
        os.kill(pid, signal.SIGKILL)
        self.killed[kind] += 1
        self.recovering[kind] = asyncio.create_task(self._recovery(kind, time.monotonic()))

    async def all_back(self) -> None:
        """Wait until whatever was killed answers. Errors: Problem where something doesn't."""
        await asyncio.gather(*self.recovering.values())

    async def _recovery(self, kind: str, since: float) -> None:
        await answers(self.running, kind)
        self.seconds[kind].append(time.monotonic() - since)


def pid_of(running: Running, kind: str) -> int:
    """The process id that the supervisor knows for a kind, 0 while there is none."""
    name = kind if kind in STORES else PREFIX + kind
    processes = Supervisor(DataFolder.at(running.data)).processes()
    return next(process.pid for process in processes if process.name == name)


async def answers(running: Running, kind: str) -> None:
    """Wait until it does its work again: a service is ready only with its stores. Errors: Problem."""
    if kind == "kafka":
        await kafka_answers(running.kafka)
    elif kind == "postgres":
        await postgres_answers(running.admin_url)
    else:
        await service_answers(kind, running.service_url(kind))


def victims_table(victims: Victims, kinds: Sequence[str]) -> Table:
    """How often each kind was killed, and how long it took to be back."""
    table = Table("killed with SIGKILL", box=None)
    table.add_column("times", justify="right")
    table.add_column("answers again after, median / longest (s)", justify="right")
    for kind in kinds:
        table.add_row(kind, str(victims.killed[kind]), _recovery(victims.seconds[kind]))
    return table


def _recovery(seconds: Sequence[float]) -> str:
    """Median and longest, in seconds."""
    return f"{median(seconds):.1f} / {max(seconds):.1f}" if seconds else "–"
