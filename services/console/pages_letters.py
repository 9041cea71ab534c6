"""Official letters: the list, one with the steps that whoever looks may take, and the letter on paper."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final, Literal
from uuid import UUID, uuid4

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_assignment import Assignment
from services.console.apis_letters import Letters
from services.console.call import Refused
from services.console.faults import NOTHING, Told, told_of
from services.console.letter_forms import WORDS, WRITING, letter_body, writing_body
from services.console.pages import Fields, Pages, further, one, see, shown_at
from services.console.session import MOVES_LETTERS, WRITES_LETTERS
from services.console.typed import Unfit

STATES: Final = (
    *("drafted", "issued", "received", "replied", "returned"),
    *("accepted", "struck_off", "voided", "discarded"),
)
Text = Annotated[str, Query(max_length=200)]


def letter_routes(pages: Pages, letters: Letters, assignment: Assignment) -> APIRouter:
    """The routes; supervision decides who reads which letter and who takes which step."""
    routes = APIRouter(default_response_class=HTMLResponse)
    _reading(routes, pages, letters)
    _writing(routes, pages, letters, assignment)
    _acting(routes, pages, letters)
    return routes


def _reading(routes: APIRouter, pages: Pages, letters: Letters) -> None:
    @routes.get("/letters", summary="Official letters: those to the own unit (unit staff), all (other staff)")
    async def list_letters(
        request: Request, unit: Text = "", state: Text = "", overdue: Text = "", after: Text = ""
    ) -> Response:
        return await _list_page(
            pages, letters, request, {"unit": unit, "state": state, "overdue": overdue}, after
        )

    @routes.get("/letters/{letter_id}.{ending}", summary="A signed letter as a file (as the list)")
    async def letter_file(request: Request, letter_id: UUID, ending: Literal["pdf", "docx"]) -> Response:
        content, media_type = await letters.file(pages.login(request).token, letter_id, ending)
        named = {"Content-Disposition": f'attachment; filename="letter.{ending}"'}
        return Response(content, media_type=media_type, headers=named)

    @routes.get("/letters/{letter_id}", summary="One letter with its steps (as the list)")
    async def read_letter(request: Request, letter_id: UUID, done: Text = "") -> Response:
        return await _letter_page(pages, letters, request, letter_id, done=done)

    @routes.get("/letters/{letter_id}/page", summary="A signed letter for print (as the list)")
    async def print_letter(request: Request, letter_id: UUID) -> Response:
        token = pages.login(request).token
        text = await letters.text(token, letter_id)
        return pages.show(request, "letter_paper.html", letter_id=letter_id, text=text)


def _writing(routes: APIRouter, pages: Pages, letters: Letters, assignment: Assignment) -> None:
    @routes.post("/letters", summary="Write a letter (supervision office, administrator)")
    async def write(request: Request) -> Response:
        """The page made the letter's id: sent twice it is written once."""
        token = pages.login(request, *WRITES_LETTERS).token
        fields = await pages.own_form(request)
        typed = {name: one(fields, name) for name in WRITING}
        try:
            case_id = await assignment.case_id_of(token, typed["case_id"])
            if typed["case_id"] and case_id is None:
                raise Unfit("case_id", "no_case")
            letter_id = await letters.write(token, writing_body(typed, str(case_id) if case_id else None))
        except (Unfit, Refused) as failed:
            return await _list_page(pages, letters, request, {}, told=told_of(failed), typed=fields)
        return see(f"/letters/{letter_id}")


def _acting(routes: APIRouter, pages: Pages, letters: Letters) -> None:
    @routes.post(
        "/letters/{letter_id}/acts/{act}",
        summary="Take a step of a letter (its unit: receive, reply; offices: the rest)",
    )
    async def take(request: Request, letter_id: UUID, act: str) -> Response:
        token = pages.login(request, *MOVES_LETTERS).token
        fields = await pages.own_form(request)
        failing = partial(_letter_page, pages, letters, request, letter_id, failed=act, typed=fields)
        if act not in WORDS:
            return await _letter_page(pages, letters, request, letter_id, Told(httpx.codes.NOT_FOUND))
        try:
            body = letter_body(act, {name: one(fields, name) for name in WORDS[act]})
            await letters.take(token, letter_id, act, body)
        except (Unfit, Refused) as failed:
            return await failing(told_of(failed))
        return see(f"/letters/{letter_id}?done={act}")

    @routes.get("/letters/{letter_id}/acts/{act}", summary="Back to the letter (anybody)")
    async def back(request: Request, letter_id: UUID) -> Response:
        return shown_at(request, f"/letters/{letter_id}")


async def _list_page(
    pages: Pages,
    letters: Letters,
    request: Request,
    filters: Mapping[str, str],
    after: str = "",
    told: Told = NOTHING,
    typed: Fields | None = None,
) -> Response:
    """The list; for the office with the form to write a letter."""
    login, chosen = pages.login(request), {"unit": "", "state": "", "overdue": "", **filters}
    page = await letters.page(login.token, after=after, **chosen)
    return pages.show(
        request,
        "letters.html",
        told.status,
        rows=page.letters,
        chosen=chosen,
        states=STATES,
        further=further("/letters", chosen, page.next),
        writes=login.staff.role in WRITES_LETTERS,
        told=told.faults,
        letter_id=one(typed or {}, "letter_id") or uuid4(),
        typed={name: one(typed or {}, name) for name in WRITING},
    )


async def _letter_page(
    pages: Pages,
    letters: Letters,
    request: Request,
    letter_id: UUID,
    told: Told = NOTHING,
    done: str = "",
    failed: str = "",
    typed: Fields | None = None,
) -> Response:
    """The letter; after a step that failed with what was typed, and which input is at fault."""
    found = await letters.one(pages.login(request).token, letter_id)
    forms = {step: WORDS[step] for step in found.allowed if step in WORDS}
    return pages.show(
        request,
        "letter.html",
        told.status,
        one=found,
        forms=forms,
        done=done if done in WORDS else "",
        failed=failed,
        told=told.faults,
        typed={name: one(typed or {}, name) for names in WORDS.values() for name in names},
    )
