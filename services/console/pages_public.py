"""Pages for everybody: the start."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_reporting import Circulars, Reporting
from services.console.call import Away
from services.console.pages import Pages


def public_routes(pages: Pages, reporting: Reporting) -> APIRouter:
    """The routes; anybody may call them."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/", summary="What this is, and the last circular (anybody)")
    async def start(request: Request) -> Response:
        return pages.show(request, "start.html", last=await _last_circular(reporting))

    return routes


async def _last_circular(reporting: Reporting) -> Circulars | None:
    """None while reporting is away: the start page comes up without it."""
    try:
        return await reporting.circulars(limit=1)
    except Away:
        return None
