"""The coded city's directory on the real messages; their texts stay outside the repository."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.assignment.classify import Classifier
from services.assignment.directory import Directory
from services.assignment.directory_files import read_folder
from services.dev.accuracy import backstop_share, label_accuracy

ROOT = Path(__file__).parents[2]
CITY = ROOT / "examples" / "coded-city"
DATA = ROOT.parent / "shared" / "data" / "tipdm-2020-c"
MOST_TO_BACKSTOP = 0.25
POINTS_ABOVE_COMMONEST = 25

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real messages (../shared/data/tipdm-2020-c) are not on this machine"
)


@pytest.fixture(scope="module")
def city() -> Directory:
    found = read_folder(CITY)
    assert found.problems == ()
    return found.directory


def rows(name: str) -> Iterator[dict[str, Any]]:
    with (DATA / name).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def test_the_coded_city_has_no_problems(city: Directory) -> None:
    assert len(city.units) > 100


def test_no_route_of_the_coded_city_is_a_catch_all(city: Directory) -> None:
    whole_city = [one for one in city.routes if one.category is None and one.place == "a"]
    assert whole_city == []
    assert all(one.category or one.place for one in city.routes)


def test_another_citys_matter_goes_there_whatever_it_is_about(city: Directory) -> None:
    classifier = Classifier.build(city)
    assert classifier.classify("K8县小学招生", "").unit == "k8"
    assert classifier.classify("C4市一件小事", "").unit == "c4"


def test_the_staff_of_the_coded_city_are_its_units(city: Directory) -> None:
    staff = yaml.safe_load((CITY / "staff.yaml").read_text(encoding="utf-8"))
    assert set(staff["units"]) <= set(city.units_by_code)
    assert set(staff["replies"]) - {"other"} <= set(city.categories_by_code)
    for shares in (staff["defaults"], *staff["units"].values()):
        assert sum(shares["sign"].values()) == pytest.approx(1)
        assert sum(shares["complete"].values()) == pytest.approx(1)


@needs_data
def test_at_most_a_quarter_of_the_open_messages_goes_to_the_backstop(city: Directory) -> None:
    assert backstop_share(city, rows("messages-open.jsonl")) <= MOST_TO_BACKSTOP


@needs_data
def test_the_category_is_well_above_always_saying_the_commonest(city: Directory) -> None:
    accuracy = label_accuracy(city, rows("labelled-raw.jsonl"))
    assert accuracy.n > 0
    assert accuracy.points_above_commonest >= POINTS_ABOVE_COMMONEST
