"""The project list for everybody, a project with every public fact, its ledger page; for staff its acts."""

import asyncio
from dataclasses import replace
from typing import Annotated, Final, get_args
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis import Apis
from services.console.apis_assignment import Assignment, Directory
from services.console.apis_projects import Project
from services.console.call import Refused
from services.console.pages import Fields, Pages, further, one, see, shown_at
from services.console.policy import PAPER_POLICY
from services.console.project_forms import CASE, UNLINKING, act_form, act_forms
from services.console.send_form import send_form
from services.console.session import MOVES_PROJECTS, Login
from services.console.step_forms import StepForm
from services.console.typed import Unfit
from services.contracts.vocabulary import ProjectState, Tier

TIERS: Final = get_args(Tier)
STATES: Final = get_args(ProjectState)
Text = Annotated[str, Query(max_length=200)]
Ledger = Annotated[str, Path(max_length=64)]


def project_routes(pages: Pages, apis: Apis) -> APIRouter:
    """The routes; assignment decides who may move a project on."""
    routes = APIRouter(default_response_class=HTMLResponse)
    _reading(routes, pages, apis)
    _acting(routes, pages, apis)
    return routes


def _reading(routes: APIRouter, pages: Pages, apis: Apis) -> None:
    @routes.get("/projects", summary="The project list, page by page (anybody)")
    async def list_projects(
        request: Request, tier: Text = "", unit: Text = "", state: Text = "", after: Text = ""
    ) -> Response:
        chosen = {"tier": tier, "unit": unit, "state": state}
        page = await apis.projects.page(after=after, **chosen)
        return pages.show(
            request,
            "projects.html",
            rows=page.projects,
            chosen=chosen,
            tiers=TIERS,
            states=STATES,
            further=further("/projects", chosen, page.next),
        )

    @routes.get("/projects/{ledger}", summary="A project with every public fact (anybody)")
    async def read_project(request: Request, ledger: Ledger, done: Text = "") -> Response:
        return await _project_page(pages, apis, request, ledger, done=done)

    @routes.get("/projects/{ledger}/page", summary="A project's ledger page for print (anybody)")
    async def print_project(ledger: Ledger) -> Response:
        html = await apis.projects.printed(ledger)
        return HTMLResponse(html, headers={"Content-Security-Policy": PAPER_POLICY})


def _acting(routes: APIRouter, pages: Pages, apis: Apis) -> None:
    @routes.post(
        "/projects/{ledger}/acts/{act}",
        summary="Move a project on (handler, unit_head of its lead unit; clerk, administrator)",
    )
    async def move(request: Request, ledger: Ledger, act: str) -> Response:
        token = pages.login(request, *MOVES_PROJECTS).token
        fields = await pages.own_form(request)
        project, description = await asyncio.gather(apis.projects.one(ledger), apis.assignment.description())
        form = act_form(description, ledger, act, project.to_come)
        if form.path is None:
            return await _project_page(pages, apis, request, ledger, httpx.codes.NOT_FOUND, failed=act)
        try:
            if form.step == UNLINKING:
                form = await _about_its_case(apis.assignment, token, form, one(fields, CASE.name))
            await send_form(apis.assignment, token, form, fields)
        except Unfit as unfit:
            return await _project_page(
                pages, apis, request, ledger, 422, failed=act, unfit=unfit, kept=fields
            )
        except Refused as refused:
            if refused.status == httpx.codes.UNAUTHORIZED:
                raise
            return await _project_page(
                pages, apis, request, ledger, refused.status, failed=act, refused=refused, kept=fields
            )
        return see(f"/projects/{quote(ledger, safe='')}?done={act}")

    @routes.get("/projects/{ledger}/acts/{act}", summary="Back to the project (anybody)")
    async def back(request: Request, ledger: Ledger) -> Response:
        return shown_at(request, f"/projects/{quote(ledger, safe='')}")


async def _about_its_case(assignment: Assignment, token: str, form: StepForm, receipt: str) -> StepForm:
    """The form without its case, whose id is in the path. Raises Unfit for a case that isn't there."""
    case_id = await assignment.case_id_of(token, receipt)
    if case_id is None:
        raise Unfit(CASE.name, "no_case" if receipt else "missing")
    path = (form.path or "").replace("{case_id}", str(case_id))
    return replace(form, path=path, fields=tuple(field for field in form.fields if field != CASE))


async def _project_page(
    pages: Pages,
    apis: Apis,
    request: Request,
    ledger: str,
    status: int = 200,
    done: str = "",
    failed: str = "",
    unfit: Unfit | None = None,
    refused: Refused | None = None,
    kept: Fields | None = None,
) -> Response:
    """The project; after an act that failed with what was typed, and why it failed."""
    project, login = await apis.projects.one(ledger), pages.visit(request).login
    promises = await apis.promises.page(project=ledger)
    forms, directory = await _acts(apis, project, login)
    return pages.show(
        request,
        "project.html",
        status,
        one=project,
        promises=promises,
        forms=forms,
        directory=directory,
        done=done,
        failed=failed,
        wrong=unfit.field if unfit else "",
        told=refused.faults if refused else {unfit.field: unfit.why} if unfit else {},
        refused=refused,
        typed=kept or {},
    )


async def _acts(apis: Apis, project: Project, login: Login | None) -> tuple[list[StepForm], Directory | None]:
    """What whoever looks may do now, and the directory to choose from; none and None for the public."""
    if login is None or not login.moves_projects(project.lead_unit):
        return [], None
    directory, description = await asyncio.gather(
        apis.assignment.directory(login.token), apis.assignment.description()
    )
    return act_forms(description, project.ledger, project.allowed, project.to_come), directory
