"""The project list for everybody: the list, one project with every public fact, its ledger page for print."""

from typing import Annotated, Final, get_args

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_projects import Projects
from services.console.pages import Pages, further
from services.console.policy import PAPER_POLICY
from services.contracts.vocabulary import ProjectState, Tier

TIERS: Final = get_args(Tier)
STATES: Final = get_args(ProjectState)
Text = Annotated[str, Query(max_length=200)]
Ledger = Annotated[str, Path(max_length=64)]


def project_routes(pages: Pages, projects: Projects) -> APIRouter:
    """The routes; anybody may call them."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/projects", summary="The project list, page by page (anybody)")
    async def list_projects(
        request: Request, tier: Text = "", unit: Text = "", state: Text = "", after: Text = ""
    ) -> Response:
        chosen = {"tier": tier, "unit": unit, "state": state}
        page = await projects.page(after=after, **chosen)
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
    async def read_project(request: Request, ledger: Ledger) -> Response:
        return pages.show(request, "project.html", one=await projects.one(ledger))

    @routes.get("/projects/{ledger}/page", summary="A project's ledger page for print (anybody)")
    async def print_project(ledger: Ledger) -> Response:
        html = await projects.printed(ledger)
        return HTMLResponse(html, headers={"Content-Security-Policy": PAPER_POLICY})

    return routes
