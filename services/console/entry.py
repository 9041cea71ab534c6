"""A demand that a clerk types in for a citizen; pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.console.said import LOCAL

TEXTS: Final = ("title", "body", "place")
CONTACT: Final = ("name", "phone", "email")
REQUIRED: Final = ("channel", "title", "body")
FIELDS: Final = ("channel", *TEXTS, *CONTACT, "occurred_at")


class Incomplete(ValueError):
    """A field is missing or can't be read: `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def demand_of(typed: Mapping[str, str], channels: Collection[str]) -> dict[str, Any]:
    """The body of POST /demands. Raises Incomplete for what the form could have told by itself."""
    for name in REQUIRED:
        if not typed.get(name):
            raise Incomplete(name)
    if typed["channel"] not in channels:
        raise Incomplete("channel")
    contact = {name: typed[name] for name in CONTACT if typed.get(name)}
    return {
        "channel": typed["channel"],
        **{name: typed[name] for name in TEXTS if typed.get(name)},
        **({"contact": contact} if contact else {}),
        **({"occurred_at": _instant(typed["occurred_at"])} if typed.get("occurred_at") else {}),
    }


def entry_of(text: str) -> str:
    """The id of a filled-in form, as it becomes an idempotency key. Raises Incomplete."""
    try:
        return f"console-{UUID(text)}"
    except ValueError as other:
        raise Incomplete("entry") from other


def _instant(text: str) -> str:
    """A browser's local date and time, meant in Asia/Shanghai."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=LOCAL).isoformat()
    except ValueError as unreadable:
        raise Incomplete("occurred_at") from unreadable
