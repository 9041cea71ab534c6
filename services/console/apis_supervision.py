"""What the console asks of supervision: the inbox, acknowledgements, a case's limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from services.console.call import Api, Shown

PAGE: Final = 20


class Notice(Shown):
    """督办单: one rung of the ladder. Instants in UTC.

    `reference` and `title` say what it concerns where that isn't a case. One that an event brought has no
    `limit` and no `due_at`. `reply_by`: when a written answer is due, if it wants one.
    """

    notice_id: UUID
    subject_kind: str
    subject_id: UUID
    reference: str | None
    title: str | None
    case_id: UUID | None
    limit: str | None
    trigger: str
    rung: int
    colour: str
    measure: str
    overdue: bool
    late: bool
    due_at: datetime | None
    reply_by: datetime | None
    points: int
    sent_at: datetime

    @property
    def page(self) -> str | None:
        """Where the console shows what it concerns."""
        pages = {"case": f"/cases/{self.subject_id}", "project": f"/projects/{quote(self.reference or '')}"}
        return pages.get(self.subject_kind)


class Consequence(Shown):
    """What the ladder proposes to the supervision office about a unit."""

    consequence_id: UUID
    subject_kind: str
    subject_id: UUID
    reference: str | None
    title: str | None
    unit: str
    post: str
    measure: str
    points: int
    at: datetime


class ConsequencePage(Shown):
    consequences: list[Consequence]
    next: str | None


class Settled(Shown):
    """A proposal that was settled; with the letter that followed it."""

    letter_id: UUID | None


class InboxPage(Shown):
    recipient: str
    notices: list[Notice]
    next: str | None


class DerivationLine(Shown):
    """One line of how a limit came about, in both languages."""

    zh: str
    en: str


class Rung(Shown):
    number: int
    colour: str
    measure: str
    at: datetime | None
    recorded: bool


class Limit(Shown):
    """One limit with its derivation; `due_at` is None while a year's calendar isn't loaded."""

    limit: str
    about: str
    state: str
    due_at: datetime | None
    met_at: datetime | None
    awaits_year: int | None
    rungs: list[Rung]
    derivation: list[DerivationLine]


class CaseLimits(Shown):
    """`leader` holds the post today, as far as the directory says."""

    unit: str
    post: str
    leader: str | None
    limits: list[Limit]

    def of(self, kind: str) -> Limit | None:
        return next((one for one in self.limits if one.limit == kind), None)


@dataclass(frozen=True, slots=True)
class Supervision:
    """All methods raise Refused, Away."""

    api: Api

    async def inbox(self, token: str, unit: str, post: str, committee: str, after: str) -> InboxPage:
        """Of a unit, of a post or of a unit's Party committee; the others are empty."""
        asked = {"unit": unit, "post": post, "committee": committee, "after": after, "limit": PAGE}
        return await self.api.get(InboxPage, "/inbox", token, **asked)

    async def acknowledge(self, token: str, notice_id: UUID, recipient: str | None) -> None:
        """`recipient` None: the token's own unit or, for a leader, its posts."""
        asked = {"recipient": recipient} if recipient else None
        await self.api.ask("POST", f"/notices/{notice_id}/ack", token, json=asked)

    async def answer(self, token: str, notice_id: UUID, text: str, recipient: str | None) -> None:
        """In writing, for `recipient` as above."""
        asked = {"text": text} | ({"recipient": recipient} if recipient else {})
        await self.api.ask("POST", f"/notices/{notice_id}/answer", token, json=asked)

    async def consequences(self, token: str) -> ConsequencePage:
        """The oldest that nobody settled."""
        return await self.api.get(ConsequencePage, "/consequences", token, limit=PAGE)

    async def settle(self, token: str, consequence_id: UUID, settlement: Mapping[str, Any]) -> UUID | None:
        """The letter that was written with it, if any."""
        path = f"/consequences/{consequence_id}/settle"
        answer = await self.api.ask("POST", path, token, json=dict(settlement))
        return Settled.model_validate_json(answer.content).letter_id

    async def limits(self, token: str, case_id: UUID) -> CaseLimits:
        return await self.api.get(CaseLimits, f"/cases/{case_id}/limits", token)
