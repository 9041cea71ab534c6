"""Rows of JSONL, CSV and XLSX as they stand in the file."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from services.dev.problem import Problem
from services.dev.table_files import Row, count_rows, encoding_of, read_rows


def written(folder: Path, name: str, content: bytes | str) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def spreadsheet(folder: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(folder / "messages.xlsx")
    return folder / "messages.xlsx"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str, found: str) -> None:
    file = written(tmp_path, "m.csv", "标题,内容\n停水,三天没水了\n".encode(encoding))
    assert encoding_of(file) == found
    assert list(read_rows(file)) == [Row(2, {"标题": "停水", "内容": "三天没水了"})]


def test_what_is_neither_utf_8_nor_gbk_is_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="neither UTF-8 nor GBK"):
        list(read_rows(written(tmp_path, "m.csv", b"a,b\n\xff\xff,1\n")))


def test_a_quoted_cell_may_hold_lines_and_counts_as_one_row(tmp_path: Path) -> None:
    file = written(tmp_path, "m.csv", 'title,body\r\n停水,"第一行\n第二行, ""急"""\r\n\r\n停电,晚上\r\n')
    assert [(row.number, row.cells["body"]) for row in read_rows(file)] == [
        (2, '第一行\n第二行, "急"'),
        (4, "晚上"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_what_the_headings_use(tmp_path: Path, delimiter: str) -> None:
    file = written(tmp_path, "m.csv", f"title{delimiter}body\n停水{delimiter}三天\n")
    assert [row.cells for row in read_rows(file)] == [{"title": "停水", "body": "三天"}]


def test_a_row_with_more_cells_than_headings_is_at_fault_and_the_next_is_not(tmp_path: Path) -> None:
    rows = list(read_rows(written(tmp_path, "m.csv", "title,body\n停水,三天,多了\n停电,晚上\n")))
    assert rows[0].fault is not None
    assert rows[0].cells == {"title": "停水", "body": "三天", "+1": "多了"}
    assert rows[1].fault is None


def test_a_short_row_has_empty_cells(tmp_path: Path) -> None:
    assert [row.cells for row in read_rows(written(tmp_path, "m.csv", "title,body\n停水\n"))] == [
        {"title": "停水", "body": None}
    ]


@pytest.mark.parametrize("content", ["", "\n", ",,\n1,2,3\n", "title,title\n1,2\n", 'title\n"open\n'])
def test_a_file_without_sound_headings_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(Problem):
        list(read_rows(written(tmp_path, "m.csv", content)))


def test_a_bad_line_of_jsonl_is_at_fault_alone(tmp_path: Path) -> None:
    file = written(tmp_path, "m.jsonl", '{"title": "停水"}\n\n{"title": \n[1]\n{"title": "停电"}\n')
    rows = list(read_rows(file))
    assert [(row.number, row.fault is None) for row in rows] == [
        (1, True),
        (3, False),
        (4, False),
        (5, True),
    ]
    assert rows[1].cells == {"line": '{"title": '}


def test_a_spreadsheet_keeps_numbers_and_times(tmp_path: Path) -> None:
    at = datetime(2021, 3, 1, 8, 5)  # noqa: DTZ001  a spreadsheet knows no time zone
    file = spreadsheet(tmp_path, ["id", "title", "at"], [188006, "停水", at], [None, None, None])
    assert list(read_rows(file)) == [Row(2, {"id": 188006, "title": "停水", "at": at})]


def test_what_only_calls_itself_a_spreadsheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no XLSX"):
        list(read_rows(written(tmp_path, "m.xlsx", "title,body\n")))


def test_an_unknown_kind_of_file_and_a_missing_one_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="kind of file"):
        read_rows(written(tmp_path, "m.pdf", "x"))
    with pytest.raises(Problem, match="there is no file"):
        read_rows(tmp_path / "none.csv")


def test_rows_of_text_files_are_counted_beforehand(tmp_path: Path) -> None:
    assert count_rows(written(tmp_path, "m.csv", "title\n1\n2\n")) == 2
    assert count_rows(spreadsheet(tmp_path, ["title"], ["1"])) is None
