"""Pages for everybody: the start, where a demand stands, the issued circulars."""

from typing import Annotated, Final

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_intake import Intake, Standing
from services.console.apis_reporting import Circulars, Reporting
from services.console.call import Away, Refused
from services.console.pages import Pages, one, read_form

CIRCULAR_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
"""A circular is one file to keep and to print, with its style within; it runs nothing and fetches nothing."""


def public_routes(pages: Pages, intake: Intake, reporting: Reporting) -> APIRouter:
    """The routes; anybody may call them."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/", summary="What this is, and the last circular (anybody)")
    async def start(request: Request) -> Response:
        return pages.show(request, "start.html", last=await _last_circular(reporting))

    @routes.get("/track", summary="The form to follow a demand (anybody)")
    async def ask_track(request: Request, receipt: Annotated[str, Query(max_length=40)] = "") -> Response:
        return pages.show(request, "track.html", receipt=receipt, code="", found=None, unknown=False)

    @routes.post("/track", summary="Where a demand stands (anybody with its tracking code)")
    async def track(request: Request) -> Response:
        """A POST, so that the tracking code stands in no address, log or history."""
        fields = await read_form(request)
        receipt, code = one(fields, "receipt").upper(), one(fields, "code").upper()
        found = await _standing(intake, receipt, code)
        values = {"receipt": receipt, "code": code, "found": found, "unknown": found is None}
        return pages.show(request, "track.html", 200 if found else 404, **values)

    @routes.get("/circulars", summary="Issued circulars (anybody)")
    async def list_circulars(
        request: Request, after: Annotated[str | None, Query(max_length=40)] = None
    ) -> Response:
        return pages.show(request, "circulars.html", page=await reporting.circulars(after))

    @routes.get("/circulars/{reference}", summary="An issued circular (anybody)")
    async def circular(reference: str) -> Response:
        html = await reporting.circular_html(reference)
        return HTMLResponse(html, headers={"Content-Security-Policy": CIRCULAR_POLICY})

    return routes


async def _last_circular(reporting: Reporting) -> Circulars | None:
    """None while reporting is away: the start page comes up without it."""
    try:
        return await reporting.circulars(limit=1)
    except Away:
        return None


async def _standing(intake: Intake, receipt: str, code: str) -> Standing | None:
    """None for a receipt and a code that don't belong together."""
    if not receipt or not code:
        return None
    try:
        return await intake.standing(receipt, code)
    except Refused as refused:
        if refused.status in (httpx.codes.NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY):
            return None
        raise
