"""What the console asks of supervision: the inbox, acknowledgements, a case's limits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.console.call import Api, Shown

PAGE: Final = 20


class Notice(Shown):
    """督办单: one rung of the ladder. Instants in UTC."""

    notice_id: UUID
    case_id: UUID
    limit: str
    rung: int
    colour: str
    measure: str
    overdue: bool
    late: bool
    due_at: datetime
    sent_at: datetime


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

    async def inbox(self, token: str, unit: str, post: str, after: str) -> InboxPage:
        """Of a unit or of a post; the other one is empty."""
        asked = {"unit": unit, "post": post, "after": after, "limit": PAGE}
        return await self.api.get(InboxPage, "/inbox", token, **asked)

    async def acknowledge(self, token: str, notice_id: UUID, recipient: str | None) -> None:
        """`recipient` None: the token's own unit or, for a leader, its posts."""
        asked = {"recipient": recipient} if recipient else None
        await self.api.ask("POST", f"/notices/{notice_id}/ack", token, json=asked)

    async def limits(self, token: str, case_id: UUID) -> CaseLimits:
        return await self.api.get(CaseLimits, f"/cases/{case_id}/limits", token)
