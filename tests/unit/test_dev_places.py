"""Jars, PostgreSQL's place, leftover processes, logs and the table of commands."""

import hashlib
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from services.cli.__main__ import TABLE
from services.cli.stack import log_files
from services.dev import jars, leftovers, postgres_place
from services.dev.folder import DataFolder, own_folder
from services.dev.instant import parse_instant
from services.dev.kafka import arguments_file
from services.dev.problem import Problem
from services.dev.running import Running


def test_every_jar_of_the_list_has_a_digest_and_stands_once() -> None:
    listed = jars.parse_list(jars.pinned_list().read_text(encoding="utf-8"))
    assert len({jar.file for jar in listed}) == len(listed) > 40
    assert all(len(bytes.fromhex(jar.sha256)) == hashlib.sha256().digest_size for jar in listed)


def test_the_list_names_no_address() -> None:
    assert "://" not in jars.pinned_list().read_text(encoding="utf-8")


def test_a_jar_with_one_other_byte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a-1.jar"
    path.write_bytes(b"jar")
    jar = jars.Jar("a", "1", jars.digest(path))
    jars.verify([jar], [path])
    path.write_bytes(b"jaR")
    with pytest.raises(Problem, match=r"a-1\.jar"):
        jars.verify([jar], [path])


def test_the_jvm_options_keep_blanks_and_quotes_in_paths() -> None:
    assert arguments_file([Path('/a "b"/c.jar')], None).splitlines()[-1] == '"/a \\"b\\"/c.jar"'


@pytest.mark.parametrize(
    ("mode", "owner", "group", "enters"),
    [
        (0o755, 0, 0, True),
        (0o700, 0, 0, False),
        (0o700, 7, 0, True),
        (0o710, 0, 7, True),
        (0o077, 7, 7, False),
    ],
)
def test_a_folder_can_be_entered_by_owner_group_or_others(
    mode: int, owner: int, group: int, enters: bool
) -> None:
    found = os.stat_result((stat.S_IFDIR | mode, 0, 0, 0, owner, group, 0, 0, 0, 0))
    assert postgres_place.may_enter(found, uid=7, gid=7) is enters


def test_a_folder_that_somebody_else_made_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(Problem, match="belongs to another user"):
        own_folder(tmp_path)


def test_a_process_that_only_bears_a_recorded_id_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n")
    leftovers.end_postmaster(tmp_path)
    assert not leftovers.is_ours(psutil.Process(), DataFolder.at(tmp_path))


def test_an_ended_process_is_gone_even_before_its_parent_takes_note() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = psutil.Process(child.pid)
        assert not leftovers.is_gone(process)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert leftovers.is_gone(process)


def test_an_instant_needs_its_offset() -> None:
    assert parse_instant("2021-03-01T08:00+08:00") == datetime(2021, 3, 1, tzinfo=UTC)
    with pytest.raises(Problem, match="no offset"):
        parse_instant("2021-03-01T08:00")
    with pytest.raises(Problem, match="no instant"):
        parse_instant("Monday")


def test_where_nothing_runs_the_remedy_is_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="yinuo up --data"):
        Running.find(tmp_path)


def test_logs_are_named_as_status_names_the_processes(tmp_path: Path) -> None:
    folder = DataFolder.at(tmp_path)
    folder.create()
    for name in ("kafka.log", "yinuo-intake.log"):
        (folder.logs / name).touch()
    assert [file.name for file in log_files(tmp_path, "intake")] == ["yinuo-intake.log"]
    with pytest.raises(Problem, match="there are: kafka, intake"):
        log_files(tmp_path, "kafak")


def test_every_command_of_this_build_loads() -> None:
    for line in TABLE:
        if line.exists():
            assert line.load().name == line.name
