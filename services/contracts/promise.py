"""Topic `promise`: the authority's public promises (一诺), keyed by promise.

Every event is one fact of the authority's chain. Its bytes are the RFC 8785 form of the event's data
without `hash`, `signature` and `key`, with the event's `type` added; `hash` is their SHA-256 (hex),
`previous` that of the fact before (64 zeros for the first). `signature` (Ed25519, hex) is over authority,
seq and hash, by the public key whose short id is `key`. `version` counts the facts of one promise from 1.
A leader promises by name: `holder` is whoever held the post on the day of the promise, for good. An ordinary
member is a salted commitment and nowhere a name.
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import Occasion, PromiseTier, Settlement


class PromiseEvent(Event):
    """What every fact about a promise carries. `at`: business time, aware, UTC."""

    promise_id: UUID
    number: str
    version: int
    at: datetime
    authority: str
    seq: int
    previous: str
    hash: str
    signature: str
    key: str

    def subject(self) -> str:
        return str(self.promise_id)

    def identity(self) -> str:
        return f"{self.promise_id}/{self.version}"


class PromiseMade(PromiseEvent):
    """A promise was made in public.

    `holder`: who held the post on `made_on`; None for ordinary members, of whom `member` is SHA-256 (hex)
    over salt and name. `projects`: ledger numbers of the projects that it is about.
    """

    type: ClassVar[str] = "yinuo.promise.made.v1"

    tier: PromiseTier
    unit: str
    post: str | None
    holder: str | None
    member: str | None
    words: PublicText
    projects: tuple[str, ...]
    made_on: date
    due: date
    occasion: Occasion
    programme: PublicText | None
    aired_on: date | None
    clip: PublicText | None
    evidence: PublicText | None


class PromiseChanged(PromiseEvent):
    """A promise got a new date, other words or other projects; what it said before stays in the record, too.

    `projects`: ledger numbers of those that it is about from now on.
    """

    type: ClassVar[str] = "yinuo.promise.changed.v1"

    due_before: date
    due: date
    words_before: PublicText
    words: PublicText
    projects_before: tuple[str, ...]
    projects: tuple[str, ...]
    reason: PublicText
    approver: str


class PromiseAired(PromiseEvent):
    """The promise was said on television (电视亮诺), too: programme, local day, reference of the clip."""

    type: ClassVar[str] = "yinuo.promise.aired.v1"

    programme: PublicText
    aired_on: date
    clip: PublicText | None


class PromiseSettled(PromiseEvent):
    """A promise was kept, kept late, broken or withdrawn, on a local day, against the date in force."""

    type: ClassVar[str] = "yinuo.promise.settled.v1"

    outcome: Settlement
    settled_on: date
    due: date
    reason: PublicText | None
    evidence: PublicText | None
    approver: str | None
