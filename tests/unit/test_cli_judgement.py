"""How the audit judges what its SQL found, how settling reads backlogs, and small parts of other commands."""

import pytest

from services.cli.circulars import percent
from services.cli.dlq import first_of_keys, parts
from services.cli.instants import local_minute
from services.cli.staff import checked_role
from services.dev.audit import CHECKS, events_on_their_way
from services.dev.audit_checks import Check, result
from services.dev.problem import Problem
from services.dev.settle import Left

MISSING = Check("missing", "缺", "missing", "", "", on_its_way=True)
DOUBLE = Check("double", "重", "double", "", "")


def test_what_is_missing_is_excused_only_by_events_on_their_way() -> None:
    excused = result(MISSING, 10, 3, ["a"], events=3)
    assert (excused.balanced, excused.on_its_way) == (True, 3)
    assert not result(MISSING, 10, 4, ["a"], events=3).balanced
    assert not result(MISSING, 10, 1, ["a"], events=0).balanced


def test_what_is_double_is_never_excused() -> None:
    assert not result(DOUBLE, 10, 1, ["a"], events=100).balanced


def test_each_check_has_a_name_of_its_own_in_both_languages() -> None:
    for names in zip(*((check.name, check.zh, check.en) for check in CHECKS), strict=True):
        assert len(set(names)) == len(CHECKS)


def test_events_that_came_between_two_rounds_are_on_their_way_too() -> None:
    before = (Left("intake", outbox=2, end_offsets=10), Left("assignment", lag=(("demand", 3),)))
    after = (Left("intake", end_offsets=14), Left("assignment"))
    assert events_on_their_way(before, after) == 5 + 4
    assert events_on_their_way(after, after) == 0


def test_a_service_that_is_silent_is_not_settled() -> None:
    assert Left("intake").nothing
    assert not Left("intake", silent="doesn't answer").nothing


def test_what_is_left_is_named() -> None:
    left = Left("reporting", outbox=1, due=2, lag=(("case", 0), ("demand", 3)))
    assert str(left) == "reporting: 1 in the outbox, 3 of demand unread, 2 due"


def test_one_letter_stands_for_its_key() -> None:
    letters = [
        {"letter": f"{service}/{number}", "service": service, "topic": "case", "key": key}
        for service, number, key in [
            ("intake", 1, "a"),
            ("intake", 2, "a"),
            ("intake", 3, "b"),
            ("x", 1, "a"),
        ]
    ]
    assert list(first_of_keys(iter(letters))) == ["intake/1", "intake/3", "x/1"]


def test_a_letter_is_named_by_service_and_number() -> None:
    assert parts("supervision/7") == ("supervision", 7)
    with pytest.raises(Problem):
        parts("7")


def test_a_handler_needs_a_unit_and_a_role_must_be_known() -> None:
    assert checked_role("handler", "water") == "handler"
    with pytest.raises(Problem, match="needs a unit"):
        checked_role("handler", None)
    with pytest.raises(Problem, match="no role"):
        checked_role("king", None)


def test_people_read_local_minutes_and_shares_with_one_digit() -> None:
    assert local_minute("2021-03-08T00:00:00Z") == "2021-03-08 08:00"
    assert (local_minute(None), percent(None), percent(0.8571)) == ("–", "–", "85.7%")
