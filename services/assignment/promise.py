"""A promise and what may be said about it: made, changed, settled. Pure; every word stays on record."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.assignment.chain import UNLINKED
from services.assignment.directory import Code, Value, local_day
from services.contracts.named_ids import Namespace
from services.contracts.promise import PromiseAired, PromiseChanged, PromiseEvent, PromiseMade, PromiseSettled
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import Occasion, PromiseState, PromiseTier, Settlement

ORDINARY: Final = "ordinary_member"

_PROMISES: Final = Namespace.of("b7a1d3c2-7f52-4e0c-9d3e-4c1f0a6e2b90")

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")
]
MOST_PROJECTS: Final = 50
Ledgers = Annotated[
    tuple[Line, ...],
    AfterValidator(lambda named: tuple(dict.fromkeys(named))),
    Field(max_length=MOST_PROJECTS, examples=[["凤项-2021-001"]]),
]
"""Ledger numbers (台账编号) of projects, each once, in the order in which they were named."""


def promise_id_of(authority: str, number: str) -> UUID:
    """The id of a number in an authority's list: always the same one, so that a repeat makes no second."""
    return _PROMISES(f"{authority}/{number}")


class NewPromise(Value):
    """A promise as it is handed in. `number`: its own in the authority's list; `member`: a name in clear."""

    number: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00]*$"),
        Field(examples=["凤诺2021-001"]),
    ]
    tier: PromiseTier
    unit: Code
    post: Code | None = None
    member: Line | None = Field(default=None, description="name of an ordinary member, of nobody else")
    words: Words
    projects: Ledgers = Field(default=(), description="ledger numbers of the projects promised")
    made_on: date
    due: date
    occasion: Occasion
    programme: Line | None = None
    aired_on: date | None = None
    clip: Line | None = None
    evidence: Line | None = None


class Complaint(Value):
    """One thing to correct: the field, what is wrong, the remedy."""

    column: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What the facts said so far amount to. `first_due`: the date as it was first promised.

    `holder`: who held the post on the day of the promise; None for ordinary members.
    """

    promise_id: UUID
    authority: str
    number: str
    version: int
    tier: PromiseTier
    unit: str
    post: str | None
    holder: str | None
    member: str | None
    first_words: str
    words: str
    projects: tuple[str, ...]
    made_on: date
    first_due: date
    due: date
    occasion: Occasion
    programme: str | None
    aired_on: date | None
    clip: str | None
    evidence: str | None
    recorded_at: datetime
    state: PromiseState = "standing"
    settled_on: date | None = None

    @classmethod
    def of(cls, made: PromiseMade) -> Self:
        kept = {name: getattr(made, name) for name in cls.__dataclass_fields__ if hasattr(made, name)}
        return cls(**kept, first_words=made.words, first_due=made.due, recorded_at=made.at)

    def after(self, event: PromiseEvent) -> Self:
        """The promise once a further fact is known."""
        match event:
            case PromiseChanged():
                return replace(
                    self, version=event.version, due=event.due, words=event.words, projects=event.projects
                )
            case PromiseAired(version=version, programme=programme, aired_on=aired_on, clip=clip):
                return replace(self, version=version, programme=programme, aired_on=aired_on, clip=clip)
            case PromiseSettled():
                return replace(self, version=event.version, state=event.outcome, settled_on=event.settled_on)
        raise TypeError(f"{type(event).__name__} doesn't follow a promise that was made")


def history(events: Iterable[PromiseEvent]) -> Iterator[Promise]:
    """Each promise as it was after each of the facts, which come in the chain's order.

    Raises ValueError for a fact about a promise that was never made.
    """
    told: dict[UUID, Promise] = {}
    for event in events:
        if isinstance(event, PromiseMade):
            after = Promise.of(event)
        else:
            after = _known(told.get(event.promise_id), event).after(event)
        told[event.promise_id] = after
        yield after


def _known(promise: Promise | None, event: PromiseEvent) -> Promise:
    if promise is None:
        raise ValueError(f"fact {event.seq} is about promise {event.promise_id}, which was never made")
    return promise


def made(
    new: NewPromise, authority: str, holder: str | None, member: str | None, now: datetime
) -> PromiseMade:
    """The fact that a promise free of complaints, its texts masked, was made.

    `holder`: a leader's name; `member`: the commitment of an ordinary member's.
    """
    said = new.model_dump(exclude={"member"})
    return PromiseMade(
        **{**UNLINKED, **said, "authority": authority},
        promise_id=promise_id_of(authority, new.number),
        version=1,
        at=now,
        holder=holder,
        member=member,
    )


def repeats(new: NewPromise, known: Promise) -> bool:
    """Whether a promise with a known number says what is on record already, as first made or as it is now.

    Texts masked; names of ordinary members are the caller's to compare.
    """
    same = all(getattr(new, name) == getattr(known, name) for name in _UNCHANGED)
    same &= not new.projects or set(new.projects) == set(known.projects)
    same &= new.aired_on is None or _airing(new) == _airing(known)
    return same and (new.words, new.due) in {(known.words, known.due), (known.first_words, known.first_due)}


_UNCHANGED: Final = (
    "tier",
    "unit",
    "post",
    "made_on",
    "occasion",
    "evidence",
)


def _airing(promise: NewPromise | Promise) -> tuple[str | None, date | None, str | None]:
    return promise.programme, promise.aired_on, promise.clip


class FactRefused(ValueError):
    """A fact can't be added to a promise. `field`: the one at fault, None where its state forbids it."""

    def __init__(self, what: str, remedy: str, field: str | None = None) -> None:
        super().__init__(what)
        self.remedy = remedy
        self.field = field


