"""Serve an API with uvicorn until SIGTERM, and be gone in time whatever else is down."""

import gc
import os
import socket
import threading
from collections.abc import Callable
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from services.kit.settings import ProcessSettings

log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    """After the first signal a graceful stop has `stop_timeout` seconds; then the process ends hard.

    A hard end is safe: what wasn't committed is not acknowledged either, and comes again.
    """

    stop_timeout: float = 8.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _spare_the_collector()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            timer = threading.Timer(self.stop_timeout, _end_hard)
            timer.daemon = True
            timer.start()
        super().handle_exit(sig, frame)


def _spare_the_collector() -> None:
    """What is there at the start stays: walking over it again and again took a seventh of intake's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _end_hard() -> None:
    log.warning("graceful stop took too long, ending hard")
    os._exit(0)


def serve(build: Callable[[], FastAPI], settings: ProcessSettings) -> None:
    """Build the API on the server's own event loop, and serve it until stopped."""
    server = _Server(
        uvicorn.Config(
            build,
            factory=True,
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=3,
            timeout_keep_alive=30,
            backlog=2048,
        )
    )
    server.stop_timeout = settings.stop_timeout
    server.run()
