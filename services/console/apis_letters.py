"""What the console asks of supervision about letters (整改督办函)."""

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

    async def write(self, token: str, body: Mapping[str, Any]) -> UUID:
        """The same again changes nothing."""
        answer = await self.api.ask("POST", "/letters", token, json=dict(body))
        return Letter.model_validate_json(answer.content).letter_id

    async def take(self, token: str, letter_id: UUID, step: str, body: Mapping[str, Any] | None) -> None:
        """One step; `body` None where the step wants no words."""
        path = f"/letters/{letter_id}/{step.replace('_', '-')}"
        await self.api.ask("POST", path, token, json=dict(body) if body else None)
