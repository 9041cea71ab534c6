"""Open a project (立项), empty or of cases that were chosen in their list or on their page."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis import Apis
from services.console.apis_assignment import CaseRow, Directory
from services.console.call import Refused
from services.console.pages import Pages, see
from services.console.project_forms import OPENING, opening_form, opening_of
from services.console.session import MOVES_PROJECTS
from services.console.typed import Unfit

MOST_CASES: Final = 50
"""How many cases one form takes; the list shows fewer on a page."""
WHO: Final = "handler, unit_head for their unit; clerk, administrator"
Chosen = Annotated[list[UUID], Query(max_length=MOST_CASES)]
Kept = Mapping[str, Sequence[str]]


def new_project_routes(pages: Pages, apis: Apis) -> APIRouter:
    """The routes; assignment decides for which units somebody may open projects."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/new-project", summary=f"The form to open a project, of cases if any are chosen ({WHO})")
    async def ask(request: Request, case: Chosen = []) -> Response:  # noqa: B006  FastAPI copies it
        token = pages.login(request, *MOVES_PROJECTS).token
        cases, directory = await asyncio.gather(_cases(apis, token, case), apis.assignment.directory(token))
        return await _form(pages, apis, request, cases, prefilled(cases, directory))

    @routes.post("/new-project", summary=f"Open a project ({WHO})")
    async def open_project(request: Request) -> Response:
        token = pages.login(request, *MOVES_PROJECTS).token
        fields = await pages.own_form(request)
        chosen, form = fields.get("case", ()), opening_form(await apis.assignment.description())
        try:
            sent = opening_of(form, fields, chosen)
            await apis.assignment.take(token, form.path or "/projects", sent)
        except Unfit as unfit:
            cases = await _cases(apis, token, _ids(chosen))
            return await _form(pages, apis, request, cases, fields, 422, wrong=unfit.field)
        except Refused as refused:
            if refused.status == httpx.codes.UNAUTHORIZED:
                raise
            cases = await _cases(apis, token, _ids(chosen))
            return await _form(pages, apis, request, cases, fields, refused.status, refused=refused)
        return see(f"/projects/{quote(sent['ledger'], safe='')}?done={OPENING}")

    return routes


def prefilled(cases: Sequence[CaseRow], directory: Directory) -> dict[str, list[str]]:
    """What the cases say of the project by themselves: what all of them share, and their summaries."""
    if not cases:
        return {}
    shared = {
        "owner": {case.post for case in cases},
        "lead_unit": {case.unit for case in cases},
        "category": {case.category for case in cases},
        "place": {case.place or "" for case in cases},
    }
    typed = {name: list(codes) for name, codes in shared.items() if len(codes) == 1}
    tier = next((post.tier for post in directory.posts if [post.code] == typed.get("owner")), "")
    summaries = "\n".join(dict.fromkeys(case.summary for case in cases))
    return {**typed, "tier": [tier], "name": [cases[0].summary], "content": [summaries]}


async def _cases(apis: Apis, token: str, chosen: Sequence[UUID]) -> list[CaseRow]:
    """Each of them once, as far as this member of staff may see it. Raises Refused."""
    asked = (apis.assignment.case(token, case_id) for case_id in dict.fromkeys(chosen))
    return list(await asyncio.gather(*asked))


def _ids(chosen: Sequence[str]) -> list[UUID]:
    """Without what is no id: assignment named that one already."""
    found = []
    for text in chosen[:MOST_CASES]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


async def _form(
    pages: Pages,
    apis: Apis,
    request: Request,
    cases: Sequence[CaseRow],
    typed: Kept,
    status: int = 200,
    wrong: str = "",
    refused: Refused | None = None,
) -> Response:
    token = pages.login(request).token
    directory, description = await asyncio.gather(
        apis.assignment.directory(token), apis.assignment.description()
    )
    return pages.show(
        request,
        "new_project.html",
        status,
        form=opening_form(description),
        cases=cases,
        directory=directory,
        failed=OPENING,
        wrong=wrong,
        told=refused.faults if refused else {},
        refused=refused,
        typed=typed,
    )
