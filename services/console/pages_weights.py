"""What an assessment would be under other weights, and its publication: acts upon one period's page."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_assessment import Assessments, WhatIf
from services.console.call import Refused
from services.console.faults import told_of
from services.console.pages import Fields, Pages, one, see, shown_at
from services.console.pages_assessment import period_page
from services.console.session import DECIDES_ABOUT_SCORES, PREVIEWS_SCORES
from services.console.typed import Unfit

WEIGHT: Final = "weight."
"""How the inputs of weights begin: `weight.on_time`."""


def weight_routes(pages: Pages, assessments: Assessments) -> APIRouter:
    """The routes; reporting decides who may do what."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.post(
        "/assessments/{first}/{until}/what-if",
        summary="The ranking under other weights (supervision office, leader, inspector, administrator)",
    )
    async def reweigh(request: Request, first: date, until: date) -> Response:
        token = pages.login(request, *PREVIEWS_SCORES).token
        fields = await pages.own_form(request)
        try:
            found: WhatIf = await assessments.what_if(token, first, until, weights_of(fields))
        except (Unfit, Refused) as failed:
            told = told_of(failed)
            return await period_page(
                pages, assessments, request, first, until, told=told, failed="what_if", typed=fields
            )
        return await period_page(pages, assessments, request, first, until, typed=fields, beside=found)

    @routes.post(
        "/assessments/{first}/{until}/publish",
        summary="Publish an assessment, or its next revision (supervision office, administrator)",
    )
    async def publish(request: Request, first: date, until: date) -> Response:
        token = pages.login(request, *DECIDES_ABOUT_SCORES).token
        fields = await pages.own_form(request)
        try:
            await assessments.publish(token, first, until, _publication(fields))
        except Refused as refused:
            told = told_of(refused)
            return await period_page(
                pages, assessments, request, first, until, told=told, failed="publish", typed=fields
            )
        return see(f"/assessments/{first}/{until}")

    @routes.get("/assessments/{first}/{until}/what-if", summary="Back to the assessment (anybody)")
    async def back(request: Request, first: date, until: date) -> Response:
        return shown_at(request, f"/assessments/{first}/{until}")

    @routes.get("/assessments/{first}/{until}/publish", summary="Back to the assessment (anybody)")
    async def back_again(request: Request, first: date, until: date) -> Response:
        return shown_at(request, f"/assessments/{first}/{until}")

    return routes


def weights_of(fields: Fields) -> dict[str, float]:
    """By indicator; those left empty keep theirs. Raises Unfit."""
    typed = {name.removeprefix(WEIGHT): one(fields, name) for name in fields if name.startswith(WEIGHT)}
    try:
        return {indicator: float(text) for indicator, text in typed.items() if text}
    except ValueError as unreadable:
        raise Unfit("weights", "weight") from unreadable


def _publication(fields: Fields) -> Mapping[str, Any]:
    return {name: one(fields, name) for name in ("because", "reason") if one(fields, name)}
