"""A closed loop on POST /demands, run as a process of its own: each connection sends when it is answered.

`python -m services.dev.bench.load URL SECONDS CONNECTIONS` with the adapter's key in YINUO_BENCH_KEY; prints
one line of JSON.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict, dataclass

import uvloop

from services.dev.bench.client import Head, Lane, open_lane
from services.dev.bench.demands import Bodies
from services.dev.bench.figures import percentile

KEY_VARIABLE = "YINUO_BENCH_KEY"


@dataclass(frozen=True, slots=True)
class Load:
    """What a closed loop achieved. `p50` and `p99` in milliseconds; `failed`: other answers than 202."""

    answered: int
    failed: int
    seconds: float
    p50: float
    p99: float
    cpu_seconds: float


class Loop:
    """Sends one request on each lane as soon as the one before is answered, until the time is over."""

    def __init__(self, head: Head, seconds: float, lanes: int) -> None:
        self._head = head
        self._busy = lanes
        self._bodies = Bodies()
        self._number = 0
        self._until = time.perf_counter() + seconds
        self.took: list[float] = []
        self.failed = 0
        self.done = asyncio.Event()

    def send(self, lane: Lane) -> None:
        body = self._bodies.numbered(self._number)
        lane.write(self._head.request(body, b"%s-%08d" % (self._bodies.run, self._number)))
        self._number += 1
        lane.sent_at = time.perf_counter()

    def answered(self, lane: Lane, status: int, _: bytes) -> None:
        now = time.perf_counter()
        self.took.append(now - lane.sent_at)
        self.failed += status != 202
        if now < self._until:
            self.send(lane)
        else:
            self._busy -= 1
            if not self._busy:
                self.done.set()


async def run(url: str, key: str, seconds: float, connections: int) -> Load:
    """Keep `connections` requests in flight for so many seconds."""
    loop = Loop(Head("/demands", key), seconds, connections)
    lanes = [await open_lane(url, loop.answered) for _ in range(connections)]
    began, cpu = time.perf_counter(), time.process_time()
    for lane in lanes:
        loop.send(lane)
    async with asyncio.timeout(seconds + 30):
        await loop.done.wait()
    took = time.perf_counter() - began
    for lane in lanes:
        lane.close()
    return Load(
        len(loop.took),
        loop.failed,
        took,
        1000 * percentile(loop.took, 0.5),
        1000 * percentile(loop.took, 0.99),
        time.process_time() - cpu,
    )


if __name__ == "__main__":
    url, seconds, connections = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(run(url, os.environ[KEY_VARIABLE], float(seconds), int(connections)))
    print(json.dumps(asdict(found)))
