"""`yinuo promises`: a county's list in and out, everything wrong in it, and the proof of the chain."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from services.cli.__main__ import build
from services.dev.problem import Problem
from services.dev.stack import Infrastructure
from tests.promise_builders import forged
from tests.promises_process import Promises, assignment_at_the_meeting, talking_to

HEADINGS = (
    "编号",
    "层级",
    "单位",
    "职务",
    "姓名",
    "承诺内容",
    "承诺日期",
    "完成期限",
    "场合",
    "栏目",
    "播出日期",
)
DAY = datetime(2021, 4, 30)  # noqa: DTZ001  as a spreadsheet has it
ROWS: list[tuple[Any, ...]] = [
    ("K1", "部门", "水利局", "局长", None, "修好老街水管。", DAY, "2021年6月30日", "电视", "电视亮诺", DAY),
    ("K2", "镇", "river_town", "river_town.head", None, "修通村道。", "2021/4/30", "2021-09-30", "会议"),
    ("K3", "普通党员", "水利局", None, "张三", "=每周义务巡河一次。", DAY, DAY, "书面"),
]


@pytest.fixture(scope="module")
def stack() -> Iterator[Infrastructure]:
    with assignment_at_the_meeting() as started:
        yield started


@pytest.fixture(scope="module")
async def promises(stack: Infrastructure) -> AsyncIterator[Promises]:
    async with talking_to(stack) as talking:
        yield talking


def yinuo(promises: Promises, *words: str) -> Result:
    return CliRunner().invoke(build(), ["promises", *words, "--data", str(promises.stack.data)])


def sheet(file: Path, rows: list[tuple[Any, ...]], headings: tuple[str, ...] = HEADINGS) -> Path:
    book = Workbook()
    for row in (headings, *rows):
        book.worksheets[0].append(row)
    for cell in book.worksheets[0]["F"]:
        cell.data_type = "s"
    book.save(file)
    return file


async def test_a_county_s_list_goes_in_once_and_comes_out_again(promises: Promises, tmp_path: Path) -> None:
    file = sheet(tmp_path / "list.xlsx", ROWS)
    first, again = (yinuo(promises, "import", str(file), "--json") for _ in range(2))
    assert first.exit_code == 0, (first.output, first.exception)
    assert (json.loads(first.output)["made"], json.loads(first.output)["repeated"]) == (3, 0)
    assert (json.loads(again.output)["made"], json.loads(again.output)["repeated"]) == (0, 3)
    out = tmp_path / "out.xlsx"
    assert yinuo(promises, "export", str(out)).exit_code == 0
    rows = list(load_workbook(out).worksheets[0].iter_rows(values_only=True))
    by_number = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert (by_number["K1"]["场合"], by_number["K1"]["任职人"]) == ("电视", "某人")
    assert by_number["K2"]["完成期限"] == "2021-09-30"
    assert (by_number["K3"]["承诺内容"], by_number["K3"]["姓名"]) == ("=每周义务巡河一次。", None)
    returned = yinuo(promises, "import", str(out), "--json")
    assert json.loads(returned.output)["made"] == 0
    assert json.loads(returned.output)["repeated"] == len(by_number)


async def test_everything_wrong_in_a_list_is_named_with_row_column_and_remedy_and_nothing_goes_in(
    promises: Promises, tmp_path: Path
) -> None:
    before, _ = await promises.head()
    rows = [
        ("W1", "部门", "水利局", "局长", None, "好的一行。", DAY, "2021-06-30", "会议"),
        ("W2", "部门", "水利局", "局长", None, "期限太早。", DAY, "2021-04-01", "会议"),
        ("W3", "司局", "没有局", "局长", None, "层级和单位。", DAY, "某日", "会议"),
        ("W1", "部门", "水利局", "局长", None, "编号重复。", DAY, "2021-06-30", "会议"),
        (None, "部门", "水利局", "处长", "张三", None, DAY, "2021-06-30", "电视"),
    ]
    refused = yinuo(promises, "import", str(sheet(tmp_path / "wrong.xlsx", rows)))
    assert refused.exit_code == 1
    lines = refused.output.splitlines()
    assert lines[0].startswith(
        "wrong.xlsx 第 3 行 完成期限 列：期限 2021-04-01 早于承诺日 2021-04-30。办法："
    )
    assert lines[-1] == "共 11 处错误，未导入任何一行"
    found = json.loads(yinuo(promises, "import", str(tmp_path / "wrong.xlsx"), "--json").output)["problems"]
    assert [(one["row"], one["column"]) for one in found] == [
        (3, "due"),
        (4, "tier"),
        (4, "due"),
        (4, "unit"),
        (5, "number"),
        (6, "post"),
        (6, "number"),
        (6, "words"),
        (6, "member"),
        (6, "programme"),
        (6, "aired_on"),
    ]
    assert all(one["remedy"] for one in found)
    after, _ = await promises.head()
    assert after == before


async def test_wrong_headings_are_told_once_and_hide_no_error_of_the_rows(
    promises: Promises, tmp_path: Path
) -> None:
    headings = tuple("手机" if name == "完成期限" else name for name in HEADINGS)
    rows = [
        ("W6", "部门", "水利局", "局长", None, "好的一行。", DAY, None, "会议"),
        ("W7", "司局", "水利局", "局长", None, "层级。", DAY, "1", "会议"),
    ]
    before, _ = await promises.head()
    refused = yinuo(promises, "import", str(sheet(tmp_path / "other.xlsx", rows, headings)))
    assert refused.exit_code == 1
    assert [line.partition("：")[0] for line in refused.output.splitlines()] == [
        "other.xlsx 第 1 行 完成期限 列",
        "other.xlsx 第 1 行 手机 列",
        "other.xlsx 第 3 行 层级 列",
        "共 3 处错误，未导入任何一行",
    ]
    assert await promises.head() == (before, promises.seal.public_key)


async def test_a_row_with_too_many_cells_is_told_with_the_errors_of_the_others(
    promises: Promises, tmp_path: Path
) -> None:
    file = tmp_path / "cells.csv"
    file.write_text(
        "编号,层级,单位,职务,承诺内容,承诺日期,完成期限,场合\n"
        "W8,部门,水利局,局长,通水,通电,2021.4.30,2021.6.30,会议\n"
        "W9,部门,水利局,局长,通水。,2021.4.30,2021.4.1,会议\n",
        encoding="utf-8",
    )
    found = json.loads(yinuo(promises, "import", str(file), "--json").output)["problems"]
    assert [(one["row"], one["column"]) for one in found] == [(2, "整行"), (3, "due")]


async def test_a_csv_is_read_like_a_spreadsheet(promises: Promises, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "编号,层级,单位,职务,承诺内容,承诺日期,完成期限,场合\nC1,部门,水利局,局长,通水。,2021.4.30,2021.6.30,会议\n",
        encoding="gbk",
    )
    assert json.loads(yinuo(promises, "import", str(file), "--json").output)["made"] == 1


async def test_captions_list_what_was_televised(promises: Promises, tmp_path: Path) -> None:
    await promises.made(
        occasion="television", programme="电视亮诺", aired_on="2021-04-29", clip="FX-07", words="@修好桥。"
    )
    assert yinuo(promises, "captions", str(tmp_path / "captions.csv")).exit_code == 0
    with (tmp_path / "captions.csv").open(encoding="utf-8-sig", newline="") as lines:
        first = next(csv.DictReader(lines))
    assert (first["栏目"], first["视频编号"], first["职务"]) == ("电视亮诺", "FX-07", "局长")
    assert (first["承诺内容"], first["完成期限"]) == ("'@修好桥。", "2021-06-30")


async def test_a_list_is_printed_as_json_by_filter(promises: Promises) -> None:
    made = await promises.made(unit="petition", post="petition.head")
    listed = json.loads(yinuo(promises, "list", "--unit", "petition", "--json").output)
    assert [one["promise_id"] for one in listed] == [made["promise_id"]]
    assert made["number"] in yinuo(promises, "list").output


async def test_the_chain_is_proved_with_old_heads_and_a_pinned_key(promises: Promises) -> None:
    await promises.made()
    printed, public_key = await promises.head()
    await promises.made()
    words = ("verify", "--head", f"{printed.seq}:{printed.hash}", "--key", public_key)
    proved = yinuo(promises, *words)
    assert (proved.exit_code, "承诺链完整" in proved.output) == (0, True)
    url = f"http://127.0.0.1:{promises.stack.ports['assignment']}"
    assert json.loads(yinuo(promises, "verify", "--url", url, "--json").output)["ok"]


async def test_a_rewritten_chain_is_told_with_its_place(promises: Promises) -> None:
    await promises.made()
    printed, public_key = await promises.head()
    facts = await promises.facts()
    changed = forged(facts, printed.seq, lambda said: {**said, "due": "2021-12-31"})
    async with promises.rewritten(*changed):
        told = await asyncio.to_thread(yinuo, promises, "verify", "--key", public_key)
        assert (told.exit_code, f"第 {printed.seq} 条断裂" in told.output) == (1, True)
    stolen = forged(facts, printed.seq, lambda said: {**said, "due": "2021-12-31"}, promises.seal)
    async with promises.rewritten(*stolen):
        head = ("--head", f"{printed.seq}:{printed.hash}")
        told = await asyncio.to_thread(yinuo, promises, "verify", *head)
        assert (told.exit_code, "a circular printed hash" in told.output) == (1, True)


async def test_a_list_that_says_another_thing_than_its_facts_is_told_whatever_the_column(
    promises: Promises,
) -> None:
    made = await promises.made(occasion="television", programme="亮诺台", aired_on="2021-04-29", clip="3")
    gone = {"promise_id", "version"}
    async for column in promises.altering_each_column(made):
        told = await asyncio.to_thread(yinuo, promises, "verify")
        said = "in the list, and not so in the chain" if column in gone else f"the list has {column}"
        assert (told.exit_code, said in told.output) == (1, True), (column, told.output)
    assert (await asyncio.to_thread(yinuo, promises, "verify")).exit_code == 0


@pytest.mark.parametrize("head", ["7", "x:00", "1:zz"])
async def test_what_is_no_head_is_refused(promises: Promises, head: str) -> None:
    assert isinstance(yinuo(promises, "verify", "--head", head).exception, Problem)


async def test_a_member_s_name_is_erased_by_number_and_the_chain_stays_whole(promises: Promises) -> None:
    await promises.made(number="党员7", tier="ordinary_member", post=None, member="王五")
    assert "姓名已删除" in yinuo(promises, "erase", "党员7").output
    assert "早已删除" in yinuo(promises, "erase", "党员7").output
    assert yinuo(promises, "verify").exit_code == 0
    assert isinstance(yinuo(promises, "erase", "没有").exception, Problem)


async def test_a_whole_county_s_members_go_in_within_one_transaction(
    promises: Promises, tmp_path: Path
) -> None:
    """5,700 rows; as an expense it is looked at by the bench, here only that they are one piece."""
    rows = [
        (
            f"M{at}",
            "普通党员",
            "水利局",
            None,
            f"党员{at}",
            f"每月志愿服务{at % 9}小时。",
            DAY,
            date(2021, 12, 31),
            "书面",
        )
        for at in range(5700)
    ]
    before, _ = await promises.head()
    done = await asyncio.to_thread(
        yinuo, promises, "import", str(sheet(tmp_path / "members.xlsx", rows)), "--json"
    )
    assert json.loads(done.output)["made"] == len(rows)
    async with promises.as_role("owner") as owner:
        transactions = await owner.fetchval(
            "SELECT count(DISTINCT xmin::text) FROM promise_facts WHERE seq > $1", before.seq
        )
    assert transactions == 1
    assert (await asyncio.to_thread(yinuo, promises, "verify")).exit_code == 0
