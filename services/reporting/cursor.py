"""Opaque cursors of keyset pages: where a page goes on, in URL-safe base64."""

import base64
import binascii
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import orjson

from services.kit.http import Problem
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
            at=datetime.fromisoformat(data["at"]) if data["at"] else None,
            event_id=UUID(data["event_id"]) if data["event_id"] else None,
            case_id=UUID(data["case_id"]) if data["case_id"] else None,
            dispatch=int(data["dispatch"]) if data["dispatch"] is not None else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as unreadable:
        raise Problem(
            422,
            "Unprocessable Content",
            "`after` is no cursor of this list",
            field="after",
            remedy="take it from `next` of the page before, or leave it out",
        ) from unreadable
