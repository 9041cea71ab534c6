"""Cursors of pages: what a page gave out comes back, anything else is refused by name."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.kit.http import Problem
from services.kit.page import Cursor

ID = UUID(int=7)


def test_a_cursor_brings_back_the_entry_it_was_made_of() -> None:
    after = Cursor(datetime(2021, 3, 1, 4, 0, 0, 123456, tzinfo=UTC), ID)
    assert Cursor.parse(str(after)) == after
    ahead = after._replace(ahead=True)
    assert Cursor.parse(str(ahead)) == ahead


@pytest.mark.parametrize(
    "said",
    [
        f"2021-03-01T04:00:00 {ID}",
        f"0001-01-01T00:00:00+14:00 {ID}",
        f"9999-12-31T23:59:59-12:00 {ID}",
        f"yesterday {ID}",
        "2021-03-01T04:00:00+00:00 7",
        "2021-03-01T04:00:00+00:00",
        f"2021-03-01T04:00:00+00:00 {ID} behind",
        "",
    ],
)
def test_a_cursor_that_no_page_gave_out_is_refused_by_name(said: str) -> None:
    with pytest.raises(Problem) as refused:
        Cursor.parse(base64.urlsafe_b64encode(said.encode()).decode())
    assert (refused.value.status, refused.value.body["field"]) == (422, "after")


@pytest.mark.parametrize("text", ["x", "eA", "////", "%", "码", "gICA"])
def test_what_is_no_cursor_at_all_is_refused_by_name(text: str) -> None:
    with pytest.raises(Problem) as refused:
        Cursor.parse(text)
    assert (refused.value.status, refused.value.body["field"]) == (422, "after")
