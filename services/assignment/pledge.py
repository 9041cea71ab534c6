"""Put promises on record: made, one or many, changed, settled. Each fact becomes a link of the chain."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

from services.assignment.acting import acts_for
from services.assignment.approver import objection_to
from services.assignment.chain import Fact, Head, Seal, chained
from services.assignment.directory import Directory, local_day
from services.assignment.member import Member
from services.assignment.promise import (
    ORDINARY,
    Airing,
    Complaint,
    Ending,
    FactRefused,
    NewPromise,
    Promise,
    aired,
    changed,
    made,
    promise_id_of,
    repeats,
    settled,
)
from services.assignment.promise_checks import complaints_about, named_in, unknown_projects
from services.contracts.promise import PromiseEvent, PromiseMade
from services.contracts.public_text import PublicText
from services.kit.auth import Staff
from services.kit.masking import mask

_TEXTS: Final = ("words", "programme", "clip", "evidence")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact with what the store files it under, and the subject of who entered it."""

    event: PromiseEvent
    fact: Fact
    by: str


class Promises(Protocol):
    """Where the ledger is kept, within one transaction."""

    async def lock(self, authority: str) -> Head:
        """The chain's end, held until commit: one writer at a time."""
        ...

    async def numbered(self, authority: str, numbers: Sequence[str]) -> dict[str, Promise]:
        """Those promises of an authority that have one of these numbers."""
        ...

    async def one(self, promise_id: UUID) -> Promise | None: ...

    async def ledgers(self, numbers: Sequence[str]) -> Set[str]:
        """Those of some numbers that are a project's in the list."""
        ...

    async def members(self, promise_ids: Sequence[UUID]) -> Mapping[UUID, Member]:
        """The names that are not erased."""
        ...

    async def add(self, recorded: Sequence[Recorded], head: Head, promises: Sequence[Promise]) -> None:
        """Append facts, move the head, and write what the promises amount to now."""
        ...

    async def name(self, members: Mapping[UUID, Member]) -> None: ...


Publish = Callable[[PromiseEvent], None]


@dataclass(frozen=True, slots=True)
class PromiseDesk:
    """Who puts what on record where. `now` is business time, aware; `directory` the one in force."""

    promises: Promises
    publish: Publish
    seal: Seal
    directory: Directory
    staff: Staff
    now: datetime

    @property
    def today(self) -> date:
        return local_day(self.now)


class PromisesRefused(ValueError):
    """Promises with complaints, each with its position among those handed in (from 0); none was kept."""

    def __init__(self, found: list[tuple[int, Complaint]]) -> None:
        super().__init__(f"{len(found)} problems in the promises, the first: {found[0][1].what}")
        self.found = found


class NoSuchPromise(LookupError):
    """No promise has this id."""

    def __init__(self, promise_id: UUID) -> None:
        super().__init__(f"no promise {promise_id}")


