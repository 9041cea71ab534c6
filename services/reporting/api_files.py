"""The HTTP API of reporting: a circular in each form in which people read, file and reckon with it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.kit.http import STAFF_OR_ANYBODY
from services.reporting.circular import Edition
from services.reporting.render.csv import to_csv
from services.reporting.render.html import to_html
from services.reporting.render.paper import to_docx, to_pdf
from services.reporting.render.xlsx import to_xlsx

Found = Callable[[str, Request], Awaitable[Edition]]
"""A circular by its reference, if whoever asks may see it. Raises Problem."""

OFFICE: Final = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a circular: the ending of its files, what it is for, who writes it. `shown`: in a browser."""

    ending: str
    media_type: str
    what: str
    written: Callable[[Edition], str | bytes]
    shown: bool = False


def file_routes(router: APIRouter, found: Found) -> None:
    """A route for each form."""
    for form in FORMS:
        _form(router, found, form)


def _form(router: APIRouter, found: Found, form: Form) -> None:
    @router.get(
        f"/circulars/{{reference}}.{form.ending}",
        name=f"read_{form.ending}",
        summary=f"{form.what}, its public edition (anybody; whole, drafts too: staff)",
        openapi_extra=STAFF_OR_ANYBODY,
        response_class=Response,
    )
    async def read_form(reference: str, request: Request) -> Response:
        edition = await found(reference, request)
        name = edition.issue.number or edition.circular.ref
        # Laying out takes a core for a while, and others' requests shall not wait for it.
        content = await asyncio.to_thread(form.written, edition)
        kept = {"Content-Disposition": f'attachment; filename="circular-{name}.{form.ending}"'}
        return Response(content, media_type=form.media_type, headers={} if form.shown else kept)


FORMS: Final[Sequence[Form]] = (
    Form("html", "text/html; charset=utf-8", "A circular to read and print", to_html, shown=True),
    Form(
        "csv",
        "text/csv; charset=utf-8",
        "A circular's table of units",
        lambda edition: to_csv(edition.circular),
    ),
    Form("pdf", "application/pdf", "A circular to file, laid out by GB/T 9704", to_pdf),
    Form("docx", f"{OFFICE}.wordprocessingml.document", "A circular to work on", to_docx),
    Form("xlsx", f"{OFFICE}.spreadsheetml.sheet", "A circular's units and figures to reckon with", to_xlsx),
)
