"""The assisting units (协办单位) of a case, as its timeline tells them. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from services.assignment.transitions import Step

ASSISTS: Final[frozenset[Step]] = frozenset({"assist", "assist_done", "release_assist"})
"""The steps that name an assisting unit."""


class Assist(NamedTuple):
    """One unit's part: what was asked and when; `result` and `done_at`, or that it was released."""

    unit: str
    what: str
    asked_at: datetime
    done_at: datetime | None = None
    result: str | None = None
    released_at: datetime | None = None


def assists_of(moments: Iterable[Mapping[str, Any]], open_: Iterable[str]) -> list[Assist]:
    """Each time that a unit was asked, oldest first; `moments` in their order.

    What is neither done nor open any more ended with the case, or with its dispatch to that unit: left out.
    So is the end of a part whose beginning isn't told.
    """
    asked: list[Assist] = []
    for one in moments:
        if one["step"] == "assist":
            asked.append(Assist(one["assisting"], one["note"], one["at"]))
        elif one["step"] in ASSISTS:
            at = _last(asked, one["assisting"])
            if at is None:
                continue
            done = one["step"] == "assist_done"
            ended = {"done_at": one["at"], "result": one["note"]} if done else {"released_at": one["at"]}
            asked[at] = asked[at]._replace(**ended)
    waiting = set(open_)
    return [one for one in asked if one.done_at or one.released_at or one.unit in waiting]


def _last(asked: list[Assist], unit: str) -> int | None:
    return max((number for number, one in enumerate(asked) if one.unit == unit), default=None)
