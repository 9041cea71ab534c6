"""Rows of a promise list: people's words become codes, everything wrong is named."""

from datetime import date

import pytest

from services.assignment.promise import Complaint, NewPromise
from services.assignment.promise_rows import Reader
from services.cli.promise_files import cell_text
from tests.unit.directory_samples import POSTS, UNITS, county

READER = Reader(county())
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


def read(reader: Reader = READER, **cells: str) -> NewPromise | list[Complaint]:
    return reader.read({**CELLS, **cells})


def columns(found: NewPromise | list[Complaint]) -> list[str]:
    assert isinstance(found, list)
    return [complaint.column for complaint in found]


def test_names_and_titles_become_codes() -> None:
    promise = read()
    assert isinstance(promise, NewPromise)
    assert (promise.tier, promise.unit, promise.post) == ("department", "water", "water.head")
    assert (promise.occasion, promise.due) == ("meeting", date(2021, 6, 30))


def test_codes_stay_as_they_are() -> None:
    assert read() == read(tier="department", unit="water", post="water.head", occasion="meeting")


def test_empty_cells_are_absent() -> None:
    assert read() == read(projects="  ", clip="")


def test_a_cell_names_several_projects() -> None:
    promise = read(projects="项-1、项-2， 项-3；项-1")
    assert isinstance(promise, NewPromise)
    assert promise.projects == ("项-1", "项-2", "项-3")


def test_a_name_that_two_units_have_is_refused_with_both_codes() -> None:
    twin = {"code": "water2", "name": "水利局", "kind": "department", "post": "water.head"}
    found = read(Reader(county(units=[*UNITS, twin])))
    assert isinstance(found, list)
    assert found[0].what == "水利局 指的可能是 water、water2"


def test_a_title_is_looked_for_in_its_own_unit() -> None:
    twin = {"code": "petition.deputy", "title": "副局长", "unit": "petition", "tier": "section_leader"}
    assert columns(read(Reader(county(posts=[*POSTS, twin])), post="副局长")) == ["post"]


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"tier": "司局"}, ["tier"]),
        ({"occasion": "网络", "due": "某日"}, ["occasion", "due"]),
        ({"words": "", "number": ""}, ["number", "words"]),
        ({"手机": "1"}, ["手机"]),
        ({"words": "长" * 2001}, ["words"]),
        ({"projects": f"{'长' * 201}、{'远' * 201}"}, ["projects"]),
    ],
)
def test_each_cell_that_is_wrong_is_named_once(cells: dict[str, str], wrong: list[str]) -> None:
    assert sorted(columns(read(READER, **cells))) == sorted(wrong)


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
