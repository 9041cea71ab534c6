"""What the console asks of supervision about listings (挂牌督办) and the leading group's meetings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.console.call import Api, Shown

PAGE: Final = 25


class ListingRow(Shown):
    """A listing in the list."""

    listing_id: UUID
    state: str
    subject_kind: str
    project: str | None
    case_id: UUID | None
    title: str
    reason: str
    times: int
    unit: str
    unit_name: str | None
    opened_at: datetime
    reports: int
    reported_at: datetime | None
    report_due: datetime | None
    overdue: bool
    ended_at: datetime | None


class ListingPage(Shown):
    listings: list[ListingRow]
    next: str | None


class ListingStep(Shown):
    step: str
    at: datetime
    words: str | None


class Listing(ListingRow):
    """A listing whole; `allowed`: what whoever asks may do now."""

    steps: list[ListingStep]
    allowed: list[str]


class Item(Shown):
    """An item of an agenda."""

    number: int
    kind: str
    unit: str
    unit_name: str | None
    what: str
    count: int
    since: datetime
    due: date | None
    source: UUID | None
    title: str | None


class Said(Shown):
    """A report or a comment."""

    kind: str
    item: int | None
    post: str
    post_title: str | None
    text: str
    at: datetime


class FollowUp(Shown):
    follow_up_id: UUID
    unit: str
    unit_name: str | None
    task: str
    due: date
    done: str | None
    overdue: bool


class MeetingRow(Shown):
    """A meeting in the list; `closed_at` None: its minutes aren't closed."""

    meeting_id: UUID
    name: str
    day: date
    items: int
    closed_at: datetime | None


class MeetingPage(Shown):
    meetings: list[MeetingRow]
    next: str | None


class Meeting(MeetingRow):
    """A meeting whole."""

    drawn_at: datetime
    minutes: str | None
    agenda: list[Item]
    said: list[Said]
    follow_ups: list[FollowUp]


@dataclass(frozen=True, slots=True)
class Listings:
    """All methods raise Refused, Away."""

    api: Api

    async def page(self, **filters: str) -> ListingPage:
        return await self.api.get(ListingPage, "/listings", limit=PAGE, **filters)

    async def one(self, token: str | None, listing_id: UUID) -> Listing:
        """`token` None: as anybody sees it."""
        return await self.api.get(Listing, f"/listings/{listing_id}", token)

    async def open(self, token: str, body: Mapping[str, Any]) -> UUID:
        answer = await self.api.ask("POST", "/listings", token, json=dict(body))
        return UUID(answer.json()["listing_id"])

    async def take(self, token: str, listing_id: UUID, step: str, body: Mapping[str, Any]) -> None:
        path = f"/listings/{listing_id}/{step.replace('_', '-')}"
        await self.api.ask("POST", path, token, json=dict(body))


@dataclass(frozen=True, slots=True)
class Meetings:
    """All methods raise Refused, Away."""

    api: Api

    async def page(self, token: str, after: str) -> MeetingPage:
        return await self.api.get(MeetingPage, "/meetings", token, after=after, limit=PAGE)

    async def one(self, token: str, meeting_id: UUID) -> Meeting:
        return await self.api.get(Meeting, f"/meetings/{meeting_id}", token)

    async def draw(self, token: str, body: Mapping[str, Any]) -> UUID:
        answer = await self.api.ask("POST", "/meetings", token, json=dict(body))
        return UUID(answer.json()["meeting_id"])

    async def act(self, token: str, path: str, body: Mapping[str, Any]) -> None:
        await self.api.ask("POST", path, token, json=dict(body))
