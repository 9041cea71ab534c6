"""Wait until outboxes, lags and due rows are empty."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from services.dev.http import bearer, details, options
from services.dev.problem import Problem
from services.dev.running import Running
from services.dev.stack import Report, silent

POLL_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 300.0
ANSWER_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Left:
    """What one service still has to do; `silent` says why it gave no answer."""

    service: str
    outbox: int = 0
    due: int = 0
    lag: tuple[tuple[str, int], ...] = ()
    end_offsets: int = 0
    silent: str = ""

    @property
    def nothing(self) -> bool:
        return not (self.outbox or self.due or self.silent or any(count for _, count in self.lag))

    @property
    def events(self) -> int:
        """How many events are on their way out of it or into it."""
        return self.outbox + sum(count for _, count in self.lag)

    def __str__(self) -> str:
        lags = [f"{count} of {topic} unread" for topic, count in self.lag if count]
        outbox = [f"{self.outbox} in the outbox"] if self.outbox else []
        due = [f"{self.due} due"] if self.due else []
        return f"{self.service}: {self.silent or ', '.join(outbox + lags + due) or 'nothing'}"


Round = tuple[Left, ...]
"""What every service has left, asked at about the same moment."""


class NotSettled(Problem):
    """Time ran out. `left` names what remains."""

    def __init__(self, left: Round, seconds: float) -> None:
        self.left = tuple(one for one in left if not one.nothing)
        remains = "; ".join(map(str, self.left)) or "events still come in"
        super().__init__(
            f"not settled after {seconds:.0f} s: {remains}", "see `yinuo status` and `yinuo logs`"
        )


async def settle(running: Running, patience: float = PATIENCE_SECONDS, report: Report = silent) -> None:
    """Return once two rounds running saw nothing left anywhere, and no event came between them.

    `patience` is in seconds. Errors: NotSettled; Problem where a service refuses to say.
    """
    until, before = time.monotonic() + patience, -1
    async with Backlogs(running) as backlogs:
        while True:
            left = await backlogs.read()
            ends = sum(one.end_offsets for one in left)
            settled = all(one.nothing for one in left)
            if settled and ends == before:
                return
            before = ends if settled else -1
            if time.monotonic() > until:
                raise NotSettled(left, patience)
            report("; ".join(str(one) for one in left if not one.nothing) or "settling")
            await asyncio.sleep(POLL_SECONDS)


class Backlogs:
    """Asks every service what it still has to do; one that doesn't answer is said to be silent."""

    def __init__(self, running: Running) -> None:
        self._services = running.services
        url = min(running.services.values())
        headers = bearer(running.token("administrator"))
        self._client = httpx.AsyncClient(headers=headers, **options(url, ANSWER_SECONDS))

    async def __aenter__(self) -> "Backlogs":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def read(self) -> Round:
        """One round. Errors: Problem where a service refuses the token."""
        return tuple(await asyncio.gather(*(self._read(name, url) for name, url in self._services.items())))

    async def _read(self, name: str, url: str) -> Left:
        try:
            answer = await self._client.get(f"{url}/backlog")
        except httpx.TransportError as error:
            return Left(name, silent=f"doesn't answer ({type(error).__name__})")
        if answer.is_server_error:
            return Left(name, silent=f"answers {answer.status_code}")
        if answer.is_error:
            raise Problem(f"{name} refused ({answer.status_code}): {details(answer)[0]}")
        return _left(name, answer.json())


def _left(name: str, found: Mapping[str, Any]) -> Left:
    lag = tuple(found["lag"].items())
    return Left(name, found["outbox"], found["due"], lag, found["end_offsets"])
