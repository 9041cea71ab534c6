"""Whether a demand repeats an earlier matter of the same citizen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assignment.repeats import SIMILAR, WINDOW, Matter, repeated_case, similarity

NOW = datetime(2021, 3, 1, tzinfo=UTC)
TEXT = "滨河路十二号楼停水三天没人来修"
MATTER = Matter("new", "citizen", "water", "river", TEXT, NOW)
EARLIER = replace(MATTER, case_id="old", at=NOW - timedelta(days=5))
OTHER_TEXT = "物业乱收电梯费还不给开发票"


def test_the_same_citizen_category_and_place_repeat() -> None:
    assert repeated_case(MATTER, [replace(EARLIER, text=OTHER_TEXT)]) == "old"


def test_another_place_repeats_where_the_text_is_alike() -> None:
    assert repeated_case(MATTER, [replace(EARLIER, place=None)]) == "old"
    assert repeated_case(MATTER, [replace(EARLIER, place="hill", text=TEXT + "！")]) == "old"


@pytest.mark.parametrize(
    "other",
    [
        replace(EARLIER, citizen_ref="somebody"),
        replace(EARLIER, category="road"),
        replace(EARLIER, place="hill", text=OTHER_TEXT),
        replace(EARLIER, place=None, text=OTHER_TEXT),
        replace(EARLIER, at=NOW - WINDOW - timedelta(seconds=1)),
        replace(EARLIER, at=NOW + timedelta(seconds=1)),
        replace(EARLIER, case_id="new"),
    ],
)
def test_another_matter_does_not_repeat(other: Matter) -> None:
    assert repeated_case(MATTER, [other]) is None


def test_two_unknown_places_are_not_the_same_place() -> None:
    nowhere = replace(MATTER, place=None)
    assert repeated_case(nowhere, [replace(EARLIER, place=None, text=OTHER_TEXT)]) is None


def test_the_last_moment_of_the_window_counts() -> None:
    assert repeated_case(MATTER, [replace(EARLIER, at=NOW - WINDOW)]) == "old"


def test_of_several_the_latest_is_named_whatever_their_order() -> None:
    latest = replace(EARLIER, case_id="latest", at=NOW - timedelta(days=1))
    assert repeated_case(MATTER, [EARLIER, latest]) == "latest"
    assert repeated_case(MATTER, [latest, EARLIER]) == "latest"


texts = st.text(alphabet="停水路灯不亮 ", max_size=30)


@given(texts, texts)
def test_similarity_is_symmetric_and_between_nought_and_one(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0.0 <= similarity(one, other) <= 1.0


@given(st.text(alphabet="停水路灯不亮", min_size=2, max_size=30))
def test_a_text_is_as_similar_to_itself_as_can_be(text: str) -> None:
    assert similarity(text, " ".join(text)) == 1.0 > SIMILAR
