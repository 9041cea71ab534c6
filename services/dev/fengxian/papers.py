"""The replay's papers as the services print them: kept, drawn page by page and measured."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from services.dev.layout import Form, Measure, measured
from services.dev.paper import draw, sheets
from services.dev.running import Running

ANSWERED: Final = ("struck_off", "accepted")
"""States of a letter whose reply was accepted, the one to be shown before the other."""
PATIENCE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper as it came from the service."""

    name: str
    title: str
    form: Form
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that is kept: its file, a picture of each page, what was measured in the file."""

    title: str
    file: Path
    pictures: list[Path]
    measures: list[Measure]

    @property
    def holds(self) -> bool:
        return all(one.holds is not False for one in self.measures)


def kept(printed: Printed, folder: Path) -> Paper:
    """Writes the file and its pictures, and measures it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{printed.name}.pdf"
    file.write_bytes(printed.pdf)
    pictures = draw(printed.pdf, folder, printed.name)
    return Paper(printed.title, file, pictures, measured(sheets(printed.pdf), printed.form))


async def printed(running: Running) -> list[Printed]:
    """The last county circular, the last weekly one and a letter whose reply was accepted."""
    headers = {"Authorization": f"Bearer {running.token('administrator')}"}
    async with httpx.AsyncClient(headers=headers, timeout=PATIENCE_SECONDS, trust_env=False) as http:
        reporting, supervision = (running.service_url(name) for name in ("reporting", "supervision"))
        return [
            await _circular(http, reporting, "county", "全县通报 county circular"),
            await _circular(http, reporting, "weekly", "周通报 weekly circular"),
            await _letter(http, supervision),
        ]


async def _circular(http: httpx.AsyncClient, reporting: str, kind: str, title: str) -> Printed:
    """The newest one of a kind that was issued."""
    lines = await _json(http, f"{reporting}/circulars", kind=kind, limit=1)
    (line,) = lines["circulars"]
    pdf = await _pdf(http, f"{reporting}/circulars/{line['number']}.pdf")
    return Printed(f"{kind}-circular", f"{title} {line['number']}", "file", pdf)


async def _letter(http: httpx.AsyncClient, supervision: str) -> Printed:
    """Raises LookupError where no letter was replied to and accepted."""
    letter = await _answered(http, supervision)
    pdf = await _pdf(http, f"{supervision}/letters/{letter['letter_id']}.pdf")
    return Printed("letter", f"督办函 letter {letter['number']}", "letter", pdf)


async def _answered(http: httpx.AsyncClient, supervision: str) -> dict[str, Any]:
    for state in ANSWERED:
        found = await _json(http, f"{supervision}/letters", state=state, limit=1)
        for letter in found["letters"]:
            return dict(letter)
    raise LookupError("no letter was replied to and accepted")


async def _json(http: httpx.AsyncClient, url: str, **asked: str | int) -> Any:
    answer = await http.get(url, params=asked)
    answer.raise_for_status()
    return answer.json()


async def _pdf(http: httpx.AsyncClient, url: str) -> bytes:
    answer = await http.get(url)
    answer.raise_for_status()
    return answer.content
