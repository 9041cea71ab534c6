"""Promises for everybody: the list, one promise with every change, and whether their chain holds."""

import re
from typing import Annotated, Final, get_args
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_promises import Promises
from services.console.pages import Pages, further
from services.contracts.vocabulary import PromiseState, PromiseTier

TIERS: Final = get_args(PromiseTier)
STATES: Final = get_args(PromiseState)
HEAD: Final = re.compile(
    r"\b([1-9]\d{0,17})[^0-9a-f]{1,9}([0-9a-f]{64})(?![0-9a-f])", re.ASCII | re.IGNORECASE
)
Text = Annotated[str, Query(max_length=200)]
Pasted = Annotated[str, Query(max_length=1000)]


def promise_routes(pages: Pages, promises: Promises) -> APIRouter:
    """The routes; anybody may call them. The cards' QR codes lead to a promise's page."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/promises", summary="Promises by filter, page by page (anybody)")
    async def list_promises(
        request: Request,
        tier: Text = "",
        unit: Text = "",
        state: Text = "",
        project: Text = "",
        after: Text = "",
    ) -> Response:
        chosen = {"tier": tier, "unit": unit, "state": state, "project": project}
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

    @routes.get("/promises/verify", summary="Whether the promise chain holds, and an old head (anybody)")
    async def verify_chain(request: Request, head: Pasted = "") -> Response:
        """Without a head the chain alone."""
        typed = head_of(head) or head.strip()
        unreadable = bool(typed) and head_of(typed) is None
        found = None if unreadable else await promises.verify(typed)
        status = httpx.codes.UNPROCESSABLE_ENTITY if unreadable else httpx.codes.OK
        return pages.show(
            request, "promise_check.html", status, found=found, typed=typed, unreadable=unreadable
        )

    @routes.get("/promises/{promise_id}", summary="A promise with every change (anybody)")
    async def read_promise(request: Request, promise_id: UUID) -> Response:
        return pages.show(request, "promise.html", one=await promises.one(promise_id))

    return routes


def head_of(text: str) -> str | None:
    """SEQ:HASH out of what was copied from a page or a circular, be it a whole line; None for no head."""
    found = HEAD.search(text)
    return f"{found[1]}:{found[2].lower()}" if found else None
