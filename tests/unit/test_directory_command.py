"""`yinuo directory check`: all problems, or how much there is."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.assignment.directory import DirectoryProblem
from services.cli.directory import app, problem_line
from services.dev.problem import Problem
from tests.unit.directory_samples import FILES, written

RUNNER = CliRunner()
TWO_PROBLEMS = FILES["posts.csv"].replace("county_leader", "king") + "second,局长,county,\n"


def test_a_sound_folder_is_summed_up(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["check", str(written(tmp_path))])
    assert result.exit_code == 0
    assert "单位 2" in result.stdout


def test_every_problem_is_printed_and_the_exit_status_is_1(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["check", str(written(tmp_path, posts=TWO_PROBLEMS))])
    assert result.exit_code == 1
    assert [line.split("：")[0] for line in result.stdout.splitlines()] == [
        "posts.csv 第 2 行 tier 列",
        "posts.csv 第 3 行 tier 列",
    ]


def test_json_carries_every_problem_with_its_remedy(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["check", str(written(tmp_path, posts=TWO_PROBLEMS)), "--json"])
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert document["ok"] is False
    assert [(one["row"], one["column"]) for one in document["problems"]] == [(2, "tier"), (3, "tier")]
    assert all(one["remedy"] for one in document["problems"])


def test_json_of_a_sound_folder_carries_the_counts(tmp_path: Path) -> None:
    document = json.loads(RUNNER.invoke(app, ["check", str(written(tmp_path)), "--json"]).stdout)
    assert document["ok"] is True
    assert document["counts"]["places"] == 1


def test_contacts_are_looked_at_though_the_directory_has_problems(tmp_path: Path) -> None:
    folder = written(tmp_path, posts=TWO_PROBLEMS)
    header = "unit,person,phone,email,channel,author_ref"
    rows = (header, "moon,甲某,12000000001,,,", "county,乙某,9131-77,,,")
    (folder / "contacts.csv").write_text("\n".join(rows), encoding="utf-8")
    document = json.loads(RUNNER.invoke(app, ["check", str(folder), "--json"]).stdout)
    assert [(one["file"], one["row"]) for one in document["problems"]] == [
        ("posts.csv", 2),
        ("posts.csv", 3),
        ("contacts.csv", 2),
        ("contacts.csv", 3),
    ]


def test_what_is_no_folder_is_said_in_one_line(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["check", str(tmp_path / "nowhere")])
    assert isinstance(result.exception, Problem)


def test_nothing_is_loaded_while_there_are_problems(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["load", str(written(tmp_path, posts=TWO_PROBLEMS))])
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("row", "column", "start"),
    [(3, "post", "units.csv 第 3 行 post 列："), (None, None, "units.csv：")],
)
def test_a_problem_is_one_line(row: int | None, column: str | None, start: str) -> None:
    problem = DirectoryProblem(file="units.csv", row=row, column=column, what="错", remedy="改")
    assert problem_line(problem) == f"{start}错。办法：改"
