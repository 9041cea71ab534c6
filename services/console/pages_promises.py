"""Promises for everybody: the list, and one promise with every change and its place in the chain."""

from typing import Annotated, Final, get_args
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_promises import Promises
from services.console.pages import Pages, further
from services.contracts.vocabulary import PromiseState, PromiseTier

TIERS: Final = get_args(PromiseTier)
STATES: Final = get_args(PromiseState)
Text = Annotated[str, Query(max_length=200)]


def promise_routes(pages: Pages, promises: Promises) -> APIRouter:
    """The routes; anybody may call them. The cards' QR codes lead to a promise's page."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/promises", summary="Promises by filter, page by page (anybody)")
    async def list_promises(
        request: Request, tier: Text = "", unit: Text = "", state: Text = "", after: Text = ""
    ) -> Response:
        chosen = {"tier": tier, "unit": unit, "state": state}
        page = await promises.page(after=after, **chosen)
        return pages.show(
            request,
            "promises.html",
            rows=page.promises,
            chosen=chosen,
            tiers=TIERS,
            states=STATES,
            further=further("/promises", chosen, page.next),
        )

    @routes.get("/promises/{promise_id}", summary="A promise with every change (anybody)")
    async def read_promise(request: Request, promise_id: UUID) -> Response:
        return pages.show(request, "promise.html", one=await promises.one(promise_id))

    return routes
