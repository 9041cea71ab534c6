"""Manual entry: a clerk types in what a citizen said, and prints the receipt slip."""

from collections.abc import Mapping
from uuid import uuid4

import httpx
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_intake import History, Intake
from services.console.call import Away, Refused
from services.console.entry import FIELDS, demand_of, entry_of
from services.console.pages import Pages, one, shown_at
from services.console.session import ENTERS
from services.console.typed import Unfit
from services.kit.http import RETRY_SECONDS

log = structlog.get_logger(__name__)


def entry_routes(pages: Pages, intake: Intake, public_address: str | None) -> APIRouter:
    """The routes, for clerks and administrators. `public_address` is printed on slips."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/entry", summary="The form to enter a demand (clerk, administrator)")
    async def ask_entry(request: Request) -> Response:
        pages.login(request, *ENTERS)
        return _form(pages, intake, request, dict.fromkeys(FIELDS, ""), str(uuid4()))

    @routes.post("/entry", summary="Enter a demand and show its receipt slip (clerk, administrator)")
    async def enter(request: Request) -> Response:
        """The slip is the answer itself, so that the tracking code stands in no address."""
        login = pages.login(request, *ENTERS)
        fields = await pages.own_form(request)
        typed = {name: one(fields, name) for name in FIELDS}
        entry = one(fields, "entry")
        try:
            demand = demand_of(typed, list(intake.keys))
            receipt = await intake.enter(demand, entry_of(entry))
        except Unfit as missing:
            return _form(pages, intake, request, typed, entry, 422, wrong=missing.field)
        except Refused as refused:
            return _refused(pages, intake, request, typed, entry, refused)
        except Away as gone:
            return _away(pages, intake, request, typed, entry, gone)
        address = public_address or str(request.base_url).rstrip("/")
        return pages.show(
            request, "slip.html", receipt=receipt, demand=demand, address=address, by=login.staff.subject
        )

    _history(routes, pages, intake)
    return routes


def _history(routes: APIRouter, pages: Pages, intake: Intake) -> None:
    @routes.post("/entry/history", summary="What this caller said before (clerk, administrator)")
    async def look_up(request: Request) -> Response:
        """The form again, with all that was typed and the caller's earlier demands."""
        token = pages.login(request, *ENTERS).token
        fields = await pages.own_form(request)
        typed, entry = {name: one(fields, name) for name in FIELDS}, one(fields, "entry")
        if not (typed["phone"] or typed["email"]):
            return _form(pages, intake, request, typed, entry, anonymous=True)
        try:
            found = await intake.history(token, typed["phone"], typed["email"])
        except Refused as refused:
            if refused.status == httpx.codes.UNPROCESSABLE_ENTITY:
                return _form(pages, intake, request, typed, entry, 422, wrong=refused.field)
            raise
        except Away as gone:
            return _away(pages, intake, request, typed, entry, gone)
        return _form(pages, intake, request, typed, entry, history=found)

    @routes.get("/entry/history", summary="Back to the form (clerk, administrator)")
    async def back(request: Request) -> Response:
        return shown_at(request, "/entry")


def _refused(
    pages: Pages, intake: Intake, request: Request, typed: Mapping[str, str], entry: str, refused: Refused
) -> Response:
    """The form again. A key that works no more is nothing that the clerk can mend; other content after a
    repeat is a new demand, so it gets a new number."""
    if refused.status == httpx.codes.CONFLICT:
        entry = str(uuid4())
    key_fails = refused.status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
    return _form(
        pages,
        intake,
        request,
        typed,
        entry,
        422,
        wrong=refused.field,
        key_fails=key_fails,
        said=refused.detail,
    )


def _away(
    pages: Pages, intake: Intake, request: Request, typed: Mapping[str, str], entry: str, gone: Away
) -> Response:
    """The form again with the same number: intake may have kept the demand, and then knows it again."""
    log.warning("service away", of=gone.service, reason=str(gone))
    page = _form(pages, intake, request, typed, entry, httpx.codes.SERVICE_UNAVAILABLE, away=True)
    page.headers["Retry-After"] = str(RETRY_SECONDS)
    return page


def _form(
    pages: Pages,
    intake: Intake,
    request: Request,
    typed: Mapping[str, str],
    entry: str,
    status: int = 200,
    wrong: str = "",
    key_fails: bool = False,
    said: str = "",
    history: History | None = None,
    anonymous: bool = False,
    away: bool = False,
) -> Response:
    return pages.show(
        request,
        "entry.html",
        status,
        channels=list(intake.keys),
        typed=typed,
        entry=entry,
        wrong=wrong,
        key_fails=key_fails,
        said=said,
        history=history,
        anonymous=anonymous,
        away=away,
    )
