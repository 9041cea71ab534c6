"""A signed letter as files: to print and file, and to work on."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.supervision.api_letter_office import READERS, LetterOffice, Reader
from services.supervision.letter import Letter
from services.supervision.render.document import to_docx, to_pdf


class Form(NamedTuple):
    """A form of a letter: the ending of its files, what it is for, who writes it."""

    ending: str
    media_type: str
    what: str
    written: Callable[[Letter], bytes]


def file_routes(routes: APIRouter, office: LetterOffice) -> None:
    """A route for each form; before the one of the letter itself, whose path would take theirs."""
    for form in FORMS:
        _form(routes, office, form)


def _form(routes: APIRouter, office: LetterOffice, form: Form) -> None:
    @routes.get(
        f"/letters/{{letter_id}}.{form.ending}",
        name=f"read_letter_{form.ending}",
        summary=f"{form.what} ({READERS})",
        response_class=Response,
    )
    async def read_form(letter_id: UUID, staff: Reader) -> Response:
        letter = await office.signed(letter_id, staff)
        # Laying out takes a core for a while, and others' requests shall not wait for it.
        content = await asyncio.to_thread(form.written, letter)
        kept = {"Content-Disposition": f'attachment; filename="letter-{letter_id}.{form.ending}"'}
        return Response(content, media_type=form.media_type, headers=kept)


FORMS: Final[Sequence[Form]] = (
    Form("pdf", "application/pdf", "A signed letter to file, laid out by GB/T 9704", to_pdf),
    Form(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "A signed letter to work on",
        to_docx,
    ),
)
