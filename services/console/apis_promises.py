"""What the console asks of assignment about promises; anybody may read them, so it asks without a token."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.console.call import Api, Shown

PAGE = 25


class PromiseRow(Shown):
    """A promise in a list. `days_left` until the date in force, negative once it is past.

    `holder`: who held the post when it was made; `projects`: ledger numbers.
    """

    promise_id: UUID
    number: str
    tier: str
    unit: str
    unit_name: str | None
    post: str | None
    post_title: str | None
    holder: str | None
    words: str
    projects: list[str]
    made_on: date
    first_due: date
    due: date
    days_left: int
    overdue: bool
    occasion: str
    programme: str | None
    aired_on: date | None
    state: str
    settled_on: date | None


class PromisePage(Shown):
    """Those recorded last first; `next` goes into `after`."""

    promises: list[PromiseRow]
    next: str | None


class Fact(Shown):
    """A place in the chain: `hash` is the SHA-256 (hex) of what is signed there."""

    seq: int
    hash: str
    key: str


class FactInWords(Shown):
    """What was said of a promise, as a Chinese sentence with reason and approver."""

    at: datetime
    says: str
    fact: Fact


class Promise(PromiseRow):
    """A promise with all that was said of it, oldest first."""

    evidence: str | None
    facts: list[FactInWords]


class Head(Shown):
    """The chain's end."""

    seq: int
    hash: str


class Broken(Shown):
    """The first fact where the chain doesn't hold."""

    seq: int


class Verified(Shown):
    """Whether the chain holds; `on_chain`: whether the head asked about is on it (None: none was)."""

    holds: bool
    head: Head
    broken: Broken | None
    asked: Head | None
    on_chain: bool | None


@dataclass(frozen=True, slots=True)
class Promises:
    """All methods raise Refused, Away."""

    api: Api

    async def page(self, **filters: str | None) -> PromisePage:
        return await self.api.get(PromisePage, "/promises", limit=PAGE, **filters)

    async def one(self, promise_id: UUID) -> Promise:
        return await self.api.get(Promise, f"/promises/{promise_id}")

    async def verify(self, head: str | None) -> Verified:
        """`head`: SEQ:HASH."""
        return await self.api.get(Verified, "/promises/verify", head=head)
