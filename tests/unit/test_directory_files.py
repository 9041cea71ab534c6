"""The files of an authority: tolerant of editors, strict about content, every complaint with its cell."""

from pathlib import Path

import pytest

from services.assignment.directory import Directory, DirectoryProblem
from services.assignment.directory_files import read_folder
from tests.unit.directory_samples import FILES, written


def read(folder: Path) -> Directory:
    found = read_folder(folder)
    assert found.problems == ()
    return found.directory


def refused(folder: Path) -> list[DirectoryProblem]:
    found = read_folder(folder).problems
    assert found
    return list(found)


def test_the_files_become_a_directory(tmp_path: Path) -> None:
    directory = read(written(tmp_path))
    assert directory.authority.name == "某县"
    assert directory.places[0].aliases == ("河口", "河口街")
    assert directory.routes[1].category is None
    assert directory.words[0].weight == 2.0


def test_a_byte_order_mark_crlf_and_blank_rows_are_tolerated(tmp_path: Path) -> None:
    posts = "\ufeff" + FILES["posts.csv"].replace("\n", "\r\n") + ",,,\r\n\r\n"
    assert len(read(written(tmp_path, posts=posts)).posts) == 1


def test_blank_rows_count_in_the_row_number(tmp_path: Path) -> None:
    posts = FILES["posts.csv"] + "\n\nsecond,局长,nowhere,department\n"
    (problem,) = refused(written(tmp_path, posts=posts))
    assert (problem.file, problem.row, problem.column) == ("posts.csv", 5, "unit")


def test_a_cell_with_a_line_break_is_one_row(tmp_path: Path) -> None:
    posts = FILES["posts.csv"] + '"second","局\n长",county,department\nthird,局长,nowhere,department\n'
    (problem,) = refused(written(tmp_path, posts=posts))
    assert problem.row == 4


@pytest.mark.parametrize(
    ("name", "old", "new", "row", "column"),
    [
        ("units.csv", "party_committee", "committee", 1, "party_committee"),
        ("units.csv", "party_committee", "committee", 1, "committee"),
        ("posts.csv", "code,title", "code,code,title", 1, "code"),
        ("posts.csv", "county_leader", "king", 2, "tier"),
        ("posts.csv", ",县长,", ",,", 2, "title"),
        ("holders.csv", "2020-01-01", "2020/13/01", 2, "from"),
        ("lexicon.csv", "停水,2", "停水,viel", 2, "weight"),
        ("categories.csv", "water,", "Wasser,", 2, "code"),
        ("authority.yaml", "name_en: A county", "name_eng: A county", None, "name_en"),
        ("authority.yaml", "name_en: A county", "name_eng: A county", 3, "name_eng"),
        ("authority.yaml", "petition", "moon", 4, "backstop_unit"),
    ],
)
def test_a_wrong_cell_is_named(
    tmp_path: Path, name: str, old: str, new: str, row: int | None, column: str
) -> None:
    text = FILES[name].replace(old, new, 1)
    found = refused(written(tmp_path, **{name.split(".")[0]: text}))
    assert (name, row, column) in [(one.file, one.row, one.column) for one in found]
    assert all(one.what and one.remedy for one in found)


def test_a_row_with_a_cell_too_many_is_named(tmp_path: Path) -> None:
    (problem,) = refused(written(tmp_path, posts=FILES["posts.csv"].replace("县长", "县长,书记")))
    assert (problem.file, problem.row, problem.column) == ("posts.csv", 2, None)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert [one.file for one in refused(written(tmp_path, routes=None))] == ["routes.csv"]


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    gbk = FILES["units.csv"].encode("gbk")
    assert [one.file for one in refused(written(tmp_path, units=gbk))] == ["units.csv"]


def test_an_open_quote_is_named(tmp_path: Path) -> None:
    assert [one.file for one in refused(written(tmp_path, posts='code,title,unit,tier\n"m,县长'))] == [
        "posts.csv"
    ]


