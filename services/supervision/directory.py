"""Keep supervision's copy of the directory: units, posts, holders, and the authority's presets."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from services.contracts.directory import (
    AuthorityRecorded,
    DirectoryEvent,
    HolderRecorded,
    PostRecorded,
    UnitRecorded,
)
from services.supervision.policy import Presets

Recorded = TypeVar("Recorded", bound=DirectoryEvent)


class UnknownPreset(LookupError):
    """The authority chose a preset that this release doesn't have."""

    def __init__(self, what: str, chosen: str, known: Sequence[str]) -> None:
        super().__init__(f"the authority chose {what} {chosen}; this release has {', '.join(known)}")


class Copy(Protocol):
    """The directory's copy, within one transaction. An older version never replaces a newer one."""

    async def keep_units(self, units: Sequence[UnitRecorded]) -> None: ...
    async def keep_posts(self, posts: Sequence[PostRecorded]) -> None: ...
    async def keep_holders(self, holders: Sequence[HolderRecorded]) -> None: ...
    async def choose(self, authority: AuthorityRecorded) -> None: ...


async def record(copy: Copy, presets: Presets, events: Sequence[DirectoryEvent]) -> None:
    """Apply events of the directory. Raises `UnknownPreset`, and nothing of the batch is kept."""
    if units := latest(events, UnitRecorded):
        await copy.keep_units(units)
    if posts := latest(events, PostRecorded):
        await copy.keep_posts(posts)
    if holders := latest(events, HolderRecorded):
        await copy.keep_holders(holders)
    for authority in latest(events, AuthorityRecorded):
        if not authority.retired:
            _check(authority, presets)
            await copy.choose(authority)


def latest(events: Sequence[DirectoryEvent], kind: type[Recorded]) -> list[Recorded]:
    """Of each entry of one kind the newest version, sorted by entry."""
    newest: dict[str, Recorded] = {}
    for event in events:
        if isinstance(event, kind):
            subject = event.subject()
            if subject not in newest or newest[subject].version <= event.version:
                newest[subject] = event
    return [newest[subject] for subject in sorted(newest)]


def _check(authority: AuthorityRecorded, presets: Presets) -> None:
    if authority.limits not in presets.limits:
        raise UnknownPreset("limits", authority.limits, tuple(presets.limits))
    if authority.ladder not in presets.ladders:
        raise UnknownPreset("ladder", authority.ladder, tuple(presets.ladders))