def changed(
    promise: Promise,
    due: date,
    words: PublicText,
    reason: PublicText,
    approver: str,
    now: datetime,
    projects: tuple[str, ...] | None = None,
) -> PromiseChanged:
    """A new date, other words or other projects, with reason and approver (a post).

    Raises FactRefused. `projects` None: as they are.
    """
    on = promise.projects if projects is None else projects
    _refuse_settled(promise)
    if due < promise.made_on:
        raise FactRefused(f"期限 {due} 早于承诺日 {promise.made_on}", "期限不得早于承诺之日", "due")
    if (due, words, set(on)) == (promise.due, promise.words, set(promise.projects)):
        raise FactRefused("期限、内容和项目都没有改变", "写明新的期限、新的内容或另列的项目", "due")
    return PromiseChanged(
        **_next(promise, now),
        due_before=promise.due,
        due=due,
        words_before=PublicText(promise.words),
        words=words,
        projects_before=promise.projects,
        projects=on,
        reason=reason,
        approver=approver,
    )


@dataclass(frozen=True, slots=True)
class Airing:
    """A broadcast in which the promise was said, on a local day. Texts are masked."""

    programme: PublicText
    on: date
    clip: PublicText | None = None


def aired(promise: Promise, airing: Airing, now: datetime) -> PromiseAired | None:
    """The fact that it was said on television; None where that broadcast is on record. Raises FactRefused."""
    if _airing(promise) == (airing.programme, airing.on, airing.clip):
        return None
    _refuse_settled(promise)
    if not promise.made_on <= airing.on <= local_day(now):
        raise FactRefused(f"{airing.on} 不在承诺日与今天之间", "填写实际播出的日期", "aired_on")
    following = _next(promise, now)
    return PromiseAired(**following, programme=airing.programme, aired_on=airing.on, clip=airing.clip)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a promise ended, as somebody states it. `kept` becomes kept late by itself. Texts are masked."""

    outcome: Settlement
    on: date
    reason: PublicText | None = None
    evidence: PublicText | None = None
    approver: str | None = None


NEEDED: Final[Mapping[Settlement, tuple[tuple[str, str], ...]]] = {
    "kept": (("evidence", "兑现要有依据"),),
    "kept_late": (("evidence", "兑现要有依据"),),
    "broken": (("reason", "未兑现要说明原因"),),
    "withdrawn": (("reason", "撤回要说明原因"), ("approver", "撤回要有批准的职务")),
}
"""What each ending needs, and why."""


def settled(promise: Promise, ending: Ending, now: datetime) -> PromiseSettled:
    """The end of a promise: kept in time or late follows from the day against the date in force.

    Raises FactRefused; a promise can't be broken before its date is past.
    """
    _refuse_settled(promise)
    for field, what in NEEDED[ending.outcome]:
        if getattr(ending, field) is None:
            raise FactRefused(what, f"填写 {field}", field)
    if not promise.made_on <= ending.on <= local_day(now):
        raise FactRefused(f"{ending.on} 不在承诺日与今天之间", "填写实际日期", "on")
    if ending.outcome == "broken" and ending.on <= promise.due:
        raise FactRefused(
            f"期限 {promise.due} 还没有过", "到期之后再认定；确实做不到的，改期或撤回", "outcome"
        )
    return PromiseSettled(
        **_next(promise, now),
        outcome=_outcome(promise, ending),
        settled_on=ending.on,
        due=promise.due,
        reason=ending.reason,
        evidence=ending.evidence,
        approver=ending.approver,
    )


def _outcome(promise: Promise, ending: Ending) -> Settlement:
    if ending.outcome not in ("kept", "kept_late"):
        return ending.outcome
    return "kept" if ending.on <= promise.due else "kept_late"


def _refuse_settled(promise: Promise) -> None:
    if promise.state != "standing":
        raise FactRefused(f"承诺 {promise.number} 已是 {promise.state}，不能再变", "另立一项新的承诺")


def _next(promise: Promise, now: datetime) -> dict[str, Any]:
    place = {**UNLINKED, "authority": promise.authority}
    following = {"promise_id": promise.promise_id, "number": promise.number, "version": promise.version + 1}
    return {**place, **following, "at": now}
