"""Faust's share alone: our worker takes the run's events in batches and does nothing with them.

`python -m services.dev.bench.take BOOTSTRAP EVENTS` prints one line of JSON.
"""

import asyncio
import json
import math
import sys
import time
from collections.abc import Sequence
from typing import Any, Final, cast

import uvloop

from services.dev.bench.end_to_end import TOPICS
from services.kit.dead_letters import Letter
from services.kit.stream import build_worker, working

BATCH: Final = 1000
PATIENCE_SECONDS: Final = 120


class Counter:
    """In the place of the consumers: counts what comes after the first batch, and how long it takes."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._began = self._ended = 0.0
        self._counted = 0
        self.done = asyncio.Event()

    async def apply(self, letters: Sequence[Letter]) -> None:
        self._ended = time.perf_counter()
        self._began = self._began or self._ended
        self._counted += len(letters) if self._ended > self._began else 0
        self._left -= len(letters)
        if self._left <= 0:
            self.done.set()

    def rate(self) -> float:
        """Events a second after the first batch."""
        return self._counted / (self._ended - self._began) if self._counted else math.nan


async def run(bootstrap: str, most: int) -> float:
    """Take at least `most` events."""
    counter = Counter(most)
    consumers = cast("Any", dict.fromkeys(TOPICS, counter))
    worker = build_worker(cast("Any", "bench"), bootstrap, consumers, BATCH)
    async with working(worker, 5.0), asyncio.timeout(PATIENCE_SECONDS):
        await counter.done.wait()
    return counter.rate()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps({"rate": runner.run(run(sys.argv[1], int(sys.argv[2])))}))
