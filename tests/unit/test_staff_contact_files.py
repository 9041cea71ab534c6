"""contacts.csv: every problem with row, column and remedy, and no value of it ever shown."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.directory import app
from services.cli.staff_contacts import COLUMNS, ContactReading, read_contacts
from tests.unit.directory_samples import written

HEADER = ",".join(COLUMNS)
EXAMPLES = Path(__file__).parents[2] / "examples"


def read(folder: Path, *rows: str, header: str = HEADER) -> ContactReading:
    (folder / "contacts.csv").write_text("\n".join((header, *rows)), encoding="utf-8-sig")
    return read_contacts(folder, {"county", "petition"}.__contains__)


def test_a_folder_without_the_file_has_no_list(tmp_path: Path) -> None:
    assert read_contacts(tmp_path, set().__contains__) == ContactReading()


def test_names_stay_in_the_file_and_blank_rows_are_skipped(tmp_path: Path) -> None:
    found = read(tmp_path, "county,甲某,12000000001,,,", ",,,,,", "petition,乙某,,,wechat,wx1")
    assert (found.there, found.problems) == (True, [])
    assert [one.model_dump(exclude_none=True) for one in found.contacts] == [
        {"unit": "county", "phone": "12000000001"},
        {"unit": "petition", "channel": "wechat", "author_ref": "wx1"},
    ]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",甲某,12000000001,,,", "unit"),
        ("moon,甲某,12000000001,,,", "unit"),
        ("county,甲某,9131-77,,,", "phone"),
        ("county,甲某,,secret,,", "email"),
        ("county,甲某,,,pigeon,secret", "channel"),
        ("county,甲某,,,wechat,", "author_ref"),
        ("county,甲某,,,,", "phone"),
        ("county,甲某,12000000001", None),
    ],
)
def test_a_faulty_row_is_named_without_its_value(tmp_path: Path, row: str, column: str | None) -> None:
    found = read(tmp_path, "county,甲某,12000000009,,,", row)
    assert [(one.file, one.row, one.column) for one in found.problems] == [("contacts.csv", 3, column)]
    told = found.problems[0].model_dump_json()
    assert found.problems[0].remedy
    assert [secret for secret in ("12000000001", "9131", "secret", "甲某") if secret in told] == []


@pytest.mark.parametrize("header", ["unit,phone", HEADER + ",phone", HEADER.replace("email", "mail")])
def test_another_header_is_refused(tmp_path: Path, header: str) -> None:
    [problem] = read(tmp_path, header=header).problems
    assert (problem.row, HEADER in problem.remedy) == (1, True)


def test_what_is_no_csv_is_named(tmp_path: Path) -> None:
    assert [one.what for one in read(tmp_path, 'county,"open').problems] == ["不是有效的 CSV"]


def test_the_check_of_a_folder_tells_its_problems_too(tmp_path: Path) -> None:
    read(written(tmp_path), "county,甲某,9131-77,,,")
    result = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stdout.startswith("contacts.csv 第 2 行 phone 列：")
    assert CliRunner().invoke(app, ["load", str(tmp_path)]).exit_code == 1


def test_the_example_is_sound() -> None:
    result = CliRunner().invoke(app, ["check", str(EXAMPLES / "fengxian")])
    assert (result.exit_code, "工作人员联系方式 5" in result.stdout) == (0, True)
