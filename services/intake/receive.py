"""Receive a demand: many requests share one commit, and nobody gets a receipt before it is on disk."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from services.intake.identity import Outcome, Submission
from services.kit.in_time import in_time

GROUP: Final = 200
GATHER_SECONDS: Final = 0.002
"""How long a group waits for company once its first demand is there."""
QUEUED: Final = 20_000
PATIENCE_SECONDS: Final = 3.0
"""A group's commit may take no longer; the same request sent again finds it if it came through after all."""
ATTEMPTS: Final = 8

log = structlog.get_logger(__name__)


class Away(Exception):
    """The store can't be reached, or not in time: the same request succeeds later."""


class Raced(Exception):
    """Another process accepted one of these identities meanwhile: ask again and find it."""


class Demands(Protocol):
    """Where demands are accepted."""

    async def accept(self, group: Sequence[Submission]) -> list[Outcome]:
        """One outcome for each, in order, all in one commit.

        Raises Raced (try again), Away, and for a row that can't be stored whatever the store raises.
        """
        ...


async def accept(demands: Demands, group: Sequence[Submission]) -> list[Outcome | Exception]:
    """Accept a group; a demand that the store refuses takes none of the others with it. Raises Away."""
    try:
        return [*await _accept(demands, group)]
    except Away:
        raise
    except Exception as refused:
        if len(group) == 1:  # handed to the one whose demand it is
            log.error("demand refused by the store", reason=repr(refused), exc_info=refused)
            return [refused]
    middle = len(group) // 2
    return [*await accept(demands, group[:middle]), *await accept(demands, group[middle:])]


async def _accept(demands: Demands, group: Sequence[Submission]) -> list[Outcome]:
    for _ in range(ATTEMPTS):
        try:
            return await in_time(demands.accept(group), PATIENCE_SECONDS)
        except Raced:
            continue
        except TimeoutError as late:
            raise Away("the commit took too long") from late
    raise Away(f"raced by other processes {ATTEMPTS} times")


class Receiver:
    """The queue before the commit. Run `commit_group` over and over, in one task or a few."""

    def __init__(self, demands: Demands) -> None:
        self._demands = demands
        self._waiting: deque[tuple[Submission, asyncio.Future[Outcome]]] = deque()
        self._arrived = asyncio.Event()

    async def receive(self, submission: Submission) -> Outcome:
        """The outcome once it is committed. Raises Away.

        Nobody waits much longer than PATIENCE_SECONDS: while a group can't be committed, nor could the next.
        """
        if len(self._waiting) >= QUEUED:
            raise Away(f"{QUEUED} demands wait already")
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((submission, outcome))
        self._arrived.set()
        return await outcome

    async def commit_group(self) -> int:
        """Wait for demands and commit what is there; how many."""
        group = await self._gather()
        try:
            outcomes = await accept(self._demands, [submission for submission, _ in group])
        except Away as away:
            for _, future in (*group, *self._waiting):
                _settle(future, away)
            self._waiting.clear()
        else:
            for (_, future), outcome in zip(group, outcomes, strict=True):
                _settle(future, outcome)
        return len(group)

    async def _gather(self) -> list[tuple[Submission, asyncio.Future[Outcome]]]:
        while True:
            await self._arrived.wait()
            if len(self._waiting) < GROUP:
                await asyncio.sleep(GATHER_SECONDS)
            group: list[tuple[Submission, asyncio.Future[Outcome]]] = []
            while self._waiting and len(group) < GROUP:
                waiting = self._waiting.popleft()
                if not waiting[1].done():  # a request that was cancelled meanwhile wants no demand
                    group.append(waiting)
            if not self._waiting:
                self._arrived.clear()
            if group:
                return group


def _settle(future: asyncio.Future[Outcome], outcome: Outcome | Exception) -> None:
    """Answer whoever waits, unless he left."""
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
