"""Demands end to end: from a batch's first byte until each has its case and limits and is counted."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import orjson

from services.dev.bench.client import Head, open_lane
from services.dev.bench.demands import Bodies
from services.dev.bench.ground import Ground, TooSlow, applied, until_applied
from services.dev.bench.scale import Scale

TOPICS: Final = ("demand", "case", "supervision")
"""One event of each demand goes into each: three facts."""
PIECE_BYTES: Final = 64 * 1024
ACCEPTED: Final = b'"status":202'


async def measure(ground: Ground, scale: Scale, key: str) -> float:
    """Demands a second through all four services, which must have nothing else to do."""
    bodies = Bodies()
    lines = [bodies.numbered(number) + b"\n" for number in range(scale.demands)]
    shares = [lines[start :: scale.streams] for start in range(scale.streams)]
    async with ground.admin() as connection:
        before = await applied(connection, TOPICS)
        began = time.perf_counter()
        watch = asyncio.create_task(
            until_applied(connection, TOPICS, before + len(TOPICS) * len(lines), ground.progress)
        )
        url = ground.running.service_url("intake")
        accepted = sum(await asyncio.gather(*(stream(url, key, share) for share in shares)))
        ground.progress(f"{accepted:,} accepted after {time.perf_counter() - began:.1f} s")
        await watch
        took = time.perf_counter() - began
        await check(connection, bodies.run.decode(), scale.demands)
    return scale.demands / took


async def stream(url: str, key: str, lines: Sequence[bytes]) -> int:
    """Send lines through POST /demands/batch until all are accepted; how many there were.

    A line answered with 503 is sent again, as an adapter would. Raises TooSlow for any other refusal.
    """
    left = lines
    while left:
        answers = await batch(url, key, left)
        again = [one["line"] for one in answers.others if one["status"] == 503]
        if answers.accepted + len(again) < len(left):
            raise TooSlow(f"{answers.accepted} of {len(left)} lines accepted; others: {answers.others[:3]}")
        left = [left[number - 1] for number in again]
    return len(lines)


async def batch(url: str, key: str, lines: Sequence[bytes]) -> "Answers":
    """One request with these lines."""
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    answers = Answers()
    lane = await open_lane(url, lambda _, status, __: done.set_result(status), answers.take)
    lane.write(Head("/demands/batch", key, b"application/x-ndjson").chunked())
    for piece in pieces(lines):
        lane.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await lane.room()
    lane.write(b"0\r\n\r\n")
    await done
    lane.close()
    return answers


def pieces(lines: Sequence[bytes]) -> list[bytes]:
    """Lines joined to pieces of about PIECE_BYTES."""
    joined = b"".join(lines)
    return [joined[start : start + PIECE_BYTES] for start in range(0, len(joined), PIECE_BYTES)]


class Answers:
    """A streamed answer: how many lines were accepted, and what was said to the others."""

    def __init__(self) -> None:
        self.accepted = 0
        self.others: list[dict[str, Any]] = []
        self._rest = b""

    def take(self, piece: bytes) -> None:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            if ACCEPTED in line:
                self.accepted += 1
            else:
                self.others.append(orjson.loads(line))


async def check(connection: asyncpg.Connection, run: str, demands: int) -> None:
    """Each demand has its case with unit and post, two limits and three facts. Raises TooSlow."""
    found = await connection.fetchrow(
        """
        WITH sent AS (SELECT demand_id FROM intake.demands WHERE external_id LIKE $1 || '-%')
        SELECT (SELECT count(*) FROM sent) AS demands,
               (SELECT count(*) FROM assignment.cases JOIN sent USING (demand_id)
                WHERE unit <> '' AND post <> '') AS cases,
               (SELECT count(*) FROM supervision.limits JOIN sent USING (demand_id)
                WHERE due_at IS NOT NULL) AS limits,
               (SELECT count(*) FROM reporting.facts JOIN sent USING (demand_id)
                WHERE kind IN ('registered', 'assigned', 'limits_set')) AS facts
        """,
        run,
    )
    counts = tuple(found or ())
    if counts != (demands, demands, 2 * demands, 3 * demands):
        raise TooSlow(f"{demands} demands sent; demands, cases, limits, facts: {counts}")
