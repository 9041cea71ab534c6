"""From everything stopped to the first demand assigned; and what the processes hold in memory."""

import asyncio
import subprocess
import sys
import time
from typing import Final

import orjson

from services.contracts.vocabulary import SERVICES
from services.dev import stack
from services.dev.bench.client import Head, open_lane
from services.dev.bench.demands import Bodies
from services.dev.bench.figures import MEMORY, START, Aim, Figure
from services.dev.bench.ground import Ground, TooSlow
from services.dev.processes import process_rows
from services.dev.supervisor import checkout

LOOK_SECONDS: Final = 0.005
PATIENCE_SECONDS: Final = 60.0
MEGABYTE: Final = 1_000_000


def memory(ground: Ground) -> list[Figure]:
    """One figure a process, those it started included."""
    rows = process_rows(ground.data)
    aim = Aim(150, at_most=True)
    return [
        Figure(
            f"{MEMORY}: {row.name}",
            row.resident_bytes / MEGABYTE,
            "MB",
            aim=aim if row.name in SERVICES else None,
        )
        for row in rows
    ]


def measure(ground: Ground, key: str) -> list[Figure]:
    """Stops everything and starts it again on the same data."""
    stack.stop(ground.data, ground.report)
    ground.report("yinuo up, first demand, until it is assigned")
    began = time.perf_counter()
    command = [sys.executable, "-m", "services.cli", "up", "--data", str(ground.data)]
    subprocess.run(command, cwd=checkout(), capture_output=True, check=True)
    up = time.perf_counter() - began
    asyncio.run(first_case(ground, key))
    took = time.perf_counter() - began
    aim = Aim(15, at_most=True)
    return [Figure(START, took, "s", aim=aim), Figure(f"{START}: of which `yinuo up`", up, "s")]


async def first_case(ground: Ground, key: str) -> None:
    """Post one demand and wait for its case. Raises TooSlow."""
    answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
    lane = await open_lane(
        ground.running.service_url("intake"), lambda _, status, body: answered.set_result((status, body))
    )
    bodies = Bodies()
    lane.write(Head("/demands", key).request(bodies.numbered(0), bodies.run))
    status, body = await answered
    lane.close()
    if status != 202:
        raise TooSlow(f"the first demand was answered with {status}")
    receipt, until = orjson.loads(body)["receipt"], time.perf_counter() + PATIENCE_SECONDS
    async with ground.admin() as connection:
        while not await connection.fetchval("SELECT true FROM assignment.cases WHERE receipt = $1", receipt):
            if time.perf_counter() > until:
                raise TooSlow(f"{receipt} isn't assigned")
            await asyncio.sleep(LOOK_SECONDS)
