"""Services stopped, killed, doubled and restarted under load: nothing lost, nothing twice, gone in time."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import psutil
import pytest

from services.contracts.vocabulary import SERVICES, Service
from services.dev.credentials import service_environment
from services.dev.folder import read_json
from services.dev.ports import free_ports
from services.dev.readiness import service_answers
from services.dev.supervisor import checkout
from tests.e2e.conftest import GRACE_SECONDS, Stack, end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
async def test_services_ended_at_several_points_under_load_lose_nothing(
    shared_stack: Stack, number: signal.Signals
) -> None:
    stack = shared_stack
    async with stack.load() as posting:
        await posting.until_accepted(50)
        for service in SERVICES:
            await stack.answers(service)
            await end(stack, [service], number)
            await posting.until_accepted(40)
        await stack.answers(*SERVICES)
        await end(stack, SERVICES, number)
        await posting.until_accepted(40)
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
            await stack.answers(service)
            await end(stack, [service], signal.SIGTERM)
            await posting.until_accepted(50)
        other.process.kill()
        await posting.until_accepted(50)
    await stack.balances(posting.books)
