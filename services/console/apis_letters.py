"""What the console asks of supervision about letters (整改督办函) and rounds (巡回指导)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.console.call import Api, Shown

PAGE: Final = 25


class LetterRow(Shown):
    """A letter in the list; `number` None: not signed."""

    letter_id: UUID
    number: str | None
    state: str
    unit: str
    unit_name: str | None
    title: str
    project: str | None
    project_name: str | None
    case_id: UUID | None
    issued_at: datetime | None
    receipt_due: datetime | None
    reply_by: date | None
    overdue: bool


class LetterPage(Shown):
    letters: list[LetterRow]
    next: str | None


class LetterStep(Shown):
    step: str
    at: datetime
    by: str
    words: str | None


class Letter(LetterRow):
    """A letter whole; `allowed`: what whoever asks may do now."""

    found: str
    required: str
    addressee: str | None
    signed_by: str | None
    reply: str | None
    steps: list[LetterStep]
    allowed: list[str]


class LetterText(Shown):
    """A signed letter as it reads on paper."""

    issuer: str
    number: str
    title: str
    addressee: str
    paragraphs: list[str]
    signature: str
    date: str
    copies: list[str]
    void: bool


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


class Finding(Shown):
    """What a round found; `late`: it came in after the round was closed."""

    unit: str
    unit_name: str | None
    project: str | None
    place: str
    found_at: datetime
    found: str
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


@dataclass(frozen=True, slots=True)
class Letters:
    """All methods raise Refused, Away."""

    api: Api

    async def page(self, token: str, **filters: str) -> LetterPage:
        return await self.api.get(LetterPage, "/letters", token, limit=PAGE, **filters)

    async def one(self, token: str, letter_id: UUID) -> Letter:
        return await self.api.get(Letter, f"/letters/{letter_id}", token)

    async def text(self, token: str, letter_id: UUID) -> LetterText:
        return await self.api.get(LetterText, f"/letters/{letter_id}/text", token)

    async def file(self, token: str, letter_id: UUID, ending: str) -> tuple[bytes, str]:
        """A signed letter in another format, and its media type."""
        answer = await self.api.ask("GET", f"/letters/{letter_id}.{ending}", token)
        return answer.content, answer.headers.get("content-type", "application/octet-stream")

    async def take(self, token: str, letter_id: UUID, step: str, body: Mapping[str, Any] | None) -> None:
        """One step; `body` None where the step wants no words."""
        path = f"/letters/{letter_id}/{step.replace('_', '-')}"
        await self.api.ask("POST", path, token, json=dict(body) if body else None)


@dataclass(frozen=True, slots=True)
class Rounds:
    """All methods raise Refused, Away."""

    api: Api

    async def page(self, token: str, after: str) -> RoundPage:
        return await self.api.get(RoundPage, "/rounds", token, after=after, limit=PAGE)

    async def one(self, token: str, round_id: UUID) -> Round:
        return await self.api.get(Round, f"/rounds/{round_id}", token)

    async def act(self, token: str, round_id: UUID, act: str) -> None:
        """Draw or close."""
        await self.api.ask("POST", f"/rounds/{round_id}/{act}", token)

    async def record(self, token: str, round_id: UUID, finding_id: UUID, finding: Mapping[str, Any]) -> None:
        """The same again changes nothing."""
        path = f"/rounds/{round_id}/findings/{finding_id}"
        await self.api.ask("PUT", path, token, json=dict(finding))
