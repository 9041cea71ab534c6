"""A post's hand-over (交接): what is open when its holder changes passes to the successor, who confirms."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from services.assignment.directory import Directory, Holder, Post

PassingKind = Literal["case", "rectification", "part", "promise", "project"]
"""A case under way; one whose badly rated reply is to be put right; an assisting unit's part of a case."""
OF_CASES: Final[tuple[PassingKind, ...]] = ("case", "rectification", "part")


@dataclass(frozen=True, slots=True)
class Succession:
    """The last change of a post's holder. `since`: the successor's first local day, of terms in a row their
    first: a renewal changes nothing."""

    post: str
    unit: str
    predecessor: str
    successor: str
    since: date


@dataclass(frozen=True, slots=True)
class Passing:
    """Something open that the predecessor had taken on.

    What is of a case is due at an instant (None while that isn't known), a promise or project on a local day.
    """

    kind: PassingKind
    id: UUID
    number: str
    words: str
    state: str
    due_at: datetime | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The successor's side has seen the list; `digest` and the counts say which list it was."""

    post: str
    since: date
    predecessor: str
    successor: str
    digest: str
    cases: int
    promises: int
    projects: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConfirmedBefore:
    """It was confirmed already; that stands."""

    confirmation: Confirmation


@dataclass(frozen=True, slots=True)
class ListChanged:
    """The list isn't any more the one that was looked at."""

    digest: str


@dataclass(frozen=True, slots=True)
class NothingPasses:
    """Nothing of the predecessor's is open: there is nothing to confirm."""


class HandOvers(Protocol):
    """Where open things and confirmations are found, within one transaction."""

    async def passing(self, successions: Sequence[Succession]) -> Mapping[str, Sequence[Passing]]:
        """By post what was taken on before its successor's first day and is open; nothing: no entry."""
        ...

    async def confirmations(self, posts: Sequence[str]) -> Mapping[tuple[str, date], Confirmation]:
        """By post and the successor's first day."""
        ...

    async def add(self, confirmation: Confirmation) -> bool:
        """Whether there was none yet."""
        ...


Outcome = Confirmation | ConfirmedBefore | ListChanged | NothingPasses


def successions(directory: Directory, today: date) -> Iterator[Succession]:
    """Of each post that is held today and was somebody else's before, in the directory's order."""
    terms: dict[str, list[Holder]] = {}
    for holder in directory.holders:
        terms.setdefault(holder.post, []).append(holder)
    for post in directory.posts:
        if found := _succession(post, terms.get(post.code, []), today):
            yield found


def _succession(post: Post, terms: Sequence[Holder], today: date) -> Succession | None:
    """A gap between the two changes nothing: what lay there without a holder passes as well."""
    current = next((term for term in terms if term.holds(today)), None)
    if current is None:
        return None
    since = current.since
    earlier = (term for term in terms if term.since < current.since)
    for before in sorted(earlier, key=lambda term: term.since, reverse=True):
        if before.person != current.person:
            return Succession(post.code, post.unit, before.person, current.person, since)
        since = before.since
    return None


def digest_of(passing: Collection[Passing]) -> str:
    """SHA-256 of what passes and when it is due: a list that says the same has the same one."""
    lines = sorted(f"{one.kind} {one.id} {one.due_at or one.due_on}" for one in passing)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def counts_of(passing: Collection[Passing]) -> Mapping[PassingKind, int]:
    """How many of each kind; 0 where there are none."""
    return Counter(one.kind for one in passing)


async def confirm(
    hand_overs: HandOvers, succession: Succession, seen: str, by: str, now: datetime
) -> Outcome:
    """Confirm the list whose digest is `seen`, once for each successor."""
    post, since = succession.post, succession.since
    if before := (await hand_overs.confirmations([post])).get((post, since)):
        return ConfirmedBefore(before)
    passing = (await hand_overs.passing([succession])).get(post, ())
    if not passing:
        return NothingPasses()
    if (digest := digest_of(passing)) != seen:
        return ListChanged(digest)
    confirmation = _confirmation(succession, passing, by, now)
    if await hand_overs.add(confirmation):
        return confirmation
    return ConfirmedBefore((await hand_overs.confirmations([post]))[post, since])


def _confirmation(succession: Succession, passing: Sequence[Passing], by: str, now: datetime) -> Confirmation:
    counts = counts_of(passing)
    return Confirmation(
        succession.post,
        succession.since,
        succession.predecessor,
        succession.successor,
        digest_of(passing),
        sum(counts.get(kind, 0) for kind in OF_CASES),
        counts.get("promise", 0),
        counts.get("project", 0),
        by,
        now,
    )
