"""Opaque cursors of keyset pages: where a page goes on, in URL-safe base64."""

import base64
from dataclasses import asdict
from datetime import UTC, date, datetime
from uuid import UUID

import orjson

from services.kit.page import no_cursor
from services.reporting.store_rows import After


def encode(after: After) -> str:
    """The cursor of a row's key."""
    return base64.urlsafe_b64encode(orjson.dumps(asdict(after), default=str)).decode().rstrip("=")


def decode(cursor: str | None) -> After:
    """The key of a cursor that this service gave out. Raises Problem 422 for any other."""
    if cursor is None:
        return After()
    try:
        data = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return After(
            at=_instant(data["at"]) if data["at"] else None,
            event_id=UUID(data["event_id"]) if data["event_id"] else None,
            case_id=UUID(data["case_id"]) if data["case_id"] else None,
            dispatch=_counted(data["dispatch"]) if data["dispatch"] is not None else None,
            list=_text(data.get("list")),
            part=_text(data.get("part")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as unreadable:
        raise no_cursor() from unreadable


def encode_line(first: date, ref: str) -> str:
    """The cursor of a line in the list of circulars."""
    return f"{first.isoformat()}~{ref}"


def decode_line(cursor: str | None) -> tuple[date, str] | None:
    """Where the list goes on. Raises Problem 422 for what this service didn't give out."""
    if cursor is None:
        return None
    first, _, ref = cursor.partition("~")
    try:
        return date.fromisoformat(first), _text(ref) or ""
    except ValueError as unreadable:
        raise no_cursor() from unreadable


def _instant(text: str) -> datetime:
    """An aware instant that PostgreSQL can hold. Raises ValueError, OverflowError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    return instant.astimezone(UTC)


def _counted(number: int) -> int:
    """A dispatch's number, as the column holds it. Raises ValueError."""
    if type(number) is not int or not 0 <= number < 2**31:
        raise ValueError(f"{number} numbers no dispatch")
    return number


def _text(given: object) -> str | None:
    """A text that PostgreSQL can hold. Raises ValueError."""
    if given is not None and (not isinstance(given, str) or "\x00" in given):
        raise ValueError(f"{given!r} is no text")
    return given
