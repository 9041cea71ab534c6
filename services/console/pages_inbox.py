"""The inbox of a unit: notices of supervision, and their acknowledgement."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_assignment import Assignment, Case
from services.console.apis_supervision import Supervision
from services.console.call import Away, Refused
from services.console.pages import Pages, one, see
from services.contracts.vocabulary import Role

OPENS: Final[tuple[Role, ...]] = ("handler", "unit_head", "leader", "supervision_office", "administrator")
"""Roles that have an inbox, or may look into one."""


def inbox_routes(pages: Pages, supervision: Supervision, assignment: Assignment) -> APIRouter:
    """The routes; supervision decides who may open which inbox."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/inbox", summary="Notices of the own unit (unit staff), of any (supervision office)")
    async def inbox(
        request: Request,
        unit: Annotated[str | None, Query(max_length=64)] = None,
        after: Annotated[str | None, Query(max_length=200)] = None,
        done: bool = False,
    ) -> Response:
        login = pages.login(request, *OPENS)
        token, asked = login.token, unit or login.staff.unit
        directory = await assignment.directory(token)
        page = await supervision.inbox(token, asked, after) if asked else None
        cases = await _cases(assignment, token, {one.case_id for one in page.notices}) if page else {}
        return pages.show(
            request, "inbox.html", page=page, cases=cases, unit=asked, directory=directory, done=done
        )

    @routes.post("/notices/{notice_id}/ack", summary="Acknowledge a notice (its recipients)")
    async def acknowledge(request: Request, notice_id: UUID) -> Response:
        token = pages.login(request).token
        fields = await pages.own_form(request)
        await supervision.acknowledge(token, notice_id, one(fields, "recipient") or None)
        return see("/inbox?done=true")

    return routes


async def _cases(assignment: Assignment, token: str, ids: Iterable[UUID]) -> dict[UUID, Case]:
    """The cases that notices are about, without those that can't be read: the notices are shown anyway."""

    async def read(case_id: UUID) -> Case | None:
        try:
            return await assignment.case(token, case_id)
        except (Refused, Away):
            return None

    found = await asyncio.gather(*map(read, ids))
    return {case.case_id: case for case in found if case}
