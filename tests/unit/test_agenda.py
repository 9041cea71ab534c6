"""The agenda of the leading group's meeting: every find once, in one order."""

from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.meeting import ItemKind
from services.supervision.agenda import ORDER, Found, agenda

NOON = datetime(2021, 6, 1, 4, tzinfo=UTC)
FOUND = st.builds(
    Found,
    kind=st.sampled_from(get_args(ItemKind)),
    unit=st.sampled_from(["hekou", "roads"]),
    what=st.sampled_from(["complete", "sign_for"]),
    times=st.integers(1, 9),
    since=st.integers(0, 90).map(lambda days: NOON - timedelta(days=days)),
)


@given(found=st.lists(FOUND, max_size=8), shuffled=st.randoms())
def test_the_same_finds_in_any_order_make_the_same_agenda(found: list[Found], shuffled: object) -> None:
    other = list(found)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    assert agenda(found) == agenda(other)


@given(found=st.lists(FOUND, max_size=8))
def test_each_find_is_an_item_numbered_from_one(found: list[Found]) -> None:
    items = agenda(found)
    assert [one.number for one in items] == list(range(1, len(found) + 1))
    assert sorted((one.kind, one.count) for one in items) == sorted((one.kind, one.times) for one in found)


def test_what_was_set_before_comes_first_and_the_most_before_the_fewer() -> None:
    few, many = Found("overdue", "hekou", "complete", 1, NOON), Found("overdue", "roads", "complete", 4, NOON)
    items = agenda([few, many, *(Found(kind, "hekou", "", 1, NOON) for kind in ORDER if kind != "overdue")])
    assert [one.kind for one in items] == [
        "follow_up",
        "listing",
        "overdue",
        "overdue",
        "bad_rating",
        "consequence",
    ]
    assert [one.count for one in items if one.kind == "overdue"] == [4, 1]
