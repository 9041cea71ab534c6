"""The spreadsheet on disk: written, it is read again as it was."""

from datetime import datetime
from pathlib import Path

import pytest

from services.assignment.project_labels import DirectoryLabels
from services.assignment.project_sheet import HEADINGS, KNOWN_BY_THE_SYSTEM, SheetRow, read_row, row_of
from services.cli.projects import cell_text, problem_line, write_sheet
from services.dev.table_files import read_rows
from tests.project_fakes import plan
from tests.unit.directory_samples import county


def test_a_written_sheet_is_read_again_as_the_same_project(tmp_path: Path) -> None:
    labels, file = DirectoryLabels.of(county()), tmp_path / "projects.xlsx"
    one = plan(name="=1+1", content="第一行\n第二行")
    write_sheet(file, [*HEADINGS.values(), *KNOWN_BY_THE_SYSTEM], [row_of("县项-1", one, labels)])
    [row] = read_rows(file)
    cells = {name: cell_text(cell) for name, cell in row.cells.items()}
    read = read_row(SheetRow(row.number, cells), labels)
    assert (row.number, read.faults, read.opening.ledger, read.opening.plan) == (2, (), "县项-1", one)


def test_a_control_character_does_not_stop_an_export(tmp_path: Path) -> None:
    file = tmp_path / "projects.xlsx"
    write_sheet(file, ["项目内容"], [{"项目内容": "更换\x0b管道"}])
    [row] = read_rows(file)
    assert row.cells == {"项目内容": "更换管道"}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, None),
        (datetime(2021, 3, 1), "2021-03-01"),  # noqa: DTZ001  a spreadsheet's days have no zone
        (6400000.0, "6400000"),
        (0.5, "0.5"),
        ("水利局", "水利局"),
    ],
)
def test_a_cell_is_the_text_that_the_sheet_shows(cell: object, text: str | None) -> None:
    assert cell_text(cell) == text


def test_a_problem_is_one_line_with_row_column_and_remedy() -> None:
    problem = {"row": 3, "column": "完成期限", "what": "早于开工日期", "remedy": "改正日期"}
    assert problem_line(problem) == "第 3 行 完成期限 列：早于开工日期。办法：改正日期"
