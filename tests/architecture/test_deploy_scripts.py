"""The two scripts of deploy/: secrets for a new installation, and a container's health check."""

import base64
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from services.kit.auth import TokenReader, issue_token

DEPLOY = Path(__file__).parents[2] / "deploy"


def generate(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DEPLOY / "env" / "generate.py"), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read_env(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_generated_secrets_are_whole_private_and_shown_nowhere(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    done = generate(file)
    values = read_env(file)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(values) == list(read_env(DEPLOY / "env" / "example.env"))
    assert len(set(values.values())) == len(values)
    assert not [name for name, value in values.items() if value in done.stdout + done.stderr]


def test_generated_secrets_fit_addresses_and_settings(tmp_path: Path) -> None:
    generate(tmp_path / ".env")
    values = read_env(tmp_path / ".env")
    passwords = [value for name, value in values.items() if name.endswith("_PASSWORD")]
    assert all(re.fullmatch(r"[\w-]{32,}", password) for password in passwords)
    for name in ("YINUO_MASTER_KEY", "YINUO_INDEX_KEY", "YINUO_TRACKING_KEY"):
        assert len(base64.b64decode(values[name], validate=True)) == 32
    token = issue_token(values["YINUO_TOKEN_PRIVATE_KEY"], subject="tester", role="clerk", unit=None)
    assert TokenReader.of(values["YINUO_TOKEN_PUBLIC_KEY"]).staff(token).subject == "tester"


def test_generating_again_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    generate(file)
    before = file.read_bytes()
    assert generate(file).returncode == 1
    assert file.read_bytes() == before


class Answering(BaseHTTPRequestHandler):
    """A service's readiness, as it may answer."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/health/ready" else 404)
        self.end_headers()
        self.wfile.write(b'{"missing": {"postgres": "away"}}')

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture(params=[200, 503])
def ready(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """(port, status) of a server that answers /health/ready."""
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (Answering,), {"status": request.param}))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, request.param
    server.shutdown()
    thread.join()
    server.server_close()


def check_health(port: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DEPLOY / "healthcheck.py")]
    variables_ = {**os.environ, "YINUO_PORT": str(port)}
    return subprocess.run(command, env=variables_, capture_output=True, text=True, check=False)


def test_the_health_check_follows_readiness_and_says_what_is_missing(ready: tuple[int, int]) -> None:
    port, status = ready
    done = check_health(port)
    assert done.returncode == (0 if status == 200 else 1)
    assert ("postgres" in done.stderr) == (status == 503)


def test_the_health_check_fails_where_nothing_listens() -> None:
    assert check_health(1).returncode == 1
