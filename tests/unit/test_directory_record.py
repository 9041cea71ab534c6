"""What is on record of a directory stays as it was: terms that have begun, and whose promises they are."""

from datetime import date
from typing import Any

import pytest

from services.assignment.directory import DirectoryProblem
from services.assignment.directory_record import alterations
from tests.unit.directory_samples import AUTHORITY, HOLDERS, county

TODAY = date(2021, 3, 1)
OLD, NEW = HOLDERS  # until today, and from today on
COMING = {"post": "water.head", "person": "丙某", "from": "2021-03-02"}
BEFORE = [OLD, NEW, COMING]


def altered(*holders: dict[str, Any]) -> list[DirectoryProblem]:
    return list(alterations(county(holders=BEFORE), county(holders=holders), TODAY, frozenset()))


def test_a_new_term_and_the_end_of_one_that_goes_on_alter_nothing() -> None:
    ended = {**NEW, "to": "2021-06-01"}
    assert altered(*BEFORE) == []
    assert altered(OLD, ended, {"post": "magistrate", "person": "丁某", "from": "2021-06-01"}, COMING) == []


def test_what_has_not_begun_may_be_altered_or_left_out() -> None:
    assert altered(OLD, NEW, {**COMING, "from": "2021-04-01", "person": "丁某"}) == []
    assert altered(OLD, NEW) == []


def test_an_end_that_lies_ahead_may_be_moved_and_one_that_has_come_may_not() -> None:
    before, after = ({**NEW, "to": to} for to in ("2021-03-02", "2021-07-01"))
    moved = county(holders=[OLD, after])
    assert list(alterations(county(holders=[OLD, before]), moved, TODAY, frozenset())) == []
    [found] = alterations(county(holders=[OLD, before]), moved, date(2021, 3, 2), frozenset())
    assert (found.row, found.column) == (3, "to")


@pytest.mark.parametrize(
    ("holders", "row", "column"),
    [
        ([NEW, COMING], None, "from"),
        ([NEW, COMING, {**OLD, "from": "2020-02-01"}], 4, "from"),
        ([COMING, {**OLD, "person": "丁某"}, NEW], 3, "person"),
        ([{**OLD, "to": "2021-02-01"}, NEW], 2, "to"),
        ([{**OLD, "to": None}, NEW], 2, "to"),
    ],
)
def test_a_term_that_has_begun_is_neither_dropped_nor_altered(
    holders: list[dict[str, Any]], row: int | None, column: str
) -> None:
    [found] = altered(*holders)
    assert (found.file, found.row, found.column) == ("holders.csv", row, column)
    assert "甲某 自 2020-01-01" in found.what
    assert found.remedy


def test_the_authority_keeps_its_code_once_there_are_promises() -> None:
    after = county(authority={**AUTHORITY, "code": "city", "name": "某市"})
    assert list(alterations(county(), after, TODAY, frozenset())) == []
    [found] = alterations(county(), after, TODAY, {"county"})
    assert (found.file, found.column, "county" in found.remedy) == ("authority.yaml", "code", True)
    assert list(alterations(after, county(), TODAY, {"county"})) == []
    named = county(authority={**AUTHORITY, "name": "某市"})
    assert list(alterations(county(), named, TODAY, {"county"})) == []