class NotTheirPromise(PermissionError):
    """The promise is another unit's."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is on record of what some promises name. `ledgers`: those of their projects that there are."""

    head: Head
    known: Mapping[str, Promise]
    names: Mapping[UUID, Member]
    ledgers: Set[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A promise on record. `repeated`: it was there before, nothing was added."""

    promise: Promise
    repeated: bool


async def make(desk: PromiseDesk, asked: Sequence[NewPromise]) -> list[Entry]:
    """Put promises on record, all or none, in their order; what is there already adds nothing.

    Raises PromisesRefused with every complaint, NotTheirPromise, ChainBroken.
    """
    for one in asked:
        refuse_others(desk.staff, one.unit)
    authority = desk.directory.authority.code
    asked = [_public(one) for one in asked]
    looked = await _look(desk, asked)
    if found := list(_complaints(desk, asked, looked)):
        raise PromisesRefused(found)
    known = looked.known
    new = [one for one in asked if one.number not in known]
    members = {promise_id_of(authority, one.number): Member.new(one.member) for one in new if one.member}
    facts = [_fact(desk, one, members.get(promise_id_of(authority, one.number))) for one in new]
    opened = {event.number: Promise.of(event) for event in facts}
    await _append(desk, looked.head, facts, list(opened.values()))
    await desk.promises.name(members)
    return [Entry(known.get(one.number) or opened[one.number], one.number in known) for one in asked]


async def look_over(
    desk: PromiseDesk, asked: Sequence[NewPromise], partial: Set[int]
) -> list[tuple[int, Complaint]]:
    """Everything wrong with some promises, each with its position.

    Those at `partial` positions hold stand-ins: they aren't compared with what is on record.
    """
    public = [_public(one) for one in asked]
    return list(_complaints(desk, public, await _look(desk, public), partial))


async def _look(desk: PromiseDesk, asked: Sequence[NewPromise]) -> Looked:
    authority = desk.directory.authority.code
    head = await desk.promises.lock(authority)
    known = await desk.promises.numbered(authority, [one.number for one in asked])
    names = await desk.promises.members([one.promise_id for one in known.values()])
    ledgers = await desk.promises.ledgers([project for one in asked for project in one.projects])
    return Looked(head, known, names, ledgers)


async def change(
    desk: PromiseDesk,
    promise_id: UUID,
    due: date | None,
    words: str | None,
    reason: str,
    approver: str,
    projects: tuple[str, ...] | None = None,
) -> Promise:
    """Give a promise a new date, other words, or other projects that it is about.

    Raises NoSuchPromise, NotTheirPromise, FactRefused, ChainBroken.
    """
    promise, head = await _locked(desk, promise_id)
    await _refuse_named(desk, promise, words=words, reason=reason)
    _refuse_approver(desk, approver)
    said = mask(words) if words is not None else PublicText(promise.words)
    _refuse_first(unknown_projects(projects or (), await desk.promises.ledgers(projects or ())))
    event = changed(promise, due or promise.due, said, mask(reason), approver, desk.now, projects)
    return await _follow(desk, head, promise, event)


async def air(desk: PromiseDesk, promise_id: UUID, airing: Airing) -> Promise:
    """Put on record that it was said on television, too; the same broadcast again adds nothing.

    Texts masked. Raises NoSuchPromise, NotTheirPromise, FactRefused, ChainBroken.
    """
    promise, head = await _locked(desk, promise_id)
    await _refuse_named(desk, promise, programme=airing.programme, clip=airing.clip)
    event = aired(promise, airing, desk.now)
    return await _follow(desk, head, promise, event) if event else promise


async def settle(desk: PromiseDesk, promise_id: UUID, ending: Ending) -> Promise:
    """End a promise; texts of the ending masked.

    Raises NoSuchPromise, NotTheirPromise, FactRefused, ChainBroken.
    """
    promise, head = await _locked(desk, promise_id)
    await _refuse_named(desk, promise, reason=ending.reason, evidence=ending.evidence)
    if ending.approver is not None:
        _refuse_approver(desk, ending.approver)
    return await _follow(desk, head, promise, settled(promise, ending, desk.now))


def refuse_others(staff: Staff, unit: str) -> None:
    """Clerks and administrators act for all, a unit's own staff for their unit. Raises NotTheirPromise."""
    if not acts_for(staff, unit):
        raise NotTheirPromise(
            f"the promise is unit {unit}'s, the token is for unit {staff.unit}, role {staff.role}"
        )


async def _locked(desk: PromiseDesk, promise_id: UUID) -> tuple[Promise, Head]:
    """The promise as it is once nobody else can add to its chain."""
    seen = await desk.promises.one(promise_id)
    if seen is None:
        raise NoSuchPromise(promise_id)
    refuse_others(desk.staff, seen.unit)
    head = await desk.promises.lock(seen.authority)
    return await desk.promises.one(promise_id) or seen, head


async def _follow(desk: PromiseDesk, head: Head, promise: Promise, event: PromiseEvent) -> Promise:
    after = promise.after(event)
    await _append(desk, head, [event], [after])
    return after


async def _append(
    desk: PromiseDesk, head: Head, events: Sequence[PromiseEvent], promises: Sequence[Promise]
) -> None:
    if not events:
        return
    # Thousands take seconds to hash and to sign; meanwhile the loop serves others.
    linked, facts, after = await asyncio.to_thread(chained, desk.seal, head, events)
    recorded = [Recorded(event, fact, desk.staff.subject) for event, fact in zip(linked, facts, strict=True)]
    await desk.promises.add(recorded, after, promises)
    for event in linked:
        desk.publish(event)


def _complaints(
    desk: PromiseDesk,
    asked: Sequence[NewPromise],
    looked: Looked,
    partial: Set[int] = frozenset(),
) -> Iterator[tuple[int, Complaint]]:
    seen: set[str] = set()
    for position, one in enumerate(asked):
        if one.number in seen:
            what = f"编号 {one.number} 在本次导入中重复"
            yield position, Complaint(column="number", what=what, remedy="删去多余的一行，或换一个编号")
        seen.add(one.number)
        there = looked.known.get(one.number)
        found = (
            [
                *complaints_about(one, desk.directory, desk.today),
                *unknown_projects(one.projects, looked.ledgers),
            ]
            if there is None or position in partial
            else _contradictions(one, there, looked.names)
        )
        yield from ((position, complaint) for complaint in found)


def _contradictions(new: NewPromise, known: Promise, names: Mapping[UUID, Member]) -> Iterator[Complaint]:
    name = names.get(known.promise_id)
    another = name is not None and new.member is not None and new.member != name.name
    if another or not repeats(new, known):
        what = f"编号 {new.number} 已有另一项承诺（{known.words[:20]}，期限 {known.due}）"
        remedy = "新的承诺换一个编号；改期限或内容的，用变更并写明原因"
        yield Complaint(column="number", what=what, remedy=remedy)


def _public(new: NewPromise) -> NewPromise:
    texts = {name: getattr(new, name) for name in _TEXTS}
    return new.model_copy(update={name: mask(text) for name, text in texts.items() if text is not None})


def _fact(desk: PromiseDesk, new: NewPromise, member: Member | None) -> PromiseMade:
    """With the name of whoever held the post that day: no later directory can say that it was another."""
    named = new.post if new.tier != ORDINARY else None
    holder = desk.directory.holder(named, new.made_on) if named else None
    return made(
        new,
        desk.directory.authority.code,
        holder.person if holder else None,
        member.commitment if member else None,
        desk.now,
    )


async def _refuse_named(desk: PromiseDesk, promise: Promise, **texts: str | None) -> None:
    """An ordinary member's name stays out of whatever is said later, too, as long as it is known."""
    names = await desk.promises.members([promise.promise_id])
    if member := names.get(promise.promise_id):
        _refuse_first(named_in(texts, member.name))


def _refuse_first(found: Iterator[Complaint]) -> None:
    for complaint in found:
        raise FactRefused(complaint.what, complaint.remedy, complaint.column)


def _refuse_approver(desk: PromiseDesk, approver: str) -> None:
    if objection := objection_to(approver, desk.directory, desk.today):
        raise FactRefused(*objection, "approver")
