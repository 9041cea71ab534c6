"""Circulars: the list for everybody; drafts, orders, steps and corrections for those who bring them about."""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_reporting import Form, Reporting
from services.console.call import Refused
from services.console.faults import NOTHING, Told, told_of
from services.console.pages import Fields, Pages, further, one, see, shown_at
from services.console.policy import PAPER_POLICY
from services.console.session import (
    CHECKS_CIRCULARS,
    ISSUES_CIRCULARS,
    ORDERS_CIRCULARS,
    SIGNS_CIRCULARS,
    Login,
)
from services.contracts.vocabulary import Role

DAYS: Final = ("first", "last")
CORRECTION: Final = ("reason", "remark")


def circular_routes(pages: Pages, reporting: Reporting) -> APIRouter:
    """The routes; reporting decides who may take which step."""
    routes = APIRouter(default_response_class=HTMLResponse)
    _reading(routes, pages, reporting)
    _ordering(routes, pages, reporting)
    _step(routes, pages, reporting, "check", CHECKS_CIRCULARS)
    _step(routes, pages, reporting, "sign", SIGNS_CIRCULARS)
    _step(routes, pages, reporting, "issue", ISSUES_CIRCULARS)
    return routes


def _reading(routes: APIRouter, pages: Pages, reporting: Reporting) -> None:
    @routes.get(
        "/circulars", summary="Issued circulars (anybody); drafts and steps too (those who take them)"
    )
    async def list_circulars(
        request: Request, after: Annotated[str | None, Query(max_length=80)] = None
    ) -> Response:
        return await _list(pages, reporting, request, after)

    @routes.get(
        "/circulars/{reference}.{form}",
        summary="A circular as a file (anybody; drafts: those who lead them on)",
    )
    async def circular_file(request: Request, reference: str, form: Form) -> Response:
        login = pages.visit(request).login
        found = await reporting.circular_file(reference, form, _drafts_token(login))
        kept = {"Content-Disposition": f"attachment; filename*=UTF-8''circular-{quote(reference)}.{form}"}
        return Response(found.content, media_type=found.media_type, headers=kept)

    @routes.get("/circulars/{reference}", summary="A circular (anybody; drafts: those who lead them on)")
    async def circular(request: Request, reference: str) -> Response:
        html = await reporting.circular_html(reference, _drafts_token(pages.visit(request).login))
        return HTMLResponse(html, headers={"Content-Security-Policy": PAPER_POLICY})


def _ordering(routes: APIRouter, pages: Pages, reporting: Reporting) -> None:
    @routes.post("/circulars", summary="Order a county circular (supervision office, administrator)")
    async def order(request: Request) -> Response:
        token = pages.login(request, *ORDERS_CIRCULARS).token
        fields = await pages.own_form(request)
        try:
            await reporting.order(token, *(one(fields, name) for name in DAYS))
        except Refused as refused:
            return await _list(pages, reporting, request, told=told_of(refused), failed="order", typed=fields)
        return see("/circulars")

    @routes.post(
        "/circulars/{reference}/correct",
        summary="Draft the numbered correction of an issued circular (supervision office, administrator)",
    )
    async def correct(request: Request, reference: str) -> Response:
        token = pages.login(request, *ORDERS_CIRCULARS).token
        fields = await pages.own_form(request)
        try:
            await reporting.correct(token, reference, *(one(fields, name) for name in CORRECTION))
        except Refused as refused:
            told = told_of(refused)
            return await _list(
                pages, reporting, request, told=told, failed="correct", of=reference, typed=fields
            )
        return see("/circulars")

    @routes.get("/circulars/{reference}/correct", summary="Back to the circulars (anybody)")
    async def back(request: Request) -> Response:
        return shown_at(request, "/circulars")


def _step(routes: APIRouter, pages: Pages, reporting: Reporting, verb: str, roles: tuple[Role, ...]) -> None:
    @routes.post(
        f"/circulars/{{reference}}/{verb}", summary=f"Lead a circular on: {verb} ({', '.join(roles)})"
    )
    async def take(request: Request, reference: str) -> Response:
        token = pages.login(request, *roles).token
        await pages.own_form(request)
        try:
            await reporting.step(token, reference, verb)
        except Refused as refused:
            return await _list(pages, reporting, request, told=told_of(refused), failed=verb, of=reference)
        return see("/circulars")


async def _list(
    pages: Pages,
    reporting: Reporting,
    request: Request,
    after: str | None = None,
    told: Told = NOTHING,
    failed: str = "",
    of: str = "",
    typed: Fields | None = None,
) -> Response:
    """The list; after an act upon a circular, `of`, failed with what was typed and what is wrong with it."""
    login, fields = pages.visit(request).login, typed or {}
    page = await reporting.circulars(after, token=_drafts_token(login))
    return pages.show(
        request,
        "circulars.html",
        told.status,
        page=page,
        told=told.faults,
        failed=failed,
        of=of,
        orders=login is not None and login.staff.role in ORDERS_CIRCULARS,
        typed={name: one(fields, name) for name in (*DAYS, *CORRECTION)},
        further=further("/circulars", {}, page.next),
    )


def _drafts_token(login: Login | None) -> str | None:
    """The token of those who may see drafts; all others see what anybody sees."""
    return login.token if login and login.staff.role in ISSUES_CIRCULARS else None
