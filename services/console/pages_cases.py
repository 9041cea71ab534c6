"""Cases for staff: the list, one case with every step that it allows, the dispatch sheet."""

import asyncio
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

import httpx
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis import Apis
from services.console.apis_assignment import Assignment
from services.console.apis_supervision import CaseLimits, Supervision
from services.console.call import Away, Refused
from services.console.pages import Fields, Pages, further, one, see, shown_at
from services.console.send_form import send_form
from services.console.session import MOVES_PROJECTS, Login
from services.console.step_forms import filter_choices, step_form, step_forms
from services.console.typed import Unfit

FILTERS: Final = ("q", "state", "kind", "category", "unit", "overdue", "assisting", "offers")
Text = Annotated[str, Query(max_length=200)]
Ledger = Annotated[str, Path(max_length=64)]


def case_routes(pages: Pages, apis: Apis) -> APIRouter:
    """The routes; assignment decides who may see and do what."""
    routes = APIRouter(default_response_class=HTMLResponse)
    _listing(routes, pages, apis)
    _reading(routes, pages, apis)
    _acting(routes, pages, apis)
    _deciding(routes, pages, apis)
    return routes


def _listing(routes: APIRouter, pages: Pages, apis: Apis) -> None:
    @routes.get("/cases", summary="Cases by filter, page by page (staff)")
    async def list_cases(
        request: Request,
        q: Text = "",
        state: Text = "",
        kind: Text = "",
        category: Text = "",
        unit: Text = "",
        overdue: Text = "",
        assisting: Text = "",
        offers: Text = "",
        after: Text = "",
        done: Text = "",
    ) -> Response:
        login = pages.login(request)
        token, assisting = login.token, assisting if unit or login.staff.unit else ""
        chosen = dict(zip(FILTERS, (q, state, kind, category, unit, overdue, assisting, offers), strict=True))
        page, directory, description, offered = await asyncio.gather(
            apis.assignment.cases(token, after=after, **chosen),
            apis.assignment.directory(token),
            apis.assignment.description(),
            offers_waiting(apis.assignment, login),
        )
        return pages.show(
            request,
            "cases.html",
            page=page,
            chosen=chosen,
            offered=offered,
            directory=directory,
            states=filter_choices(description, "state"),
            kinds=filter_choices(description, "kind"),
            categories=[(category.code, category.name) for category in directory.categories],
            further=further("/cases", chosen, page.next),
            done=done,
        )


def _reading(routes: APIRouter, pages: Pages, apis: Apis) -> None:
    @routes.get("/cases/{case_id}", summary="A case with its timeline, limits and steps (staff)")
    async def read_case(request: Request, case_id: UUID, done: Text = "") -> Response:
        """A step may have taken the case away from whoever took it: then the list says that it was done."""
        try:
            return await _case_page(pages, apis, request, case_id, done=done)
        except Refused as refused:
            if done and refused.status == httpx.codes.FORBIDDEN:
                return see(f"/cases?{urlencode({'done': done})}")
            raise

    @routes.get("/cases/{case_id}/sheet", summary="The dispatch sheet to print (staff)")
    async def sheet(request: Request, case_id: UUID) -> Response:
        token = pages.login(request).token
        case, directory, limits = await asyncio.gather(
            apis.assignment.case(token, case_id),
            apis.assignment.directory(token),
            _limits(apis.supervision, token, case_id),
        )
        return pages.show(request, "sheet.html", case=case, directory=directory, limits=limits)


def _acting(routes: APIRouter, pages: Pages, apis: Apis) -> None:
    @routes.post("/cases/{case_id}/steps/{step}", summary="Take a step (as assignment allows)")
    async def take(request: Request, case_id: UUID, step: str) -> Response:
        token = pages.login(request).token
        fields = await pages.own_form(request)
        form = step_form(await apis.assignment.description(), case_id, step)
        if form.path is None:
            return await _case_page(pages, apis, request, case_id, status=404, failed=step)
        try:
            await send_form(apis.assignment, token, form, fields)
        except Unfit as unfit:
            return await _case_page(
                pages, apis, request, case_id, status=422, failed=step, wrong=unfit.field, kept=fields
            )
        except Refused as refused:
            if refused.status == httpx.codes.UNAUTHORIZED:
                raise
            return await _case_page(
                pages, apis, request, case_id, refused.status, failed=step, refused=refused, kept=fields
            )
        return see(f"/cases/{case_id}?done={step}")

    @routes.get("/cases/{case_id}/steps/{step}", summary="Back to the case (staff)")
    async def back(request: Request, case_id: UUID) -> Response:
        return shown_at(request, f"/cases/{case_id}")


def _deciding(routes: APIRouter, pages: Pages, apis: Apis) -> None:
    @routes.post(
        "/cases/{case_id}/offers/{ledger}",
        summary="Decide whether an offered project answers the case"
        " (handler, unit_head of the unit that leads it; clerk, administrator)",
    )
    async def decide(request: Request, case_id: UUID, ledger: Ledger) -> Response:
        token = pages.login(request, *MOVES_PROJECTS).token
        accept = one(await pages.own_form(request), "accept") == "true"
        try:
            await apis.assignment.decide(token, case_id, ledger, accept)
        except Refused as refused:
            if refused.status == httpx.codes.UNAUTHORIZED:
                raise
            return await _case_page(
                pages, apis, request, case_id, refused.status, failed="decide_offer", refused=refused
            )
        return see(f"/cases/{case_id}?done=decide_offer")

    @routes.get("/cases/{case_id}/offers/{ledger}", summary="Back to the case (staff)")
    async def undecided(request: Request, case_id: UUID) -> Response:
        return shown_at(request, f"/cases/{case_id}")


async def _case_page(
    pages: Pages,
    apis: Apis,
    request: Request,
    case_id: UUID,
    status: int = 200,
    done: str = "",
    failed: str = "",
    wrong: str = "",
    refused: Refused | None = None,
    kept: Fields | None = None,
) -> Response:
    """The case; after a step that failed with what was typed, and why it failed."""
    login = pages.login(request)
    token = login.token
    case, directory, limits, description = await asyncio.gather(
        apis.assignment.case(token, case_id),
        apis.assignment.directory(token),
        _limits(apis.supervision, token, case_id),
        apis.assignment.description(),
    )
    return pages.show(
        request,
        "case.html",
        status,
        case=case,
        twins=await apis.assignment.twins(token, case_id) if "merge" in case.allowed else [],
        offers=await apis.assignment.offers(token, case_id) if login.opens_projects else [],
        directory=directory,
        limits=limits,
        forms=step_forms(description, case_id, case.allowed),
        done=done,
        failed=failed,
        wrong=refused.field if refused else wrong,
        refused=refused,
        typed=kept or {},
    )


async def offers_waiting(assignment: Assignment, login: Login) -> str:
    """How many cases await a decision about an offered project; empty, too, where that can't be read."""
    if not login.opens_projects:
        return ""
    try:
        return await assignment.offered(login.token)
    except (Refused, Away):
        return ""


async def _limits(supervision: Supervision, token: str, case_id: UUID) -> CaseLimits | None:
    """None for a case so new that supervision hasn't set its limits yet."""
    try:
        return await supervision.limits(token, case_id)
    except Refused as refused:
        if refused.status in (httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN):
            return None
        raise
