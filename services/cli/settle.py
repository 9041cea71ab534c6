"""`yinuo settle`: wait until outboxes, lags and due rows are empty."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console
from typer import Option

from services.cli.http import bearer, details, options
from services.cli.problem import Problem
from services.cli.running import Running
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


def app(
    data: Annotated[Path, Option("--data", help="The data folder of the stack.")] = Path(".yinuo"),
    timeout: Annotated[float, Option(help="Give up after so many seconds.")] = PATIENCE_SECONDS,
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
) -> None:
    """Wait until outboxes, lags and due rows are empty; when time runs out, name what remains and exit 1."""
    began = time.monotonic()
    left: Round = ()
    try:
        with Console(stderr=True).status("settling") as status:
            asyncio.run(settle(Running.find(data), timeout, status.update))
    except NotSettled as unsettled:
        if not as_json:
            raise
        left = unsettled.left
    seconds = round(time.monotonic() - began, 3)
    if as_json:
        print(json.dumps({"settled": not left, "seconds": seconds, "left": [str(one) for one in left]}))
    else:
        print(f"已全部处理完毕，用时 {seconds:.1f} 秒")
    raise typer.Exit(1 if left else 0)


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
