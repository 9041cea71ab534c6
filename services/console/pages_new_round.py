"""Plan an inspection round: its days, the places and the inspectors to draw from."""

from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_rounds import Rounds
from services.console.call import Refused
from services.console.faults import NOTHING, Told, told_of
from services.console.pages import Fields, Pages, one, see
from services.console.round_forms import GROUPS, PLAN, plan_body
from services.console.session import MOVES_ROUNDS
from services.console.typed import Unfit


def new_round_routes(pages: Pages, rounds: Rounds) -> APIRouter:
    """The routes; who goes where is drawn afterwards, on the round's own page."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/new-round", summary="The form to plan a round (supervision office, administrator)")
    async def show_form(request: Request) -> Response:
        return await _form(pages, rounds, request)

    @routes.post("/new-round", summary="Plan a round (supervision office, administrator)")
    async def plan(request: Request) -> Response:
        """The page made the round's id: sent twice it is planned once."""
        token = pages.login(request, *MOVES_ROUNDS).token
        fields = await pages.own_form(request)
        round_id = _round_id(fields)
        try:
            typed = {name: one(fields, name) for name in PLAN}
            places = await rounds.coverage(token)
            body = plan_body(typed, fields.get("group", ()), fields.get("target", ()), places)
            await rounds.plan(token, round_id, body)
        except (Unfit, Refused) as failed:
            return await _form(pages, rounds, request, told_of(failed), fields)
        return see(f"/rounds/{round_id}?done=plan")

    return routes


def _round_id(fields: Fields) -> UUID:
    try:
        return UUID(one(fields, "round_id"))
    except ValueError:
        return uuid4()


async def _form(
    pages: Pages, rounds: Rounds, request: Request, told: Told = NOTHING, typed: Fields | None = None
) -> Response:
    login, fields = pages.login(request, *MOVES_ROUNDS), typed or {}
    return pages.show(
        request,
        "new_round.html",
        told.status,
        places=await rounds.coverage(login.token),
        groups=GROUPS,
        told=told.faults,
        round_id=_round_id(fields),
        chosen=set(fields.get("target", ())),
        whole=set(fields.get("group", ())),
        typed={name: one(fields, name) for name in PLAN},
    )
