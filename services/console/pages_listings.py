"""Listings (挂牌督办): public to read; who is logged in takes the steps that supervision allows."""

from typing import Annotated, Final
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_assignment import Assignment
from services.console.apis_listings import Listings
from services.console.call import Refused
from services.console.faults import NOTHING, Told, told_of
from services.console.listing_forms import LISTING, STEPS, body_of
from services.console.pages import Fields, Pages, further, one, see, shown_at
from services.console.session import LISTS, MOVES_LETTERS
from services.console.typed import Unfit

STATES: Final = ("listed", "asked", "struck_off")
KINDS: Final = ("project", "case")
Text = Annotated[str, Query(max_length=200)]


def listing_routes(pages: Pages, listings: Listings, assignment: Assignment) -> APIRouter:
    """The routes; supervision decides who takes which step."""
    routes = APIRouter(default_response_class=HTMLResponse)
    _reading(routes, pages, listings)
    _opening(routes, pages, listings, assignment)
    _acting(routes, pages, listings)
    return routes


def _reading(routes: APIRouter, pages: Pages, listings: Listings) -> None:
    @routes.get("/listings", summary="Listings, by unit and state (anybody)")
    async def list_listings(
        request: Request, unit: Text = "", state: Text = "", kind: Text = "", after: Text = ""
    ) -> Response:
        chosen = {"unit": unit, "state": state, "kind": kind}
        return await _list_page(pages, listings, request, chosen, after)

    @routes.get("/listings/{listing_id}", summary="One listing with its progress (anybody)")
    async def read_listing(request: Request, listing_id: UUID, done: Text = "") -> Response:
        return await _listing_page(pages, listings, request, listing_id, done=done)


def _opening(routes: APIRouter, pages: Pages, listings: Listings, assignment: Assignment) -> None:
    @routes.post("/listings", summary="List a project or a case (supervision office, administrator)")
    async def open_listing(request: Request) -> Response:
        token = pages.login(request, *LISTS).token
        fields = await pages.own_form(request)
        try:
            typed = {name: one(fields, name) for name in LISTING}
            if typed["case_id"]:
                typed["case_id"] = await _case_id(assignment, token, typed["case_id"])
            elif not typed["project"]:
                raise Unfit("project", "either")
            listing_id = await listings.open(token, body_of(LISTING, typed))
        except (Unfit, Refused) as failed:
            return await _list_page(pages, listings, request, {}, told=told_of(failed), typed=fields)
        return see(f"/listings/{listing_id}?done=open")


async def _case_id(assignment: Assignment, token: str, receipt: str) -> str:
    """Raises Unfit for a receipt number without a case."""
    found = await assignment.case_id_of(token, receipt)
    if found is None:
        raise Unfit("case_id", "no_case")
    return str(found)


def _acting(routes: APIRouter, pages: Pages, listings: Listings) -> None:
    @routes.post(
        "/listings/{listing_id}/acts/{act}",
        summary="Take a step of a listing (its unit: progress, ask; the authority: send back, strike off)",
    )
    async def take(request: Request, listing_id: UUID, act: str) -> Response:
        token = pages.login(request, *MOVES_LETTERS).token
        fields = await pages.own_form(request)
        if act not in STEPS:
            return await _listing_page(pages, listings, request, listing_id, Told(httpx.codes.NOT_FOUND))
        try:
            body = body_of(STEPS[act], {name: one(fields, name) for name in STEPS[act]})
            await listings.take(token, listing_id, act, body)
        except (Unfit, Refused) as failed:
            told = told_of(failed)
            return await _listing_page(pages, listings, request, listing_id, told, failed=act, typed=fields)
        return see(f"/listings/{listing_id}?done={act}")

    @routes.get("/listings/{listing_id}/acts/{act}", summary="Back to the listing (anybody)")
    async def back(request: Request, listing_id: UUID) -> Response:
        return shown_at(request, f"/listings/{listing_id}")


async def _list_page(
    pages: Pages,
    listings: Listings,
    request: Request,
    filters: dict[str, str],
    after: str = "",
    told: Told = NOTHING,
    typed: Fields | None = None,
) -> Response:
    """The list; for the supervision office with the form to list by hand."""
    chosen = {"unit": "", "state": "", "kind": "", **filters}
    page = await listings.page(after=after, **chosen)
    login = pages.visit(request).login
    return pages.show(
        request,
        "listings.html",
        told.status,
        rows=page.listings,
        chosen=chosen,
        states=STATES,
        kinds=KINDS,
        further=further("/listings", chosen, page.next),
        lists=login is not None and login.staff.role in LISTS,
        told=told.faults,
        typed={name: one(typed or {}, name) for name in LISTING},
    )


async def _listing_page(
    pages: Pages,
    listings: Listings,
    request: Request,
    listing_id: UUID,
    told: Told = NOTHING,
    done: str = "",
    failed: str = "",
    typed: Fields | None = None,
) -> Response:
    """The listing; after a step that failed with what was typed, and which input is at fault."""
    login = pages.visit(request).login
    found = await listings.one(login.token if login else None, listing_id)
    return pages.show(
        request,
        "listing.html",
        told.status,
        one=found,
        forms={step: STEPS[step] for step in found.allowed if step in STEPS},
        done=done if done in (*STEPS, "open") else "",
        failed=failed,
        told=told.faults,
        typed={name: one(typed or {}, name) for names in STEPS.values() for name in names},
    )
