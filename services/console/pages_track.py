"""Where a demand stands, and what its citizen may say: a rating after the reply, withdrawal before it.

Nothing is said for a citizen in a browser where staff are logged in: nobody speaks of his own work.
"""

from collections.abc import Awaitable
from typing import Annotated, Final, Literal, get_args

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_intake import DemandStanding, Intake
from services.console.call import Refused
from services.console.pages import Fields, Pages, one, read_form, shown_at
from services.contracts.vocabulary import AFTER_REPLY, BEFORE_REPLY, Satisfaction

LEVELS: Final = get_args(Satisfaction)
Responded = Literal["rated", "project_rated", "withdrawn"]


def track_routes(pages: Pages, intake: Intake) -> APIRouter:
    """The routes; anybody may call them, and the tracking code opens a demand."""
    routes = APIRouter(default_response_class=HTMLResponse)
    _following(routes, pages, intake)
    _saying(routes, pages, intake)
    return routes


def _following(routes: APIRouter, pages: Pages, intake: Intake) -> None:
    @routes.get("/track", summary="The form to follow a demand (anybody)")
    async def ask_track(request: Request, receipt: Annotated[str, Query(max_length=40)] = "") -> Response:
        return _page(pages, request, receipt)

    @routes.post("/track", summary="Where a demand stands (anybody with its tracking code)")
    async def track(request: Request) -> Response:
        """A POST, so that the tracking code stands in no address, log or history."""
        return await _standing_page(pages, intake, request, await read_form(request))


def _saying(routes: APIRouter, pages: Pages, intake: Intake) -> None:
    @routes.post("/track/rating", summary="Rate the reply, once (the tracking code; no staff)")
    async def rate(request: Request) -> Response:
        """The code is typed again: no page gives it back, so that nobody rates at a browser left open."""
        fields = await _citizens_form(pages, request)
        level = one(fields, "level")
        if level not in LEVELS:
            return await _standing_page(pages, intake, request, fields, 422, failed="choose_level")
        sending = intake.rate(*_keys(fields), level, one(fields, "comment"))
        return await _after(pages, intake, request, fields, "rated", sending)

    @routes.post("/track/project-rating", summary="Rate a project, once (the tracking code; no staff)")
    async def rate_project(request: Request) -> Response:
        fields = await _citizens_form(pages, request)
        level, ledger = one(fields, "level"), one(fields, "ledger")
        if level not in LEVELS:
            return await _standing_page(pages, intake, request, fields, 422, failed="choose_level")
        sending = intake.rate_project(*_keys(fields), ledger, level, one(fields, "comment"))
        return await _after(pages, intake, request, fields, "project_rated", sending)

    @routes.post("/track/withdrawal", summary="Take a demand back (the tracking code; no staff)")
    async def withdraw(request: Request) -> Response:
        fields = await _citizens_form(pages, request)
        sending = intake.withdraw(*_keys(fields), one(fields, "reason"))
        return await _after(pages, intake, request, fields, "withdrawn", sending)

    @routes.get("/track/rating", summary="Back to the form to follow a demand (anybody)")
    @routes.get("/track/project-rating", summary="Back to the form to follow a demand (anybody)")
    @routes.get("/track/withdrawal", summary="Back to the form to follow a demand (anybody)")
    async def follow(request: Request) -> Response:
        return shown_at(request, "/track")


async def _citizens_form(pages: Pages, request: Request) -> Fields:
    """Raises ForeignForm, CitizenNeeded."""
    fields = await pages.own_form(request)
    pages.refuse_staff(request)
    return fields


async def _after(
    pages: Pages, intake: Intake, request: Request, fields: Fields, said: Responded, sending: Awaitable[None]
) -> Response:
    """The demand after what its citizen said, or why that was not taken."""
    try:
        await sending
    except Refused as refused:
        match refused.status:
            case httpx.codes.NOT_FOUND:
                return _page(pages, request, _keys(fields)[0], status=404)
            case httpx.codes.CONFLICT:
                return await _standing_page(pages, intake, request, fields, 409, failed=f"not_{said}")
            case httpx.codes.FORBIDDEN:
                return await _standing_page(pages, intake, request, fields, 403, failed="own_work")
        raise
    return await _standing_page(pages, intake, request, fields, said=said)


async def _standing_page(
    pages: Pages,
    intake: Intake,
    request: Request,
    fields: Fields,
    status: int = 200,
    said: Responded | None = None,
    failed: str = "",
) -> Response:
    receipt, code = _keys(fields)
    found = await _standing(intake, receipt, code)
    if found is None:
        return _page(pages, request, receipt, code, 404)
    return _page(pages, request, receipt, code, status, found=found, said=said, failed=failed)


def _page(
    pages: Pages,
    request: Request,
    receipt: str,
    code: str = "",
    status: int = 200,
    found: DemandStanding | None = None,
    said: Responded | None = None,
    failed: str = "",
) -> Response:
    return pages.show(
        request,
        "track.html",
        status,
        receipt=receipt,
        code=code,
        found=found,
        unknown=status == httpx.codes.NOT_FOUND,
        said=said,
        failed=failed,
        may=_form(found) if found and not said else None,
        levels=LEVELS,
    )


def _form(found: DemandStanding) -> Literal["rating", "withdrawal"] | None:
    """The form that the demand's state allows; intake decides whether what is sent is taken."""
    if found.state in AFTER_REPLY and found.rating is None:
        return "rating"
    return "withdrawal" if found.state in BEFORE_REPLY and found.withdrawal != "sent" else None


def _keys(fields: Fields) -> tuple[str, str]:
    """Receipt number and tracking code."""
    return one(fields, "receipt").upper(), one(fields, "code").upper()


async def _standing(intake: Intake, receipt: str, code: str) -> DemandStanding | None:
    """None for a receipt and a code that don't belong together."""
    if not receipt or not code:
        return None
    try:
        return await intake.standing(receipt, code)
    except Refused as refused:
        if refused.status in (httpx.codes.NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY):
            return None
        raise
