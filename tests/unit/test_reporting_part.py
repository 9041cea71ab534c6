"""Shares held against what is demanded."""

from services.reporting.part import falls_short


def test_exactly_what_is_demanded_is_enough() -> None:
    assert not falls_short(55, 100, 0.55)
    assert not falls_short(17, 20, 0.85)


def test_less_by_less_than_the_printed_digits_is_too_little() -> None:
    assert falls_short(84_999, 100_000, 0.85)


def test_nothing_of_nothing_falls_short_of_nothing() -> None:
    assert not falls_short(0, 0, 0.85)
