"""Services stopped, killed, doubled and restarted under load: nothing lost, nothing twice, gone in time."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import psutil
import pytest

from services.contracts.vocabulary import SERVICES, Service
from services.dev.credentials import service_environment
from services.dev.folder import read_json
from services.dev.leftovers import is_gone
from services.dev.ports import free_ports
from services.dev.readiness import service_answers
from services.dev.supervisor import checkout
from tests.e2e.conftest import Stack

GRACE_SECONDS = 10


async def _gone(stack: Stack, process: psutil.Process, seconds: float) -> None:
    async def ask() -> bool:
        return await asyncio.to_thread(is_gone, process)

    async with asyncio.timeout(seconds):
        await stack.eventually(f"process {process.pid}", ask)


async def _signal(stack: Stack, services: Sequence[Service], number: signal.Signals) -> None:
    """Send a signal to running services; each is gone in time. The supervisor starts them again."""
    await stack.answers(*services)
    victims = [psutil.Process(stack.pid(service)) for service in services]
    for victim in victims:
        victim.send_signal(number)
    await asyncio.gather(*(_gone(stack, victim, GRACE_SECONDS) for victim in victims))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
async def test_services_ended_at_several_points_under_load_lose_nothing(
    shared_stack: Stack, number: signal.Signals
) -> None:
    stack = shared_stack
    async with stack.load() as posting:
        await posting.until_accepted(50)
        for service in SERVICES:
            await _signal(stack, [service], number)
            await posting.until_accepted(40)
        await _signal(stack, SERVICES, number)
        await posting.until_accepted(40)
    await stack.balances(posting.books)


@pytest.mark.parametrize("away", [("kafka",), ("postgres",), ("kafka", "postgres")], ids=" and ".join)
async def test_every_service_stops_in_time_whatever_is_down(
    shared_stack: Stack, away: tuple[str, ...]
) -> None:
    stack = shared_stack
    await stack.answers(*SERVICES)
    async with stack.load() as posting:
        await posting.until_accepted(50)
        victims = [psutil.Process(stack.pid(service)) for service in SERVICES]
        await asyncio.to_thread(stack.supervisor.stop, away)
        try:
            await asyncio.sleep(1)  # they notice, and are in the middle of trying again
            for victim in victims:
                victim.terminate()
            await asyncio.gather(*(_gone(stack, victim, GRACE_SECONDS) for victim in victims))
        finally:
            stack.supervisor.start(away)
        await stack.answers(*away, *SERVICES)
    await stack.balances(posting.books)


@dataclass(frozen=True, slots=True)
class Second:
    """A second process of a service, beside the supervised one."""

    service: Service
    process: psutil.Popen
    url: str

    async def has_applied(self) -> bool:
        """Whether it got a share of the partitions and applied events of them."""
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            text = (await http.get(f"{self.url}/metrics")).text
        applied = re.findall(r"^yinuo_events_applied_total{.*} (\S+)$", text, re.MULTILINE)
        return any(float(count) for count in applied)


@asynccontextmanager
async def _second(stack: Stack, service: Service) -> AsyncIterator[Second]:
    """Start a second process of a service; stopped in the end."""
    ports = {**read_json(stack.running.data / "stack.json")["ports"], service: free_ports()[service]}
    environment = service_environment(service, stack.running.secrets, ports)
    with (stack.running.data / "logs" / f"second-{service}.log").open("w") as log:
        process = psutil.Popen(
            [sys.executable, "-m", f"services.{service}"],
            cwd=checkout(),
            env={"PATH": os.defpath, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{ports[service]}"
        await service_answers(f"second {service}", url)
        yield Second(service, process, url)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, GRACE_SECONDS)


async def test_two_workers_of_a_service_and_a_rolling_restart_lose_nothing(shared_stack: Stack) -> None:
    stack = shared_stack
    async with (
        stack.load() as posting,
        _second(stack, "assignment") as one,
        _second(stack, "reporting") as other,
    ):
        await stack.eventually("the second assignment's share", one.has_applied)
        await stack.eventually("the second reporting's share", other.has_applied)
        for service in ("assignment", "reporting"):
            await _signal(stack, [service], signal.SIGTERM)
            await posting.until_accepted(50)
        other.process.kill()
        await posting.until_accepted(50)
    await stack.balances(posting.books)
