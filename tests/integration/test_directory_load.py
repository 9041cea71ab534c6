"""`yinuo directory load` on running services: the units' people go to intake alone."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from services.assignment.directory_files import read_folder
from services.cli.directory import app
from services.contracts.vocabulary import SERVICES
from services.dev.http import bearer
from services.dev.problem import Problem
from services.dev.running import Running
from services.dev.stack import Infrastructure, start_services
from tests.intake_process import free_port
from tests.service_process import own_stack

FENGXIAN = Path(__file__).parents[2] / "examples" / "fengxian"


@pytest.fixture(scope="module")
def stack() -> Iterator[Infrastructure]:
    with own_stack() as started:
        start_services(started.data, ["assignment", "intake"])
        yield started


@pytest.fixture(autouse=True)
def deployed(stack: Infrastructure, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment says where the services are, as for a deployed stack."""
    for service in SERVICES:
        monkeypatch.setenv(f"YINUO_{service.upper()}_URL", f"http://127.0.0.1:{stack.ports[service]}")
    monkeypatch.setenv("YINUO_KAFKA", stack.kafka)
    monkeypatch.setenv("YINUO_AUDIT_URL", "postgresql://nobody@localhost/nothing")
    monkeypatch.setenv("YINUO_TOKEN_PRIVATE_KEY", stack.secrets["YINUO_TOKEN_PRIVATE_KEY"])


def load(folder: Path) -> tuple[int, Any]:
    result = CliRunner().invoke(app, ["load", str(folder), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


async def fetch(stack: Infrastructure, sql: str) -> Any:
    connection = await asyncpg.connect(stack.admin_url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_the_folder_s_contacts_go_to_intake_and_into_no_directory(stack: Infrastructure) -> None:
    status, said = load(FENGXIAN)
    assert (status, said["staff_contacts"]["contacts"], said["staff_contacts"]["units"]) == (0, 5, 4)
    kept = "SELECT string_agg(content::text, '') FROM assignment.directories"
    sent = "SELECT coalesce(string_agg(convert_from(value, 'UTF8'), ''), '') FROM assignment.outbox"
    directory = await fetch(stack, kept) + await fetch(stack, sent)
    assert "水务局" in directory or "水利局" in directory
    rows = (FENGXIAN / "contacts.csv").read_text(encoding="utf-8").splitlines()[1:]
    values = {cell for row in rows for cell in row.split(",")[1:] if cell and cell != "wechat"}
    assert len(values) > 10
    assert [value for value in values if value in directory] == []
    assert await fetch(stack, "SELECT count(*) FROM intake.staff_contacts") == 7


async def test_a_faulty_contact_keeps_the_directory_out_too(stack: Infrastructure, tmp_path: Path) -> None:
    folder = shutil.copytree(FENGXIAN, tmp_path / "county")
    with (folder / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write("county,某人,9131-77,,,\n")
    (folder / "authority.yaml").write_text(
        (folder / "authority.yaml").read_text(encoding="utf-8").replace("凤县", "另县"), encoding="utf-8"
    )
    count = "SELECT count(*) FROM assignment.directories"
    before = await fetch(stack, count)
    status, said = load(folder)
    [problem] = said["problems"]
    assert (status, problem["file"], problem["row"], problem["column"]) == (1, "contacts.csv", 7, "phone")
    assert "9131" not in json.dumps(said)
    assert await fetch(stack, count) == before


async def test_a_folder_without_the_file_leaves_the_list_as_it_is(
    stack: Infrastructure, tmp_path: Path
) -> None:
    folder = shutil.copytree(FENGXIAN, tmp_path / "county")
    load(folder)
    (folder / "contacts.csv").unlink()
    before = await fetch(stack, "SELECT count(*) FROM intake.staff_contact_loads")
    status, said = load(folder)
    assert (status, "staff_contacts" in said) == (0, False)
    assert await fetch(stack, "SELECT count(*) FROM intake.staff_contact_loads") == before


def changed(folder: Path, name: str) -> Path:
    """The county's folder with another name of the authority."""
    shutil.copytree(FENGXIAN, folder)
    text = (folder / "authority.yaml").read_text(encoding="utf-8")
    (folder / "authority.yaml").write_text(text.replace("凤县", name), encoding="utf-8")
    return folder


def stopped(folder: Path) -> Problem:
    problem = CliRunner().invoke(app, ["load", str(folder), "--json"]).exception
    assert isinstance(problem, Problem), problem
    return problem


LOADS = """
SELECT (SELECT count(*) FROM assignment.directories) || ' '
    || (SELECT count(*) FROM intake.staff_contact_loads)
"""


async def test_with_intake_down_neither_part_goes_in(
    stack: Infrastructure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await fetch(stack, LOADS)
    monkeypatch.setenv("YINUO_INTAKE_URL", f"http://127.0.0.1:{free_port()}")
    assert "intake doesn't answer" in stopped(changed(tmp_path / "county", "丙县")).what
    assert await fetch(stack, LOADS) == before


class LosesThePeople(BaseHTTPRequestHandler):
    """An intake that checks a list and goes away before it takes it."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Silence."""


@pytest.fixture
def losing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), LosesThePeople) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def test_what_is_in_and_how_to_finish_is_said_where_intake_goes_away_meanwhile(
    stack: Infrastructure, tmp_path: Path, losing: str
) -> None:
    folder = changed(tmp_path / "county", "丁县")
    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setenv("YINUO_INTAKE_URL", losing)
        problem = await asyncio.to_thread(stopped, folder)
    version = await fetch(stack, "SELECT max(version) FROM assignment.directories")
    assert f"the directory is in, as version {version}" in problem.what
    assert "contacts.csv may not be" in problem.what
    assert "run the same command again" in problem.remedy
    status, said = load(folder)
    assert (status, said["answer"]["identical"], said["staff_contacts"]["contacts"]) == (0, True, 5)


async def test_a_directory_is_checked_like_one_that_is_loaded_and_changes_nothing(
    stack: Infrastructure, tmp_path: Path
) -> None:
    folder = changed(tmp_path / "county", "戊县")
    before = await fetch(stack, LOADS)
    url = f"http://127.0.0.1:{stack.ports['assignment']}"
    token = Running.find(tmp_path).token("administrator")
    directory = read_folder(folder).directory.model_dump(mode="json", by_alias=True)
    async with httpx.AsyncClient(base_url=url, headers=bearer(token)) as http:
        sound = await http.post("/directory/check", json=directory)
        directory["routes"][0]["unit"] = "moon"
        faulty = await http.post("/directory/check", json=directory)
    assert (sound.status_code, sound.json()["identical"]) == (200, False)
    [problem] = faulty.json()["problems"]
    assert (faulty.status_code, problem["file"], problem["row"]) == (422, "routes.csv", 2)
    assert await fetch(stack, LOADS) == before
