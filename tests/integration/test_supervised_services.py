"""Services under the embedded stack's supervisor, with a stand-in for the services."""

import json
import os
import signal
from collections.abc import Iterator

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from services.dev import stack
from services.dev.folder import DataFolder
from services.dev.instant import messages_exist
from services.dev.problem import Problem
from services.dev.readiness import service_answers
from services.dev.supervisor import Supervisor

STAND_IN = """
import http.server, json, os

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"pid": os.getpid(), "environ": sorted(os.environ)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.HTTPServer((os.environ["YINUO_HOST"], int(os.environ["YINUO_PORT"])), Answer).serve_forever()
"""


@pytest.fixture(scope="module")
def infrastructure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.Infrastructure]:
    elsewhere = tmp_path_factory.mktemp("checkout")
    package = elsewhere / "services"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "intake.py").write_text(STAND_IN)
    (package / "assignment.py").write_text("raise SystemExit('no luck today')")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack, "checkout", lambda: elsewhere)
        patch.setenv("YINUO_SOMETHING_PRIVATE", "of the person who types")
        found = stack.start_infrastructure(tmp_path_factory.mktemp("data"))
    yield found
    stack.remove(found.data)


async def asked(url: str) -> dict[str, object]:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer: dict[str, object] = json.loads((await client.get(f"{url}/health/ready")).content)
        return answer


async def test_a_clock_may_be_set_until_the_first_message(infrastructure: stack.Infrastructure) -> None:
    stack.migrate(infrastructure)
    assert not await messages_exist(infrastructure.kafka, infrastructure.admin_url)
    async with AIOKafkaProducer(bootstrap_servers=infrastructure.kafka) as producer:
        await producer.send_and_wait("demand", b"{}", key=b"any")
    assert await messages_exist(infrastructure.kafka, infrastructure.admin_url)


async def test_a_service_gets_its_environment_and_nothing_of_the_callers(
    infrastructure: stack.Infrastructure,
) -> None:
    urls = stack.start_services(infrastructure.data, ["intake"])
    seen = await asked(urls["intake"])
    assert "YINUO_MASTER_KEY" in str(seen["environ"])
    assert "PRIVATE" not in str(seen["environ"])
    assert "ADMIN" not in str(seen["environ"])


async def test_a_killed_service_comes_back(infrastructure: stack.Infrastructure) -> None:
    url = stack.start_services(infrastructure.data, ["intake"])["intake"]
    victim = (await asked(url))["pid"]
    assert isinstance(victim, int)
    os.kill(victim, signal.SIGKILL)
    await service_answers("intake", url)
    assert (await asked(url))["pid"] != victim


def test_a_service_that_keeps_ending_is_named_with_its_last_words(
    infrastructure: stack.Infrastructure,
) -> None:
    with pytest.raises(Problem, match=r"yinuo-assignment keeps ending \(no luck today\)"):
        stack.start_services(infrastructure.data, ["assignment"])
    Supervisor(DataFolder.at(infrastructure.data)).stop(["yinuo-assignment"])
