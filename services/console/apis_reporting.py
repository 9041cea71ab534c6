"""What the console asks of reporting: the issued circulars, as anybody may read them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import quote

from services.console.call import Api, Shown

PAGE: Final = 20


class CircularLine(Shown):
    """One issued circular. `week` is the Monday of the week it reports."""

    week: date
    number: str | None
    issued_at: datetime | None


class Circulars(Shown):
    """The newest first; `next` goes into `after`."""

    circulars: list[CircularLine]
    next: str | None


@dataclass(frozen=True, slots=True)
class Reporting:
    """All methods raise Refused, Away."""

    api: Api

    async def circulars(self, after: str | None = None, limit: int = PAGE) -> Circulars:
        return await self.api.get(Circulars, "/circulars", after=after, limit=limit)

    async def circular_html(self, reference: str) -> str:
        """The page of an issued circular."""
        return (await self.api.ask("GET", f"/circulars/{quote(reference, safe='')}.html")).text

    async def circular_file(self, reference: str, ending: str) -> tuple[bytes, str]:
        """An issued circular in another format, and its media type."""
        answer = await self.api.ask("GET", f"/circulars/{quote(reference, safe='')}.{ending}")
        return answer.content, answer.headers.get("content-type", "application/octet-stream")
