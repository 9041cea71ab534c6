"""Assessment for staff: scores, what they are made of, requests about them, signs of gaming."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_assessment import Assessment, Assessments, WhatIf
from services.console.apis_assessment import Request as Asked
from services.console.call import Refused
from services.console.faults import NOTHING, Told, told_of
from services.console.pages import Fields, Pages, one, see
from services.console.session import (
    ASKS_ABOUT_SCORES,
    DECIDES_ABOUT_SCORES,
    SEES_GAMING,
    SEES_REQUESTS,
    SEES_SCORES,
    Login,
)
from services.contracts.vocabulary import Role

OFFERED: Final[Mapping[Role, tuple[str, ...]]] = {
    **dict.fromkeys(ASKS_ABOUT_SCORES, ("appeal", "withdraw")),
    **dict.fromkeys(DECIDES_ABOUT_SCORES, ("approve", "refuse", "uphold", "dismiss")),
}
"""Steps that a role may take where the request's state allows them."""
A_DAY: Final = timedelta(days=1)
Code = Annotated[str, Query(max_length=100)]
Day = Annotated[date | None, Query()]
RequestId = Annotated[UUID, Path()]
REQUESTED: Final = ("indicator", "case_id", "reason", "evidence")


def assessment_routes(pages: Pages, assessments: Assessments) -> APIRouter:
    """The routes; reporting decides who may see and do what."""
    routes = APIRouter(default_response_class=HTMLResponse)
    _scores(routes, pages, assessments)
    _asking(routes, pages, assessments)
    _requests(routes, pages, assessments)
    return routes


def _scores(routes: APIRouter, pages: Pages, assessments: Assessments) -> None:
    @routes.get("/assessments", summary="Published assessments, or one period's by its days (any staff)")
    async def list_assessments(request: Request, first: Day = None, last: Day = None) -> Response:
        token = pages.login(request).token
        if first and last:
            return see(f"/assessments/{first}/{last + A_DAY}")
        found = await assessments.revisions(token)
        return pages.show(request, "assessments.html", revisions=found)

    @routes.get("/assessments/{first}/{until}", summary="A period's scores by group (any staff)")
    async def read_assessment(request: Request, first: date, until: date) -> Response:
        return await period_page(pages, assessments, request, first, until)

    @routes.get(
        "/assessments/{first}/{until}/explanation",
        summary="A score down to its rows (offices, leaders, inspectors; heads their own unit's)",
    )
    async def explain(
        request: Request, first: date, until: date, unit: Code = "", post: Code = "", person: Code = ""
    ) -> Response:
        whose = {"unit": unit, "post": post, "person": person}
        return await _explanation(pages, assessments, request, first, until, whose)


async def _explanation(
    pages: Pages,
    assessments: Assessments,
    request: Request,
    first: date,
    until: date,
    whose: Mapping[str, str],
    told: Told = NOTHING,
    failed: str = "",
    typed: Fields | None = None,
) -> Response:
    """A score down to its rows; after a request that failed with what was typed and what is wrong."""
    token = pages.login(request, *SEES_SCORES).token
    found = await assessments.explained(token, first, until, **whose)
    return pages.show(
        request,
        "explanation.html",
        told.status,
        first=first,
        until=until,
        found=found,
        told=told.faults,
        failed=failed,
        typed={name: one(typed or {}, name) for name in REQUESTED},
        blank=dict.fromkeys(REQUESTED, ""),
    )


async def period_page(
    pages: Pages,
    assessments: Assessments,
    request: Request,
    first: date,
    until: date,
    told: Told = NOTHING,
    failed: str = "",
    typed: Fields | None = None,
    beside: WhatIf | None = None,
) -> Response:
    """The scores; after an act that failed with what was typed, or with those under other weights beside."""
    login, fields = pages.login(request), typed or {}
    found = await _published_or_preview(pages, assessments, request, first, until)
    publishes = login.staff.role in DECIDES_ABOUT_SCORES
    calls = await _calls(assessments, login, first, until) if publishes and found.published else []
    return pages.show(
        request,
        "assessment.html",
        told.status,
        **dict(found),
        names=_names(found),
        beside=beside,
        publishes=publishes and (calls or found.published is None),
        calls=calls,
        told=told.faults,
        failed=failed,
        weights={item.id: one(fields, f"weight.{item.id}") for item in found.assessment.preset.indicators},
        typed={name: one(fields, name) for name in ("because", "reason")},
    )


