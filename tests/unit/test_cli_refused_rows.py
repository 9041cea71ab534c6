"""The CSV of refused rows."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from services.cli.refused_rows import RefusedRows
from services.dev.messages import Refusal
from services.dev.table_files import Row, read_rows

NOON = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)


def test_a_refused_row_stands_there_with_its_reason_and_its_cells(tmp_path: Path) -> None:
    with RefusedRows(tmp_path / "refused", "m.csv", NOON) as refused:
        refused.write(Refusal(Row(7, {"标题": "停水", "编号": 12.0}), "body", "空", "补上"))
        refused.write(Refusal(Row(9, {"标题": "停\n电", "别的": "x"}), "", "坏", "改"))
    assert refused.written == tmp_path / "refused" / "m.csv-20210301T040000.csv"
    with refused.written.open(encoding="utf-8-sig", newline="") as lines:
        assert list(csv.reader(lines)) == [
            ["行号", "字段", "原因", "办法", "标题", "编号", "其他"],
            ["7", "body", "空", "补上", "停水", "12", ""],
            ["9", "", "坏", "改", "停\n电", "", '{"别的": "x"}'],
        ]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    with RefusedRows(tmp_path / "refused", "m.csv", NOON) as refused:
        refused.write(Refusal(Row(2, {}), "", "坏", "改"))
    assert refused.path.stat().st_mode & 0o077 == 0
    assert refused.path.parent.stat().st_mode & 0o077 == 0


def test_without_refusals_there_is_no_file(tmp_path: Path) -> None:
    with RefusedRows(tmp_path / "refused", "m.csv", NOON) as refused:
        pass
    assert refused.written is None
    assert not list(tmp_path.iterdir())


def test_a_corrected_file_can_be_imported_again(tmp_path: Path) -> None:
    with RefusedRows(tmp_path / "refused", "m.csv", NOON) as refused:
        refused.write(Refusal(Row(7, {"title": "停水", "body": ""}), "body", "空", "补上"))
    (found,) = read_rows(refused.path)
    assert (found.cells["title"], found.cells["原因"]) == ("停水", "空")
