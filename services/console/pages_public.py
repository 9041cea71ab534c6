"""Pages for everybody: the start, the issued circulars."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_reporting import Circulars, Reporting
from services.console.call import Away
from services.console.pages import Pages, further
from services.console.policy import PAPER_POLICY

Ending = Literal["pdf", "docx", "xlsx", "csv"]


def public_routes(pages: Pages, reporting: Reporting) -> APIRouter:
    """The routes; anybody may call them."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/", summary="What this is, and the last circular (anybody)")
    async def start(request: Request) -> Response:
        return pages.show(request, "start.html", last=await _last_circular(reporting))

    @routes.get("/circulars", summary="Issued circulars (anybody)")
    async def list_circulars(
        request: Request, after: Annotated[str | None, Query(max_length=40)] = None
    ) -> Response:
        page = await reporting.circulars(after)
        return pages.show(request, "circulars.html", page=page, further=further("/circulars", {}, page.next))

    @routes.get("/circulars/{reference}.{ending}", summary="An issued circular as a file (anybody)")
    async def circular_file(reference: str, ending: Ending) -> Response:
        content, media_type = await reporting.circular_file(reference, ending)
        named = {"Content-Disposition": f'attachment; filename="circular.{ending}"'}
        return Response(content, media_type=media_type, headers=named)

    @routes.get("/circulars/{reference}", summary="An issued circular (anybody)")
    async def circular(reference: str) -> Response:
        html = await reporting.circular_html(reference)
        return HTMLResponse(html, headers={"Content-Security-Policy": PAPER_POLICY})

    return routes


async def _last_circular(reporting: Reporting) -> Circulars | None:
    """None while reporting is away: the start page comes up without it."""
    try:
        return await reporting.circulars(limit=1)
    except Away:
        return None
