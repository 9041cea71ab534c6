"""Call-back samples: draw one, see who of it is still to be called."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_assignment import Assignment
from services.console.call import Refused
from services.console.pages import Fields, Pages, further, one, see
from services.console.session import CALLS_BACK

SampleId = Annotated[UUID, Path()]
After = Annotated[str, Query(max_length=200)]
ASKED = ("first_day", "last_day", "share", "seed")


def sample_routes(pages: Pages, assignment: Assignment) -> APIRouter:
    """The routes; assignment decides who may draw."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/samples", summary="Call-back samples and the form to draw one (call-back clerks, offices)")
    async def list_samples(request: Request, after: After = "") -> Response:
        return await _list(pages, assignment, request, after)

    @routes.post("/samples", summary="Draw a call-back sample (call-back clerks, offices)")
    async def draw(request: Request) -> Response:
        token = pages.login(request, *CALLS_BACK).token
        fields = await pages.own_form(request)
        try:
            drawn = await assignment.draw_sample(token, _asked(fields))
        except Refused as refused:
            if refused.status not in (httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY):
                raise
            return await _list(pages, assignment, request, refused=refused, typed=fields)
        return see(f"/samples/{drawn.sample_id}")

    @routes.get("/samples/{sample_id}", summary="One call-back sample with its cases (as the list)")
    async def read_sample(request: Request, sample_id: SampleId) -> Response:
        token = pages.login(request, *CALLS_BACK).token
        found = await assignment.sample(token, sample_id)
        return pages.show(request, "sample.html", one=found)

    return routes


async def _list(
    pages: Pages,
    assignment: Assignment,
    request: Request,
    after: str = "",
    refused: Refused | None = None,
    typed: Fields | None = None,
) -> Response:
    token = pages.login(request, *CALLS_BACK).token
    page = await assignment.samples(token, after)
    return pages.show(
        request,
        "samples.html",
        refused.status if refused else 200,
        samples=page.samples,
        further=further("/samples", {}, page.next),
        wrong=(refused.field or "").removeprefix("body.") if refused else "",
        typed={name: one(typed or {}, name) for name in ASKED},
    )


def _asked(fields: Fields) -> dict[str, Any]:
    """What is left empty is the API's to choose."""
    asked = {name: one(fields, name) for name in ASKED}
    asked["share"] = _share(asked["share"])
    return {name: value for name, value in asked.items() if value}


def _share(percent: str) -> str:
    """Typed in percent, `12.5` too. What is no number is sent as it is: the API refuses and names it."""
    try:
        return str(Decimal(percent).scaleb(-2))
    except InvalidOperation:
        return percent
