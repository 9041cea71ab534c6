"""What the console asks of reporting: circulars as anybody may read them, drafts and steps for staff."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from services.console.call import Api, Shown

PAGE: Final = 20

Form = Literal["pdf", "docx", "xlsx", "csv"]
"""The files that a circular can be had as."""


class CircularLine(Shown):
    """One circular of the days `first` to `last`. `steps`: what whoever asked may do with it now."""

    ref: str
    kind: str
    first: date
    last: date
    state: str
    number: str | None
    issued_at: datetime | None
    corrects: str | None
    corrected_by: str | None
    steps: list[str]


class Circulars(Shown):
    """The newest first; `next` goes into `after`."""

    circulars: list[CircularLine]
    next: str | None


class CircularFile(NamedTuple):
    """A file as reporting made it."""

    content: bytes
    media_type: str


class OneCircular(Shown):
    """What a step or an order answers."""

    ref: str
    number: str | None


@dataclass(frozen=True, slots=True)
class Reporting:
    """All methods raise Refused, Away."""

    api: Api

    async def circulars(
        self, after: str | None = None, limit: int = PAGE, token: str | None = None
    ) -> Circulars:
        """With a token drafts too."""
        drafts = "true" if token else None
        return await self.api.get(Circulars, "/circulars", token, after=after, limit=limit, drafts=drafts)

    async def circular_html(self, reference: str, token: str | None = None) -> str:
        """The page of a circular; of a draft with a token."""
        return (await self.api.ask("GET", f"/circulars/{quote(reference, safe='')}.html", token)).text

    async def circular_file(self, reference: str, form: Form, token: str | None = None) -> CircularFile:
        """A circular to file or to work on; of a draft with a token."""
        answer = await self.api.ask("GET", f"/circulars/{quote(reference, safe='')}.{form}", token)
        return CircularFile(answer.content, answer.headers.get("content-type", "application/octet-stream"))

    async def order(self, token: str, first: str, last: str) -> OneCircular:
        """A county circular over these days."""
        asked = {"kind": "county", "first": first, "last": last}
        return await self._sent(token, "/circulars", asked)

    async def correct(self, token: str, reference: str, reason: str, remark: str) -> OneCircular:
        """The draft of a correction; an empty `remark` isn't sent."""
        asked = {"reason": reason} | ({"remark": remark} if remark else {})
        return await self._sent(token, f"/circulars/{quote(reference, safe='')}/correct", asked)

    async def step(self, token: str, reference: str, verb: str) -> OneCircular:
        return await self._sent(token, f"/circulars/{quote(reference, safe='')}/{verb}", None)

    async def _sent(self, token: str, path: str, body: dict[str, str] | None) -> OneCircular:
        answer = await self.api.ask("POST", path, token, json=body)
        return OneCircular.model_validate_json(answer.content)
