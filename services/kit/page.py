"""Where a list goes on behind a page: the instant and the id of its last entry, opaque to whoever asks."""

import base64
from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import UUID

from services.kit.http import Problem

_AHEAD: Final = " ahead"


class Cursor(NamedTuple):
    """The last entry of a page, in a list in the order of (instant, id). The instant is aware.

    `ahead`: it is one of those that the list puts before all others, whatever their instant.
    """

    at: datetime
    id: UUID
    ahead: bool = False

    def __str__(self) -> str:
        said = f"{self.at.isoformat()} {self.id}{_AHEAD if self.ahead else ''}"
        return base64.urlsafe_b64encode(said.encode()).decode()

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Its instant in UTC. Raises Problem 422 for what no page gave out."""
        try:
            said = base64.urlsafe_b64decode(text).decode()
            at, _, entry = said.removesuffix(_AHEAD).partition(" ")
            return cls(_instant(at), UUID(entry), said.endswith(_AHEAD))
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
