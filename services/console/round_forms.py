"""What a round's forms ask for: its plan, its close, and what an inspector found; pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from services.console.typed import Unfit, instant

PLAN: Final = ("name", "first_day", "last_day", "inspectors", "team", "visits")
GROUPS: Final = ("towns", "projects", "never")
"""Places chosen at once: all towns, all open projects, all that no round went to yet."""
FINDING: Final = ("unit", "project", "place", "found_at", "found", "item", "required", "reply_by")
_BETWEEN_NAMES: Final = re.compile(r"[\n,，、;；]")


class Place(Protocol):
    """Where a round may go; `last_seen` None: no round was there yet."""

    @property
    def kind(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def last_seen(self) -> datetime | None: ...


def name_of(kind: str, key: str) -> str:
    """What a place is called in a form and by the API: `unit:town_hekou`."""
    return f"{kind}:{key}"


def plan_body(
    typed: Mapping[str, str], groups: Collection[str], chosen: Collection[str], places: Sequence[Place]
) -> dict[str, Any]:
    """The body of a plan, its places in their list's order. Raises Unfit."""
    for name in ("name", "first_day", "last_day"):
        if not typed.get(name):
            raise Unfit(name)
    if typed["last_day"] < typed["first_day"]:
        raise Unfit("last_day", "before")
    targets = [{"kind": one.kind, "key": one.key} for one in places if _is_chosen(one, groups, chosen)]
    if not targets:
        raise Unfit("targets")
    people = _inspectors(typed)
    team = _number(typed, "team", len(people)) or 2
    if team > len(people):
        raise Unfit("team", "more")
    visits = _number(typed, "visits", len(targets))
    days = {name: typed[name] for name in ("name", "first_day", "last_day")}
    body = {**days, "targets": targets, "inspectors": people, "team": team}
    return {**body, "visits": visits} if visits else body


def _is_chosen(one: Place, groups: Collection[str], chosen: Collection[str]) -> bool:
    whole = {"towns": one.kind == "unit", "projects": one.kind == "project", "never": one.last_seen is None}
    return name_of(one.kind, one.key) in chosen or any(whole[group] for group in groups if group in whole)


def _inspectors(typed: Mapping[str, str]) -> list[str]:
    """One a line, or with commas between. Raises Unfit."""
    people = [one.strip() for one in _BETWEEN_NAMES.split(typed.get("inspectors", "")) if one.strip()]
    if not people:
        raise Unfit("inspectors")
    if len(set(people)) < len(people):
        raise Unfit("inspectors", "twice")
    return people


def _number(typed: Mapping[str, str], name: str, most: int) -> int | None:
    """None where nothing was typed. Raises Unfit."""
    text = typed.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise Unfit(name, "number")
    if int(text) > most:
        raise Unfit(name, "more")
    return int(text)


def finding_body(typed: Mapping[str, str], photos: Sequence[str]) -> dict[str, Any]:
    """The body of a finding; whoever says what is required wants a letter. Raises Unfit."""
    given: dict[str, Any] = {name: typed[name] for name in FINDING if typed.get(name)}
    if not {"unit", "project"} & given.keys():
        raise Unfit("unit")
    for name in ("place", "found"):
        if name not in given:
            raise Unfit(name)
    try:
        given["found_at"] = instant(typed.get("found_at", ""))
    except ValueError as unreadable:
        raise Unfit("found_at", "unreadable" if typed.get("found_at") else "missing") from unreadable
    if photos:
        given["photos"] = list(dict.fromkeys(photos))
    return {**given, "needs_letter": "required" in given}


def digest_of(content: bytes) -> str:
    """What a photograph is called: the SHA-256 of its bytes, in hexadecimal."""
    return sha256(content).hexdigest()
