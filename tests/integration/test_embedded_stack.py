"""The embedded stack as `yinuo` runs it: Kafka and PostgreSQL, without the services."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from services.dev import stack
from services.dev.leftovers import is_gone
from services.dev.readiness import kafka_answers, postgres_answers
from services.dev.running import Running
from services.dev.supervisor import checkout

PATIENCE_SECONDS = 60


def yinuo(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.cli", *arguments, "--data", str(data)]
    return subprocess.run(command, cwd=checkout(), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("stack")
    started = yinuo(folder, "up", "--free-ports", "--only-infrastructure")
    assert started.returncode == 0, started.stderr
    yield folder
    stack.remove(folder)


def rows(data: Path) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(yinuo(data, "status", "--json").stdout)}


def eventually(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.2)


def all_running(data: Path) -> bool:
    return all(row["state"] == "RUNNING" for row in rows(data).values())


def test_status_lists_every_process_with_its_resident_bytes(data: Path) -> None:
    eventually(lambda: all_running(data))
    found = rows(data)
    assert set(found) == {"kafka", "postgres"}
    assert all(row["resident_bytes"] > 10_000_000 and row["port"] and row["pid"] for row in found.values())
    assert yinuo(data, "status").returncode == 0


def test_another_up_on_a_running_stack_changes_nothing(data: Path) -> None:
    before = {name: row["pid"] for name, row in rows(data).items()}
    assert yinuo(data, "up", "--only-infrastructure").returncode == 0
    assert {name: row["pid"] for name, row in rows(data).items()} == before


@pytest.mark.parametrize("name", ["postgres", "kafka"])
async def test_what_is_killed_comes_back(data: Path, name: str) -> None:
    eventually(lambda: all_running(data))
    victim = rows(data)[name]["pid"]
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: rows(data)[name]["pid"] not in (0, victim))
    running = Running.find(data)
    await (postgres_answers(running.admin_url) if name == "postgres" else kafka_answers(running.kafka))


async def test_the_database_knows_chinese_letters_and_keeps_utc(data: Path) -> None:
    connection = await asyncpg.connect(Running.find(data).admin_url)
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert await connection.fetchval("SELECT cardinality(show_trgm('自来水'))") > 0
        assert await connection.fetchval("SHOW timezone") == "UTC"
        assert await connection.fetchval("SHOW password_encryption") == "scram-sha-256"
    finally:
        await connection.close()


def test_what_a_killed_supervisor_left_is_ended_by_the_next_up(data: Path) -> None:
    orphans = [psutil.Process(row["pid"]) for row in rows(data).values()]
    os.kill(int((data / "supervisord.pid").read_text()), signal.SIGKILL)
    again = yinuo(data, "up", "--only-infrastructure")
    assert again.returncode == 0, again.stderr
    assert all(map(is_gone, orphans))


def test_secrets_in_the_folder_are_readable_by_their_owner_only(data: Path) -> None:
    for name in ("secrets.env", "supervisord.conf", "stack.json"):
        assert (data / name).stat().st_mode & 0o077 == 0


def test_nobody_else_may_look_at_what_kafka_and_postgres_keep_or_log(data: Path) -> None:
    for folder in (data / "logs", data / "kafka"):
        assert folder.stat().st_mode & 0o077 == 0
    logs = [path for path in (data / "logs").iterdir() if path.is_file()]
    assert {"kafka.log", "postgres.log"} <= {path.name for path in logs}
    assert [path.name for path in logs if path.stat().st_mode & 0o077] == []
    home = Path(json.loads((data / "postgres.json").read_text())["home"])
    assert (home / "data").stat().st_mode & 0o077 == 0


def test_a_clear_word_instead_of_a_traceback_where_nothing_runs(tmp_path: Path) -> None:
    found = yinuo(tmp_path / "nothing", "status")
    assert (found.returncode, found.stderr.count("\n")) == (1, 1)
    assert "yinuo up --data" in found.stderr


def test_down_leaves_no_process(data: Path) -> None:
    left = [psutil.Process(row["pid"]) for row in rows(data).values()]
    left += [child for process in left for child in process.children(recursive=True)]
    left.append(psutil.Process(int((data / "supervisord.pid").read_text())))
    assert yinuo(data, "down").returncode == 0
    assert all(map(is_gone, left))
