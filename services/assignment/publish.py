"""Publish the directory: a new version takes force whole, and what changed in it becomes known to all."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.assignment.directory import OTHER, Directory, DirectoryProblem, Word, local_day, problems
from services.assignment.directory_record import alterations
from services.contracts.directory import (
    AuthorityRecorded,
    CategoryRecorded,
    DirectoryEvent,
    HolderRecorded,
    PostRecorded,
    UnitRecorded,
)

OTHER_NAME = "其他"


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the directory, as it was loaded. `digest`: SHA-256 of its canonical JSON."""

    version: int
    directory: Directory
    digest: bytes
    loaded_at: datetime
    loaded_by: str


def digest_of(directory: Directory) -> bytes:
    """Equal for directories with the same entries in the same order."""
    return hashlib.sha256(directory.model_dump_json().encode()).digest()


class Directories(Protocol):
    """Where the versions are kept, within one transaction."""

    async def lock(self) -> None: ...

    async def current(self) -> Edition | None: ...

    async def promising(self) -> Set[str]:
        """The authorities that have a promise on record."""
        ...

    async def add(self, edition: Edition) -> None: ...


class DirectoryRefused(ValueError):
    """The directory has problems; nothing of it was kept."""

    def __init__(self, found: list[DirectoryProblem]) -> None:
        super().__init__(f"{len(found)} problems in the directory, the first: {found[0].what}")
        self.problems = found


class NoDirectory(LookupError):
    """No directory was loaded yet."""

    def __init__(self) -> None:
        super().__init__("no directory was loaded yet")


class DirectoryMovedOn(ValueError):
    """Somebody loaded another version since the one that an edit started from."""

    def __init__(self, based_on: int, version: int) -> None:
        super().__init__(f"the edit starts from version {based_on}, in force is version {version}")
        self.version = version


@dataclass(frozen=True, slots=True)
class Published:
    """What a load did. `changed`: entries by list whose events go out; all empty for an identical load."""

    version: int
    identical: bool
    changed: Mapping[str, int] = field(default_factory=dict)
    retired: int = 0


async def publish(
    directories: Directories,
    send: Callable[[DirectoryEvent], None],
    directory: Directory,
    loaded_by: str,
    now: datetime,
) -> Published:
    """Put a directory into force, all or nothing. `now`: business time. Raises DirectoryRefused."""
    await directories.lock()
    current, found = await directories.current(), problems(directory)
    if current is not None:
        promising = await directories.promising()
        found += alterations(current.directory, directory, local_day(now), promising)
    if found:
        raise DirectoryRefused(found)
    return await _publish(directories, send, current, directory, loaded_by, now)


async def replace_words(
    directories: Directories,
    send: Callable[[DirectoryEvent], None],
    words: tuple[Word, ...],
    based_on: int,
    edited_by: str,
    now: datetime,
) -> Published:
    """Replace the lexicon alone. Raises NoDirectory, DirectoryMovedOn, DirectoryRefused."""
    await directories.lock()
    current = await directories.current()
    if current is None:
        raise NoDirectory
    if current.version != based_on:
        raise DirectoryMovedOn(based_on, current.version)
    edited = Directory.model_validate({**_lists(current.directory), "words": words})
    if found := problems(edited):
        raise DirectoryRefused(found)
    return await _publish(directories, send, current, edited, edited_by, now)


async def _publish(
    directories: Directories,
    send: Callable[[DirectoryEvent], None],
    current: Edition | None,
    directory: Directory,
    loaded_by: str,
    now: datetime,
) -> Published:
    digest = digest_of(directory)
    if current is not None and current.digest == digest:
        return Published(current.version, identical=True)
    version = current.version + 1 if current else 1
    await directories.add(Edition(version, directory, digest, now, loaded_by))
    events = changes(current.directory if current else None, directory, version)
    for event in events:
        send(event)
    return _told(version, events)


def _told(version: int, events: list[DirectoryEvent]) -> Published:
    changed: dict[str, int] = {}
    for event in events:
        name = type(event).__name__.removesuffix("Recorded").lower()
        changed[name] = changed.get(name, 0) + 1
    return Published(version, False, changed, sum(event.retired for event in events))


def changes(before: Directory | None, after: Directory, version: int) -> list[DirectoryEvent]:
    """An event for each entry that is new, other than before, or gone (then retired)."""
    old = {event.subject(): event for event in entries(before, version)} if before else {}
    new = {event.subject(): event for event in entries(after, version)}
    changed = [event for subject, event in new.items() if old.get(subject) != event]
    retired = [
        event.model_copy(update={"retired": True}) for subject, event in old.items() if subject not in new
    ]
    return [*changed, *retired]


def entries(directory: Directory, version: int) -> Iterable[DirectoryEvent]:
    """Everything of a directory that others read: authority, units, posts, holders, categories."""
    yield _authority(directory, version)
    for unit in directory.units:
        backstop = unit.code == directory.authority.backstop_unit
        yield UnitRecorded(version=version, backstop=backstop, **unit.model_dump())
    for post in directory.posts:
        yield PostRecorded(version=version, **post.model_dump())
    for holder in directory.holders:
        yield HolderRecorded(version=version, **holder.model_dump(by_alias=False))
    for category in directory.categories:
        yield CategoryRecorded(version=version, **category.model_dump())
    if OTHER not in directory.categories_by_code:
        yield CategoryRecorded(version=version, code=OTHER, name=OTHER_NAME)


def _authority(directory: Directory, version: int) -> AuthorityRecorded:
    authority = directory.authority
    values = authority.model_dump(exclude={"circular"})
    return AuthorityRecorded(version=version, **authority.circular.model_dump(), **values)


def _lists(directory: Directory) -> dict[str, object]:
    return {name: getattr(directory, name) for name in Directory.model_fields}
