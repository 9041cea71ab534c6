"""What the console asks of supervision about rounds (巡回指导): plans, draws, findings, photographs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.console.call import Api, Shown

PAGE: Final = 25


class RoundRow(Shown):
    """A round in the list."""

    round_id: UUID
    name: str
    state: str
    first_day: date
    last_day: date
    targets: int
    visits: int


class RoundPage(Shown):
    rounds: list[RoundRow]
    next: str | None


class Target(Shown):
    """Where a round goes: a unit by code, a project by ledger number."""

    kind: str
    key: str
    unit: str


class Visit(Shown):
    target: Target
    inspectors: list[str]


class Draw(Shown):
    seed: str
    rule: str
    drawn: list[Visit]


class Photo(Shown):
    """A photograph by its digest; `there`: its bytes have come, too."""

    sha256: str
    there: bool


class Finding(Shown):
    """What a round found; `late`: it came in after the round was closed."""

    unit: str
    unit_name: str | None
    project: str | None
    project_name: str | None
    place: str
    found_at: datetime
    found: str
    required: str | None
    photos: list[Photo]
    late: bool
    letter_id: UUID | None
    letter_number: str | None


class Item(Shown):
    id: str
    text: str


class Round(RoundRow):
    """A round whole; `draw` None: not drawn yet."""

    draw: Draw | None
    findings: list[Finding]
    checklist: list[Item]


class Seen(Shown):
    """A place that a round may go to: a town, an open project; `last_seen` None: no round was there yet."""

    kind: str
    key: str
    name: str
    unit: str
    last_seen: datetime | None


class Coverage(Shown):
    """Those never seen first, then those seen longest ago."""

    targets: list[Seen]


@dataclass(frozen=True, slots=True)
class Rounds:
    """All methods raise Refused, Away."""

    api: Api

    async def page(self, token: str, after: str) -> RoundPage:
        return await self.api.get(RoundPage, "/rounds", token, after=after, limit=PAGE)

    async def one(self, token: str, round_id: UUID) -> Round:
        return await self.api.get(Round, f"/rounds/{round_id}", token)

    async def coverage(self, token: str) -> list[Seen]:
        return (await self.api.get(Coverage, "/rounds/coverage", token)).targets

    async def plan(self, token: str, round_id: UUID, plan: Mapping[str, Any]) -> None:
        """The same again changes nothing."""
        await self.api.ask("PUT", f"/rounds/{round_id}", token, json=dict(plan))

    async def act(self, token: str, round_id: UUID, act: str, body: Mapping[str, Any] | None = None) -> None:
        """Draw or close."""
        await self.api.ask("POST", f"/rounds/{round_id}/{act}", token, json=dict(body) if body else None)

    async def record(self, token: str, round_id: UUID, finding_id: UUID, finding: Mapping[str, Any]) -> None:
        """The same again changes nothing."""
        path = f"/rounds/{round_id}/findings/{finding_id}"
        await self.api.ask("PUT", path, token, json=dict(finding))

    async def send_photo(self, token: str, digest: str, media_type: str, content: bytes) -> None:
        """The same again changes nothing."""
        headers = {"Content-Type": media_type}
        await self.api.ask("PUT", f"/photos/{digest}", token, headers, content=content)

    async def photo(self, token: str, digest: str) -> tuple[bytes, str]:
        """Its bytes, and their media type."""
        answer = await self.api.ask("GET", f"/photos/{digest}", token)
        return answer.content, answer.headers.get("content-type", "application/octet-stream")
