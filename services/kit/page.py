"""Where a list goes on behind a page: the instant and the id of its last entry, opaque to whoever asks."""

import base64
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from services.kit.http import Problem


class Cursor(NamedTuple):
    """The last entry of a page, in a list in the order of (instant, id). The instant is aware."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.at.isoformat()} {self.id}".encode()).decode()

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Its instant in UTC. Raises Problem 422 for what no page gave out."""
        try:
            at, _, entry = base64.urlsafe_b64decode(text).decode().partition(" ")
            return cls(_instant(at), UUID(entry))
        except (ValueError, OverflowError) as unreadable:
            raise no_cursor() from unreadable


def no_cursor() -> Problem:
    """422: `after` says something that no page of the list gave out."""
    return Problem(
        422,
        "Unprocessable Content",
        "`after` is no cursor of this list",
        field="after",
        remedy="take it from `next` of the page before, or leave it out",
    )


def _instant(text: str) -> datetime:
    """Raises ValueError without an offset, OverflowError for what UTC has no year for: nor has PostgreSQL."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    return instant.astimezone(UTC)
