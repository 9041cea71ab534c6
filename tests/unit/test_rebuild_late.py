"""A rebuilt circular takes what was replayed late on the day on which reporting took it."""

from datetime import date

from services.contracts.watermark import WatermarkPassed
from services.dev.rebuild_late import Held, OutOfPlace
from services.kit.dead_letters import Letter
from tests.builders import demand, letter

MONDAY, TUESDAY = date(2021, 3, 8), date(2021, 3, 9)


def mark(day: date, offset: int) -> Letter:
    return letter(WatermarkPassed(day=day, topic="demand", partition=3), offset, topic="demand", partition=3)


def said(offset: int) -> Letter:
    return letter(demand(), offset, partition=3)


LETTERS = [said(0), said(1), mark(MONDAY, 2), said(3), mark(TUESDAY, 4), said(5)]


def offsets(known: OutOfPlace, *batches: list[Letter]) -> list[tuple[list[int], list[int]]]:
    held = Held(known)
    parts = (part for batch in batches for part in held.parts(batch))
    return [([one.offset for one in p.letters], [one.offset for one in p.replayed]) for p in parts]


def test_what_lies_in_its_place_is_taken_as_it_comes() -> None:
    assert offsets(OutOfPlace({}, frozenset()), LETTERS) == [([0, 1, 2, 3, 4, 5], [])]


def test_a_letter_replayed_later_is_kept_back_until_its_partition_begins_that_day() -> None:
    known = OutOfPlace({("demand", 3, 1): TUESDAY}, frozenset())
    assert offsets(known, LETTERS) == [([0, 2, 3, 4], [1]), ([5], [])]
    assert offsets(known, LETTERS[:3], LETTERS[3:]) == [([0, 2], []), ([3, 4], [1]), ([5], [])]


def test_a_letter_that_was_given_up_is_never_taken() -> None:
    known = OutOfPlace({}, frozenset({("demand", 3, 0), ("demand", 2, 5)}))
    assert offsets(known, LETTERS) == [([1, 2, 3, 4, 5], [])]
    assert known.touches("demand")
    assert not known.touches("case")
