"""What a citizen wrote and how to reach him, read from intake at a press of a button and never kept."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis import Apis
from services.console.pages import Pages, shown_at
from services.console.session import READS_ORIGINALS


def original_routes(pages: Pages, apis: Apis) -> APIRouter:
    """The routes; intake decides who may, and records each reading before it answers."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.post(
        "/cases/{case_id}/original", summary="The text as it was sent (staff of the unit, call-back)"
    )
    async def read_original(request: Request, case_id: UUID) -> Response:
        token = pages.login(request, *READS_ORIGINALS).token
        await pages.own_form(request)
        case = await apis.assignment.case(token, case_id)
        original = await apis.intake.original(token, case.demand_id)
        return pages.show(request, "original.html", case=case, original=original, contact=None)

    @routes.post(
        "/cases/{case_id}/contact", summary="How to reach the citizen (staff of the unit, call-back)"
    )
    async def read_contact(request: Request, case_id: UUID) -> Response:
        token = pages.login(request, *READS_ORIGINALS).token
        await pages.own_form(request)
        case = await apis.assignment.case(token, case_id)
        contact = await apis.intake.contact(token, case.demand_id)
        return pages.show(request, "original.html", case=case, original=None, contact=contact)

    @routes.get("/cases/{case_id}/original", summary="Back to the case (staff)")
    @routes.get("/cases/{case_id}/contact", summary="Back to the case (staff)")
    async def back(request: Request, case_id: UUID) -> Response:
        return shown_at(request, f"/cases/{case_id}")

    return routes
