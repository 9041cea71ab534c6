"""POST /demands with one intake process, beside a bare echo: both by turns, with the same load."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Final

from services.dev.bench.figures import POST, Aim, Figure
from services.dev.bench.ground import Ground, TooSlow
from services.dev.bench.load import KEY_VARIABLE, Load
from services.dev.bench.scale import Scale
from services.dev.ports import free_ports, is_taken
from services.dev.supervisor import checkout

ECHO: Final = "bare FastAPI echo of the same model"
UP_SECONDS: Final = 15.0
WARM_SECONDS: Final = 0.5


def measure(ground: Ground, scale: Scale, key: str) -> list[Figure]:
    """Needs a stack of which intake alone runs."""
    intake = ground.running.service_url("intake")
    ours: list[Load] = []
    echo: list[Load] = []
    with echoing() as bare:
        for url in (bare, intake):
            load(url, key, WARM_SECONDS, scale.post_connections)
        for turn in range(1, scale.rounds + 1):
            for what, url, found in (("the echo", bare, echo), ("POST /demands", intake, ours)):
                ground.report(f"{what}, {scale.post_connections} connections, round {turn}")
                found.append(load(url, key, scale.post_seconds, scale.post_connections))
    return figures(ours, echo)


def figures(ours: Sequence[Load], echo: Sequence[Load]) -> list[Figure]:
    """Medians over the rounds. Raises TooSlow when an answer was no acceptance."""
    if failed := sum(one.failed for one in (*ours, *echo)):
        raise TooSlow(f"{failed} requests were refused")
    rate, limit = (median(one.answered / one.seconds for one in side) for side in (ours, echo))
    p99, echo_p99 = (median(one.p99 for one in side) for side in (ours, echo))
    return [
        Figure(POST, rate, "requests/s", ECHO, limit),
        Figure(f"{POST}: share of the echo", rate / limit, "of 1", ECHO, 1.0, Aim(0.6)),
        Figure(f"{POST}: p99", p99, "ms", ECHO, echo_p99),
    ]


def load(url: str, key: str, seconds: float, connections: int) -> Load:
    """One closed loop, in a process of its own."""
    command = [sys.executable, "-m", "services.dev.bench.load", url, str(seconds), str(connections)]
    done = subprocess.run(
        command,
        cwd=checkout(),
        env={**os.environ, KEY_VARIABLE: key},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Load(**json.loads(done.stdout))


@contextmanager
def echoing() -> Iterator[str]:
    """The bare app in a process of its own; its address."""
    port = free_ports()["intake"]
    process = subprocess.Popen([sys.executable, "-m", "services.dev.bench.echo", str(port)], cwd=checkout())
    try:
        until = time.monotonic() + UP_SECONDS
        while not is_taken(port):
            if process.poll() is not None or time.monotonic() > until:
                raise TooSlow("the echo doesn't start")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
