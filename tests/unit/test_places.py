"""Where a demand is."""

from services.assignment.classify import Classifier
from services.assignment.places import Gazetteer
from tests.unit.directory_samples import PLACES, UNITS, county

UNITS_ = [
    *UNITS,
    {"code": "hill_town", "name": "山镇", "kind": "town", "parent": "county", "post": "magistrate"},
]
PLACES_ = [*PLACES, {"code": "hill", "name": "山镇", "unit": "hill_town"}]
DIRECTORY = county(units=UNITS_, places=PLACES_)
GAZETTEER = Gazetteer.build(DIRECTORY)


def test_no_place_named_is_no_place() -> None:
    assert GAZETTEER.settle([[], [], []]) is None


def test_the_place_field_decides_before_title_and_body() -> None:
    found = Classifier.build(DIRECTORY).classify("河口停水", "河口", place_text="山镇街上")
    assert found.place == "hill"


def test_a_later_text_only_narrows_to_a_place_within() -> None:
    assert GAZETTEER.settle([[], ["county"], ["river"]]) == "river"
    assert GAZETTEER.settle([[], ["river"], ["county"]]) == "river"
    assert GAZETTEER.settle([[], ["river"], ["hill"]]) == "river"


def test_in_one_text_the_more_specific_place_wins() -> None:
    assert GAZETTEER.settle([[], [], ["county", "hill"]]) == "hill"


def test_of_places_equally_specific_the_one_named_first_wins() -> None:
    assert GAZETTEER.settle([[], ["hill", "river"], []]) == "hill"
