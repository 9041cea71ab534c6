"""`yinuo directory load` on running services: the units' people go to intake alone."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from services.cli.directory import app
from services.contracts.vocabulary import SERVICES
from services.dev.stack import Infrastructure, start_services
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
