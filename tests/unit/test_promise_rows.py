"""Rows of a promise list: people's words become codes, everything wrong is named."""

from datetime import date

import pytest

from services.assignment.promise_checks import complaints_about
from services.assignment.promise_rows import Reader, ReadPromise, heading_complaints
from services.cli.promise_files import cell_text
from tests.unit.directory_samples import HOLDERS, POSTS, UNITS, county

READER = Reader(county(holders=[*HOLDERS, {"post": "water.head", "person": "丙某", "from": "2020-01-01"}]))
CELLS = {
    "number": "诺1",
    "tier": "部门",
    "unit": "水利局",
    "post": "局长",
    "words": "修好水管。",
    "made_on": "2021-04-30",
    "due": "2021-06-30",
    "occasion": "会议",
}


def read(reader: Reader = READER, **cells: str) -> ReadPromise:
    return reader.read({**CELLS, **cells})


def columns(found: ReadPromise) -> list[str]:
    return [complaint.column for complaint in found.complaints]


def all_columns(**cells: str) -> list[str]:
    """Those of every complaint: of reading, and of what was read."""
    found = READER.read({**CELLS, **cells})
    directory, today = READER.directory, date(2021, 4, 30)
    return [one.column for one in found.with_found(complaints_about(found.promise, directory, today))]


def test_names_and_titles_become_codes() -> None:
    found = read()
    promise = found.promise
    assert (found.complaints, found.unread) == ((), frozenset())
    assert (promise.tier, promise.unit, promise.post) == ("department", "water", "water.head")
    assert (promise.occasion, promise.due) == ("meeting", date(2021, 6, 30))


def test_words_are_read_as_they_are_in_a_sheet_of_projects() -> None:
    assert read(post="水利局局长", made_on="2021年4月30日", due="2021/6/30") == read()
    town = read(tier="乡镇", unit="河口镇", post="镇长")
    assert (town.promise.tier, town.complaints) == ("town", ())
    assert read(tier="科级领导") == read(tier="科级干部") == read(tier="section_leader")


def test_codes_stay_as_they_are() -> None:
    assert read() == read(tier="department", unit="water", post="water.head", occasion="meeting")


def test_empty_cells_are_absent() -> None:
    assert read() == read(projects="  ", clip="")


def test_a_cell_names_several_projects() -> None:
    promise = read(projects="项-1、项-2， 项-3；项-1").promise
    assert promise.projects == ("项-1", "项-2", "项-3")


def test_a_name_that_two_units_have_is_refused_with_both_codes() -> None:
    twin = {"code": "water2", "name": "水利局", "kind": "department", "post": "water.head"}
    found = read(Reader(county(units=[*UNITS, twin])))
    assert found.complaints[0].what == "水利局 指的可能是 water、water2"
    assert columns(found) == ["unit"]


def test_a_title_is_looked_for_in_its_own_unit() -> None:
    twin = {"code": "petition.deputy", "title": "副局长", "unit": "petition", "tier": "section_leader"}
    assert columns(read(Reader(county(posts=[*POSTS, twin])), post="副局长")) == ["post"]


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"tier": "司局"}, ["tier"]),
        ({"occasion": "网络", "due": "某日"}, ["occasion", "due"]),
        ({"made_on": "2021-02-30", "aired_on": "1612137600"}, ["made_on", "aired_on"]),
        ({"post": "信访局局长"}, ["post"]),
        ({"words": "", "number": ""}, ["number", "words"]),
        ({"words": "长" * 2001}, ["words"]),
        ({"projects": f"{'长' * 201}、{'远' * 201}"}, ["projects"]),
    ],
)
def test_each_cell_that_is_wrong_is_named_once(cells: dict[str, str], wrong: list[str]) -> None:
    assert sorted(columns(read(READER, **cells))) == sorted(wrong)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"tier": "司局", "due": "2021-04-01"}, ["tier", "due"]),
        ({"tier": "司局", "member": "张三"}, ["tier"]),
        ({"made_on": "某日", "due": "2021-04-01"}, ["made_on"]),
        ({"unit": "没有局", "due": "2021-04-01"}, ["unit", "due"]),
        ({"words": "", "post": "处长", "member": "张三"}, ["post", "words", "member"]),
        ({"occasion": "网络", "clip": "FX-1"}, ["occasion"]),
        ({"due": "某日", "occasion": "电视"}, ["due", "programme", "aired_on"]),
    ],
)
def test_what_can_be_judged_is_told_though_other_cells_can_not_be_read(
    cells: dict[str, str], wrong: list[str]
) -> None:
    assert all_columns(**cells) == wrong


def test_columns_that_are_missing_or_unknown_are_told_once_for_the_whole_list() -> None:
    rows = [{**CELLS, "手机": "1"}, {**CELLS, "手机": ""}]
    for row in rows:
        del row["due"]
    told = heading_complaints(rows)
    assert [one.column for one in told] == ["due", "手机"]
    assert all(one.what and one.remedy for one in told)
    found = READER.read(rows[0], {one.column for one in told})
    assert (found.complaints, found.unread) == ((), frozenset({"due"}))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (date(2021, 6, 30), "2021-06-30"),
        ("2021年6月3日", "2021-06-03"),
        ("2021/6/30", "2021-06-30"),
        ("2021.06.30", "2021-06-30"),
        (7.0, "7"),
        (7.5, "7.5"),
        ("  诺1 ", "诺1"),
        ("2021-2022", "2021-2022"),
    ],
)
def test_a_cell_becomes_text_as_people_mean_it(cell: object, text: str) -> None:
    assert cell_text(cell) == text