@pytest.mark.parametrize("text", ["code: [", "", "- a\n- b\n"])
def test_yaml_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    assert {one.file for one in refused(written(tmp_path, authority=text))} == {"authority.yaml"}


def test_a_second_backstop_unit_is_named_where_it_stands(tmp_path: Path) -> None:
    text = FILES["authority.yaml"] + "backstop_unit: county\n"
    (problem,) = refused(written(tmp_path, authority=text))
    assert (problem.file, problem.row, "backstop_unit" in problem.what) == ("authority.yaml", 6, True)


@pytest.mark.parametrize("key", ["[name, city]", "{name: city}", "? {name: {a: b}}\n"])
def test_a_key_that_is_no_word_is_named_where_it_stands(tmp_path: Path, key: str) -> None:
    text = f"{FILES['authority.yaml']}{key}{'' if key.endswith(chr(10)) else ': 凤县'}\n"
    (problem,) = refused(written(tmp_path, authority=text))
    assert (problem.file, problem.row, "键" in problem.what) == ("authority.yaml", 6, True)


def test_overlapping_terms_and_a_circle_of_parents_are_named_with_their_rows(tmp_path: Path) -> None:
    holders = FILES["holders.csv"] + "magistrate,乙某,2020-06-01,\n"
    units = FILES["units.csv"].replace("county,县政府,county,,", "county,县政府,county,petition,")
    found = refused(written(tmp_path, holders=holders, units=units))
    assert [(one.file, one.row, one.column) for one in found] == [
        ("units.csv", 2, "parent"),
        ("units.csv", 3, "parent"),
        ("holders.csv", 3, "from"),
    ]
    assert "甲某" in found[2].what
    assert all(one.remedy for one in found)


def test_overlaps_and_circles_are_named_though_other_rows_can_not_be_read(tmp_path: Path) -> None:
    holders = FILES["holders.csv"] + "magistrate,乙某,2020-06-01,\nmagistrate,丙某,某日,\n"
    units = FILES["units.csv"].replace("county,县政府,county,,", "county,县政府,county,petition,")
    authority = FILES["authority.yaml"].replace("name_en: A county\n", "")
    posts = FILES["posts.csv"] + "second,局长,nowhere,department\nthird,局长,county,king\n"
    found = refused(written(tmp_path, holders=holders, units=units, authority=authority, posts=posts))
    assert [(one.file, one.row, one.column) for one in found] == [
        ("authority.yaml", None, "name_en"),
        ("posts.csv", 4, "tier"),
        ("holders.csv", 4, "from"),
        ("units.csv", 2, "parent"),
        ("units.csv", 3, "parent"),
        ("posts.csv", 3, "unit"),
        ("holders.csv", 3, "from"),
    ]


def test_a_code_that_stands_in_a_row_that_can_not_be_read_is_missed_by_nobody(tmp_path: Path) -> None:
    posts = FILES["posts.csv"].replace("county_leader", "king")
    assert [(one.file, one.row, one.column) for one in refused(written(tmp_path, posts=posts))] == [
        ("posts.csv", 2, "tier")
    ]
    (problem,) = refused(written(tmp_path, posts=None))
    assert problem.file == "posts.csv"


def test_a_column_that_is_missing_is_told_once_and_the_rows_are_read_by_the_others(tmp_path: Path) -> None:
    holders = "post,person,since,to\nmagistrate,甲某,2020-01-01,\nmagistrate,乙某,2021-01-01,x\n"
    found = refused(written(tmp_path, holders=holders))
    assert [(one.file, one.row, one.column) for one in found] == [
        ("holders.csv", 1, "from"),
        ("holders.csv", 1, "since"),
        ("holders.csv", 3, "to"),
    ]


def test_problems_of_several_files_come_together(tmp_path: Path) -> None:
    found = refused(
        written(tmp_path, posts=None, holders="post,person\n", places="code,name,aliases,unit\n,,,\nx\n")
    )
    assert {one.file for one in found} == {"posts.csv", "holders.csv", "places.csv", "routes.csv"}
