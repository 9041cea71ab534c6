"""A demand that a clerk types in for a citizen; pure."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from services.console.typed import Unfit, instant

TEXTS: Final = ("title", "body", "place")
CONTACT: Final = ("name", "phone", "email")
REQUIRED: Final = ("channel", "title", "body")
FIELDS: Final = ("channel", *TEXTS, *CONTACT, "occurred_at")


def demand_of(typed: Mapping[str, str], channels: Collection[str]) -> dict[str, Any]:
    """The body of POST /demands. Raises Unfit for what the form could have told by itself."""
    for name in REQUIRED:
        if not typed.get(name):
            raise Unfit(name)
    if typed["channel"] not in channels:
        raise Unfit("channel")
    contact = {name: typed[name] for name in CONTACT if typed.get(name)}
    return {
        "channel": typed["channel"],
        **{name: typed[name] for name in TEXTS if typed.get(name)},
        **({"contact": contact} if contact else {}),
        **({"occurred_at": _instant(typed["occurred_at"])} if typed.get("occurred_at") else {}),
    }


def entry_of(text: str) -> str:
    """The id of a filled-in form, as it becomes an idempotency key. Raises Unfit."""
    try:
        return f"console-{UUID(text)}"
    except ValueError as other:
        raise Unfit("entry") from other


def _instant(text: str) -> str:
    try:
        return instant(text)
    except ValueError as unreadable:
        raise Unfit("occurred_at") from unreadable