async def _calls(assessments: Assessments, login: Login, first: date, until: date) -> list[Asked]:
    """Requests that call for a revision of a period: exclusions approved, appeals upheld."""
    return [
        asked
        for asked in await assessments.requests(login.token)
        if asked.state in ("approved", "upheld")
        and asked.first in (None, first)
        and asked.until in (None, until)
    ]


async def _published_or_preview(
    pages: Pages, assessments: Assessments, request: Request, first: date, until: date
) -> Assessment:
    """What was published; else, for those who may look at it, what would be."""
    login = pages.login(request)
    try:
        return await assessments.one(login.token, first, until, preview=False)
    except Refused as refused:
        if refused.status != httpx.codes.NOT_FOUND or not login.previews_scores:
            raise
    return await assessments.one(login.token, first, until, preview=True)


def _names(found: Assessment) -> dict[str, str]:
    return {row.unit: row.name for row in found.assessment.units if row.unit}


def _asking(routes: APIRouter, pages: Pages, assessments: Assessments) -> None:
    @routes.post("/exclusions", summary="Ask that a case not count (heads, their own unit's)")
    async def ask_exclusion(request: Request) -> Response:
        token = pages.login(request, *ASKS_ABOUT_SCORES).token
        fields = await pages.own_form(request)
        asked = {**_said(fields), "case_id": one(fields, "case_id"), "indicators": [one(fields, "indicator")]}
        return await _ask(pages, assessments, request, token, "exclusions", asked, fields)

    @routes.post("/appeals", summary="Contest a published score (heads, their own unit's)")
    async def appeal(request: Request) -> Response:
        token = pages.login(request, *ASKS_ABOUT_SCORES).token
        fields = await pages.own_form(request)
        asked = {**_said(fields), **{name: one(fields, name) for name in ("first", "until", "revision")}}
        asked["post"] = one(fields, "post") or None
        return await _ask(pages, assessments, request, token, "appeals", asked, fields)


def _said(fields: Fields) -> dict[str, Any]:
    return {name: one(fields, name) for name in ("reason", "evidence")}


async def _ask(
    pages: Pages,
    assessments: Assessments,
    request: Request,
    token: str,
    what: str,
    asked: dict[str, Any],
    fields: Fields,
) -> Response:
    """`what`: exclusions, appeals. Refused, the explanation is shown again, which the form names."""
    try:
        await assessments.ask(token, what, asked)
    except Refused as refused:
        told, whose = told_of(refused), {name: one(fields, name) for name in ("unit", "post", "person")}
        try:
            first, until = (date.fromisoformat(one(fields, name)) for name in ("first", "until"))
        except ValueError:
            raise refused from None
        return await _explanation(
            pages, assessments, request, first, until, whose, told=told, failed=what, typed=fields
        )
    return see("/assessment-requests")


def _requests(routes: APIRouter, pages: Pages, assessments: Assessments) -> None:
    @routes.get("/assessment-requests", summary="Exclusions and appeals (viewers; heads their unit's)")
    async def list_requests(request: Request) -> Response:
        return await _list(pages, assessments, request)

    @routes.post("/assessment-requests/{request_id}/{step}", summary="Decide, appeal, withdraw (as allowed)")
    async def take(request: Request, request_id: RequestId, step: str) -> Response:
        token = pages.login(request, *DECIDES_ABOUT_SCORES, *ASKS_ABOUT_SCORES).token
        fields = await pages.own_form(request)
        try:
            await assessments.step(token, request_id, step, one(fields, "reason"))
        except Refused as refused:
            told = told_of(refused)
            return await _list(pages, assessments, request, told, failed=step, of=request_id, typed=fields)
        return see("/assessment-requests")

    @routes.get("/gaming", summary="Signs of gaming of some days (supervision office, administrator)")
    async def look(request: Request, first: Day = None, last: Day = None) -> Response:
        token = pages.login(request, *SEES_GAMING).token
        found = await assessments.gaming(token, first, last + A_DAY) if first and last else None
        return pages.show(request, "gaming.html", found=found, first=first, last=last)


async def _list(
    pages: Pages,
    assessments: Assessments,
    request: Request,
    told: Told = NOTHING,
    failed: str = "",
    of: UUID | None = None,
    typed: Fields | None = None,
) -> Response:
    """The requests; after a step that failed with what was typed, and what is wrong with it."""
    login = pages.login(request, *SEES_REQUESTS)
    return pages.show(
        request,
        "assessment_requests.html",
        told.status,
        requests=await assessments.requests(login.token),
        steps=OFFERED.get(login.staff.role, ()),
        told=told.faults,
        failed=failed,
        of=of,
        typed={"reason": one(typed or {}, "reason")},
    )
