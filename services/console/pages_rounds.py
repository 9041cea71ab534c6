"""Inspection rounds: the list, one with its draw and findings, and the form for what was found."""

from typing import Annotated, Final
from uuid import UUID, uuid4

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_letters import Rounds
from services.console.call import Refused
from services.console.letter_forms import FINDING, finding_body
from services.console.pages import Fields, Pages, further, one, see, shown_at
from services.console.session import FINDS, MOVES_ROUNDS, READS_ROUNDS
from services.console.typed import Unfit

ACTS: Final = ("draw", "close")
Text = Annotated[str, Query(max_length=200)]


def round_routes(pages: Pages, rounds: Rounds) -> APIRouter:
    """The routes; supervision decides who may do what."""
    routes = APIRouter(default_response_class=HTMLResponse)
    _reading(routes, pages, rounds)
    _acting(routes, pages, rounds)
    _finding(routes, pages, rounds)
    return routes


def _reading(routes: APIRouter, pages: Pages, rounds: Rounds) -> None:
    @routes.get("/rounds", summary="Inspection rounds (leader, inspector, supervision office, administrator)")
    async def list_rounds(request: Request, after: Text = "") -> Response:
        token = pages.login(request, *READS_ROUNDS).token
        page = await rounds.page(token, after)
        more = further("/rounds", {}, page.next)
        return pages.show(request, "rounds.html", rows=page.rounds, further=more)

    @routes.get("/rounds/{round_id}", summary="One round with its draw and findings (as the list)")
    async def read_round(request: Request, round_id: UUID, done: Text = "") -> Response:
        return await _round_page(pages, rounds, request, round_id, done=done)


def _acting(routes: APIRouter, pages: Pages, rounds: Rounds) -> None:
    @routes.post("/rounds/{round_id}/acts/{act}", summary="Draw or close (supervision office, administrator)")
    async def act(request: Request, round_id: UUID, act: str) -> Response:
        token = pages.login(request, *MOVES_ROUNDS).token
        await pages.own_form(request)
        if act not in ACTS:
            return await _round_page(pages, rounds, request, round_id, httpx.codes.NOT_FOUND)
        try:
            await rounds.act(token, round_id, act)
        except Refused as refused:
            if refused.status != httpx.codes.CONFLICT:
                raise
            return await _round_page(pages, rounds, request, round_id, refused.status, wrong=refused.field)
        return see(f"/rounds/{round_id}?done={act}")

    @routes.get("/rounds/{round_id}/acts/{act}", summary="Back to the round (anybody)")
    async def back(request: Request, round_id: UUID) -> Response:
        return shown_at(request, f"/rounds/{round_id}")


def _finding(routes: APIRouter, pages: Pages, rounds: Rounds) -> None:
    @routes.post(
        "/rounds/{round_id}/findings",
        summary="Record what was found (inspector, supervision office, administrator)",
    )
    async def record(request: Request, round_id: UUID) -> Response:
        """The page made the finding's id: sent twice it is recorded once."""
        token = pages.login(request, *FINDS).token
        fields = await pages.own_form(request)
        try:
            finding_id = UUID(one(fields, "finding_id"))
            body = finding_body({name: one(fields, name) for name in FINDING})
            await rounds.record(token, round_id, finding_id, body)
        except Unfit as unfit:
            return await _round_page(pages, rounds, request, round_id, 422, wrong=unfit.field, typed=fields)
        except ValueError:
            return await _round_page(pages, rounds, request, round_id, 422, wrong="found", typed=fields)
        except Refused as refused:
            if refused.status not in (httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY):
                raise
            status, field = refused.status, refused.field
            return await _round_page(pages, rounds, request, round_id, status, wrong=field, typed=fields)
        return see(f"/rounds/{round_id}?done=finding")

    @routes.get("/rounds/{round_id}/findings", summary="Back to the round (anybody)")
    async def back_from_finding(request: Request, round_id: UUID) -> Response:
        return shown_at(request, f"/rounds/{round_id}")


async def _round_page(
    pages: Pages,
    rounds: Rounds,
    request: Request,
    round_id: UUID,
    status: int = 200,
    done: str = "",
    wrong: str = "",
    typed: Fields | None = None,
) -> Response:
    """The round; after something that failed with what was typed, and which input is at fault."""
    login = pages.login(request, *READS_ROUNDS)
    found = await rounds.one(login.token, round_id)
    return pages.show(
        request,
        "round.html",
        status,
        one=found,
        finds=login.staff.role in FINDS and found.draw is not None,
        acts=_acts(found.state) if login.staff.role in MOVES_ROUNDS else (),
        done=done if done in (*ACTS, "finding") else "",
        wrong=wrong,
        finding_id=uuid4(),
        typed={name: one(typed or {}, name) for name in FINDING},
    )


def _acts(state: str) -> tuple[str, ...]:
    return {"planned": ("draw",), "drawn": ("close",)}.get(state, ())
