"""The directory as values: who holds a post when, and every problem between its lists."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assignment.directory import Directory, DirectoryProblem, lineage, problems
from tests.unit.directory_samples import (
    AUTHORITY,
    CATEGORIES,
    HOLDERS,
    PLACES,
    POSTS,
    ROUTES,
    UNITS,
    WORDS,
    county,
    holder,
)


def places_of(found: list[DirectoryProblem]) -> list[tuple[str, int | None, str | None]]:
    return [(one.file, one.row, one.column) for one in found]


def test_a_sound_directory_has_no_problems() -> None:
    assert problems(county()) == []


def test_the_directory_travels_as_json_and_comes_back_equal() -> None:
    directory = county()
    body = directory.model_dump_json()
    assert '"from":"2020-01-01"' in body
    assert Directory.model_validate_json(body) == directory


def test_a_post_changes_hands_at_local_midnight() -> None:
    directory = county()
    last_evening = datetime(2021, 2, 28, 15, 59, tzinfo=UTC)
    midnight = datetime(2021, 2, 28, 16, 0, tzinfo=UTC)
    before, after = directory.holder("magistrate", last_evening), directory.holder("magistrate", midnight)
    assert before is not None
    assert after is not None
    assert (before.person, after.person) == ("甲某", "乙某")


def test_a_post_without_a_holder_is_vacant() -> None:
    assert county().holder("water.head", date(2021, 1, 1)) is None
    assert county().holder("magistrate", date(2019, 12, 31)) is None


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        county().holder("magistrate", datetime(2021, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("lists", "where"),
    [
        ({"authority": AUTHORITY | {"backstop_unit": "nobody"}}, ("authority.yaml", None, "backstop_unit")),
        ({"units": [*UNITS, UNITS[3]]}, ("units.csv", 6, "code")),
        ({"units": [*UNITS[:3], UNITS[3] | {"parent": "moon"}]}, ("units.csv", 5, "parent")),
        ({"units": [*UNITS[:3], UNITS[3] | {"post": "moon"}]}, ("units.csv", 5, "post")),
        ({"units": [*UNITS[:3], UNITS[3] | {"post": None}]}, ("units.csv", 5, "post")),
        ({"posts": [*POSTS[:3], POSTS[3] | {"unit": "moon"}]}, ("posts.csv", 5, "unit")),
        ({"posts": [*POSTS, POSTS[0]]}, ("posts.csv", 6, "code")),
        ({"holders": [HOLDERS[0] | {"post": "moon"}]}, ("holders.csv", 2, "post")),
        ({"holders": [HOLDERS[0] | {"to": "2020-01-01"}]}, ("holders.csv", 2, "to")),
        (
            {"holders": [*HOLDERS, HOLDERS[0] | {"from": "2022-01-01", "to": None}]},
            ("holders.csv", 4, "from"),
        ),
        ({"categories": [*CATEGORIES, CATEGORIES[0]]}, ("categories.csv", 5, "code")),
        (
            {"categories": [*CATEGORIES[:2], CATEGORIES[2] | {"parent": "moon"}]},
            ("categories.csv", 4, "parent"),
        ),
        ({"places": [*PLACES[:1], PLACES[1] | {"unit": "moon"}]}, ("places.csv", 3, "unit")),
        ({"places": [*PLACES, PLACES[1] | {"code": "other_river"}]}, ("places.csv", 4, "aliases")),
        ({"routes": [*ROUTES, ROUTES[0]]}, ("routes.csv", 5, "category")),
        ({"routes": [*ROUTES, {"category": "moon", "unit": "water"}]}, ("routes.csv", 5, "category")),
        ({"routes": [*ROUTES, {"place": "moon", "unit": "water"}]}, ("routes.csv", 5, "place")),
        ({"routes": [*ROUTES, {"category": "road", "unit": "moon"}]}, ("routes.csv", 5, "unit")),
        (
            {"routes": [*ROUTES, {"category": "road", "unit": "water", "post": "x"}]},
            ("routes.csv", 5, "post"),
        ),
        ({"words": [WORDS[0] | {"value": "moon"}]}, ("lexicon.csv", 2, "value")),
        ({"words": [WORDS[4] | {"value": "moon"}]}, ("lexicon.csv", 2, "value")),
        ({"words": [WORDS[0], WORDS[0]]}, ("lexicon.csv", 3, "word")),
    ],
)
def test_a_problem_names_file_row_column_and_remedy(
    lists: dict[str, Any], where: tuple[str, int | None, str]
) -> None:
    found = problems(county(**lists))
    assert where in places_of(found)
    assert all(one.what and one.remedy for one in found)


@pytest.mark.parametrize("route", [{"unit": "water"}, {"category": "other", "unit": "water"}])
def test_a_catch_all_route_is_a_problem(route: dict[str, str]) -> None:
    assert ("routes.csv", 5, "category") in places_of(problems(county(routes=[*ROUTES, route])))


def test_other_in_a_place_may_be_routed() -> None:
    route = {"category": "other", "place": "county", "unit": "water"}
    assert problems(county(routes=[*ROUTES, route])) == []


def test_every_unit_of_a_cycle_is_named_and_those_below_are_not() -> None:
    units = [UNITS[0] | {"parent": "water"}, *UNITS[1:]]
    found = [one for one in problems(county(units=units)) if one.column == "parent"]
    assert places_of(found) == [("units.csv", 2, "parent"), ("units.csv", 4, "parent")]


def test_one_wrong_list_gives_all_its_problems_at_once() -> None:
    units = [unit | {"post": None} for unit in UNITS]
    assert len(problems(county(units=units))) == len(UNITS)


def test_row_numbers_of_the_files_are_used_where_they_are_known() -> None:
    directory = county(posts=[*POSTS, POSTS[0]])
    found = problems(directory, {"posts.csv": [2, 3, 7, 8, 12]})
    assert places_of(found) == [("posts.csv", 12, "code")]


days = st.dates(date(2020, 1, 1), date(2020, 3, 1))


@given(days, days, days, days)
def test_terms_overlap_exactly_where_some_day_has_two_holders(a: date, b: date, c: date, d: date) -> None:
    one = holder("magistrate", str(min(a, b)), str(max(a, b)))
    two = holder("magistrate", str(min(c, d)), str(max(c, d)))
    every_day = [date.fromordinal(day) for day in range(date(2020, 1, 1).toordinal(), 737_500)]
    shared = any(one.holds(day) and two.holds(day) for day in every_day)
    both_last = one.since != one.until and two.since != two.until
    assert not both_last or one.overlaps(two) == shared


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefg") | st.none()))
def test_a_lineage_ends_whatever_the_parents(parents: dict[str, str | None]) -> None:
    chain = lineage("a", parents)
    assert chain[0] == "a"
    assert len(set(chain)) == len(chain)
