"""Call-back samples: each unit's share, rounded up, the same again from the same seed."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assignment.sample import LEAST, Replied, draw


def replies(**units: int) -> list[Replied]:
    return [
        Replied(UUID(int=number + 1000 * at), unit)
        for at, (unit, count) in enumerate(units.items())
        for number in range(count)
    ]


@pytest.mark.parametrize(("replied", "drawn"), [(1, 1), (9, 1), (10, 1), (11, 2), (100, 10), (101, 11)])
def test_a_tenth_is_rounded_up_so_that_every_unit_is_called_about(replied: int, drawn: int) -> None:
    assert len(draw(replies(water=replied), LEAST, "7")) == drawn


@given(
    st.dictionaries(st.sampled_from(("water", "road", "town")), st.integers(1, 40), min_size=1),
    st.decimals(min_value=Decimal("0.1"), max_value=1, places=2),
    st.text(min_size=1, max_size=5),
)
def test_no_unit_gets_less_than_its_share_and_nothing_is_drawn_twice(
    units: dict[str, int], share: Decimal, seed: str
) -> None:
    found = draw(replies(**units), share, seed)
    assert len(set(found)) == len(found)
    for unit, count in units.items():
        drawn = sum(one.unit == unit for one in found)
        assert share * count <= drawn < share * count + 1


def test_the_same_seed_draws_the_same_whatever_order_the_replies_come_in() -> None:
    all_of_them = replies(water=60, road=60)
    assert draw(all_of_them, LEAST, "2021-03") == draw(all_of_them[::-1], LEAST, "2021-03")
    assert draw(all_of_them, LEAST, "2021-03") != draw(all_of_them, LEAST, "2021-04")


def test_one_unit_s_draw_does_not_depend_on_the_others() -> None:
    alone = draw(replies(water=40), LEAST, "7")
    beside = [one for one in draw(replies(water=40, road=13), LEAST, "7") if one.unit == "water"]
    assert alone == beside
