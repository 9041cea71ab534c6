"""Names of figures, of circulars, and of places in a list."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.kit.http import Problem
from services.reporting import cursor
from services.reporting.figures import FIGURES, UnknownFigure, named, sliced
from services.reporting.reference import NotAReference, parse
from services.reporting.store_rows import After


def test_a_slice_is_read_back_from_its_name_even_with_dots_in_the_value() -> None:
    asked = named(sliced("assigned", "category", "water.bill"))
    assert (asked.figure.name, asked.dimension, asked.value) == ("assigned", "category", "water.bill")


def test_a_slice_without_a_value_counts_the_rows_that_have_none() -> None:
    assert named(sliced("assigned", "town", None)).value is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nonsense",
        "received.",
        "received.unit",
        "received.kind.help",
        "assigned.colour.red",
        "assigned.unit.\0",
    ],
)
def test_a_name_that_means_nothing_is_refused(name: str) -> None:
    with pytest.raises(UnknownFigure):
        named(name)


def test_every_figure_has_a_chinese_and_an_english_name() -> None:
    assert all(figure.zh and figure.en for figure in FIGURES.values())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2021-03", "2021-03"),
        ("2021-W09", "weekly-2021-03-01"),
        ("2021-03-07", "weekly-2021-03-01"),
    ],
)
def test_a_circular_is_found_by_number_iso_week_or_any_day_of_it(text: str, found: str) -> None:
    assert parse(text) == found


@pytest.mark.parametrize("text", ["2021-W54", "2021-13-01", "latest", "2021"])
def test_what_names_no_circular_is_refused(text: str) -> None:
    with pytest.raises(NotAReference):
        parse(text)


def test_a_cursor_brings_back_the_key_it_was_made_of() -> None:
    after = After(at=datetime(2021, 3, 1, 4, 0, 0, 123456, tzinfo=UTC), event_id=UUID(int=7))
    assert cursor.decode(cursor.encode(after)) == after


@pytest.mark.parametrize(
    "changed",
    [
        {"dispatch": 2**31},
        {"dispatch": 10**30},
        {"dispatch": -1},
        {"dispatch": 1.5},
        {"dispatch": True},
        {"dispatch": "1"},
        {"at": "2021-03-01T04:00:00"},
        {"at": "2021-03-01"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": 1614571200},
        {"case_id": 7},
    ],
)
def test_a_cursor_that_no_page_gave_out_is_refused_by_name(changed: dict[str, object]) -> None:
    whole = {"at": None, "event_id": None, "case_id": None, "dispatch": None} | changed
    text = base64.urlsafe_b64encode(json.dumps(whole).encode()).decode()
    with pytest.raises(Problem) as refused:
        cursor.decode(text)
    assert refused.value.status == 422
    assert refused.value.body["field"] == "after"


@pytest.mark.parametrize("text", ["%", "AAAA", "bnVsbA", "e30", "W10"])
def test_a_cursor_from_elsewhere_is_refused_by_name(text: str) -> None:
    with pytest.raises(Problem) as refused:
        cursor.decode(text)
    assert refused.value.body["field"] == "after"


@pytest.mark.parametrize("text", ["2021-02-30~weekly-2021-03-01", "yesterday~", "2021-03-01~\x00"])
def test_a_cursor_of_the_list_of_circulars_that_nobody_gave_out_is_refused(text: str) -> None:
    """Anybody may send one, and PostgreSQL keeps no NUL."""
    with pytest.raises(Problem):
        cursor.decode_line(text)
