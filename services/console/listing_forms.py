"""What each act on a listing and a meeting asks for on its page; pure."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from services.console.typed import Unfit

LISTING: Final = ("project", "case_id", "title", "reason")
"""What somebody types who lists by hand; a project or a case."""
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "progress": ("text",),
    "ask": ("text",),
    "send_back": ("reason",),
    "strike_off": ("note",),
}
"""Step of a listing → its inputs."""
MEETING: Final = ("meeting_id", "name", "day")
ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "report": ("entry_id", "post", "item", "text"),
    "comment": ("entry_id", "post", "item", "text"),
    "follow_up": ("follow_up_id", "unit", "item", "task", "due"),
    "close": ("minutes",),
    "done": ("follow_up_id", "text"),
}
"""Act on a meeting → its inputs. The page made the ids: a form that is sent twice does its work once."""
MAY_BE_EMPTY: Final = ("note", "item", "title", "project", "case_id")
_PATHS: Final = {
    "report": "/meetings/{meeting_id}/reports",
    "comment": "/meetings/{meeting_id}/comments",
    "follow_up": "/meetings/{meeting_id}/follow-ups",
    "close": "/meetings/{meeting_id}/close",
    "done": "/follow-ups/{follow_up_id}/done",
}


def body_of(names: tuple[str, ...], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed. Raises Unfit for a needed field that is empty."""
    for name in names:
        if name not in MAY_BE_EMPTY and not typed.get(name):
            raise Unfit(name)
    return {name: typed[name] for name in names if typed.get(name)}


def act_of(act: str, meeting_id: UUID, typed: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The path of an act on a meeting, and its body. Raises Unfit."""
    body = body_of(ACTS[act], typed)
    ids = {"meeting_id": meeting_id}
    if act == "done":
        try:
            ids["follow_up_id"] = UUID(body.pop("follow_up_id"))
        except ValueError as unreadable:
            raise Unfit("follow_up_id") from unreadable
    return _PATHS[act].format_map(ids), body
