"""The project list over HTTP: anybody reads it; staff open projects, move them on and link cases to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from fastapi import Query as FromQuery
from fastapi.responses import HTMLResponse

from services.assignment import api_project_models as models
from services.assignment.api_models import UnitCode
from services.assignment.api_project_outcomes import (
    answer_of,
    moved_view,
    no_directory,
    problem_of,
    refused,
)
from services.assignment.api_project_view import PROMISES, Whole, page_for_print, page_of, sheet_of, view_of
from services.assignment.case_name import case_name
from services.assignment.move_project import NoSuchProject, NotTheirProject, ProjectDesk, refusal
from services.assignment.open_projects import Opening, OpeningsRefused
from services.assignment.project import Finish, Reach, Report
from services.assignment.render.ledger_page import to_html
from services.assignment.store_directory import Rulebooks
from services.assignment.store_project_reading import Filter, ProjectReading
from services.assignment.store_projects import PostgresProjects
from services.assignment.store_promise_reading import PromiseFilter, PromiseReading
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import ProjectState, Tier
from services.kit.auth import Staff
from services.kit.http import staff_with
from services.kit.masking import mask
from services.kit.page import Cursor
from services.kit.postgres import Database

PAGE: Final = 50
LARGEST_PAGE: Final = 500
ACTORS: Final = "handler and unit_head of the lead unit, clerk, administrator"

Actor = Annotated[Staff, Depends(staff_with("handler", "unit_head", "clerk", "administrator"))]
Ledger = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]+$", description="台账编号")]


class Office:
    """Where projects are read and acted on, one transaction each call."""

    def __init__(self, database: Database, rulebooks: Rulebooks) -> None:
        self.database = database
        self._rulebooks = rulebooks

    @asynccontextmanager
    async def desk(self, staff: Staff) -> AsyncIterator[ProjectDesk]:
        """A desk for a member of staff; what it does commits at the end. Raises Problem 409."""
        async with self.database.writing() as writing:
            rulebook = await self._rulebooks.current(writing.connection)
            if rulebook is None:
                raise no_directory()
            projects = PostgresProjects(writing.connection)
            yield ProjectDesk(projects, writing.publish, rulebook.directory, staff, writing.now)

    async def page(self, wanted: Filter, after: Cursor | None, limit: int) -> models.ProjectPage:
        async with self.database.pool.acquire() as connection:
            rulebook = await self._rulebooks.current(connection)
            if rulebook is None:
                return models.ProjectPage(projects=[], next=None)
            now = await connection.fetchval("SELECT clock.now()")
            rows = await ProjectReading(connection).page(wanted, after, limit + 1)
        return page_of(rows, limit, rulebook.directory, now)

    async def whole(self, ledger: str) -> Whole:
        """Raises Problem 404."""
        async with self.database.pool.acquire() as connection:
            reading, rulebook = ProjectReading(connection), await self._rulebooks.current(connection)
            listed = await reading.project(ledger)
            if listed is None or rulebook is None:
                raise problem_of(NoSuchProject(ledger))
            facts = await reading.facts(listed.project.project_id)
            ratings = await reading.ratings(listed.project.project_id)
            on_it = PromiseFilter(project=ledger)
            promises = await PromiseReading(connection).page(on_it, None, PROMISES + 1)
            now = await connection.fetchval("SELECT clock.now()")
        return Whole(listed, tuple(facts), ratings, tuple(map(dict, promises)), rulebook.directory, now)

    async def sheet(self) -> models.SheetView:
        """The whole list as a county's spreadsheet has it, with what the system knows behind."""
        async with self.database.pool.acquire() as connection:
            rulebook = await self._rulebooks.current(connection)
            listed = await ProjectReading(connection).all()
        return sheet_of(listed, rulebook.directory if rulebook else None)

    async def open(self, given: models.ProjectGiven, staff: Staff) -> tuple[models.ProjectMoved, bool]:
        """The project, and whether it is new. Raises Problem."""
        async with self.desk(staff) as desk:
            found = await desk.open(Opening(given.ledger, given.plan(), given.cases))
            if isinstance(found, NotTheirProject):
                raise problem_of(found)
            if isinstance(found, OpeningsRefused):
                raise refused(found)
        new = bool(found.opened)
        return moved_view((found.opened or found.unchanged)[0]), new


def project_routes(office: Office) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["projects"])
    _reading(routes, office)
    _opening(routes, office)
    _moving(routes, office)
    _linking(routes, office)
    _offers(routes, office)
    return routes


def _reading(routes: APIRouter, office: Office) -> None:
    @routes.get("/projects", summary="项目清单 The project list, page by page (anybody)")
    async def list_projects(
        tier: Tier | None = None,
        unit: Annotated[UnitCode | None, FromQuery(description="the lead unit")] = None,
        state: ProjectState | None = None,
        after: Annotated[str | None, FromQuery(description="`next` of the page before")] = None,
        limit: Annotated[int, FromQuery(ge=1, le=LARGEST_PAGE)] = PAGE,
    ) -> models.ProjectPage:
        cursor = Cursor.parse(after) if after is not None else None
        return await office.page(Filter(tier, unit, state), cursor, limit)

    @routes.get("/projects/{ledger}", summary="台账 One project with every public fact (anybody)")
    async def read_project(ledger: Ledger) -> models.ProjectView:
        return view_of(await office.whole(ledger))

    @routes.get(
        "/projects/{ledger}/page",
        summary="台账页 One project's ledger page for print (anybody)",
        response_class=HTMLResponse,
    )
    async def read_page(ledger: Ledger) -> HTMLResponse:
        return HTMLResponse(to_html(page_for_print(await office.whole(ledger))))


def _opening(routes: APIRouter, office: Office) -> None:
    @routes.post(
        "/projects",
        status_code=201,
        summary=f"立项 Open a project, or promote cases to one ({ACTORS})",
        responses={200: {"description": "it stood in the list already, with the same plan"}},
    )
    async def open_project(
        given: models.ProjectGiven, staff: Actor, response: Response
    ) -> models.ProjectMoved:
        answer, new = await office.open(given, staff)
        response.status_code = 201 if new else 200
        return answer


def _moving(routes: APIRouter, office: Office) -> None:
    @routes.post(
        "/projects/{ledger}/change",
        summary=f"变更 Change the plan, with a public reason and approver ({ACTORS})",
    )
    async def change(ledger: Ledger, given: models.ChangeGiven, staff: Actor) -> models.ProjectMoved:
        async with office.desk(staff) as desk:
            why = (mask(given.reason), given.approver, given.finding)
            return answer_of(await desk.change(ledger, given.fields(), *why))

    @routes.post("/projects/{ledger}/progress", summary=f"进展 Report progress ({ACTORS})")
    async def report(ledger: Ledger, given: models.ReportGiven, staff: Actor) -> models.ProjectMoved:
        """The same report again on the same day adds nothing."""
        said = Report(mask(given.text), masked(given.evidence), given.percent)
        async with office.desk(staff) as desk:
            return answer_of(await desk.report(ledger, said))

    @routes.post("/projects/{ledger}/milestones", summary=f"节点 A milestone was reached ({ACTORS})")
    async def reach(ledger: Ledger, given: models.ReachGiven, staff: Actor) -> models.ProjectMoved:
        act = Reach(mask(given.milestone), given.on, masked(given.evidence))
        async with office.desk(staff) as desk:
            return answer_of(await desk.act(ledger, act))

    @routes.post("/projects/{ledger}/done", summary=f"办结 The project is done ({ACTORS})")
    async def finish(ledger: Ledger, given: models.FinishGiven, staff: Actor) -> models.ProjectMoved:
        act = Finish(given.on, mask(given.text), masked(given.evidence))
        async with office.desk(staff) as desk:
            return answer_of(await desk.act(ledger, act))

    @routes.post("/projects/{ledger}/replace", summary=f"替代 Another project takes its place ({ACTORS})")
    async def replace(ledger: Ledger, given: models.ReplaceGiven, staff: Actor) -> models.ProjectMoved:
        async with office.desk(staff) as desk:
            why = (mask(given.reason), given.approver, given.finding)
            return answer_of(await desk.replace(ledger, given.by, *why))

    @routes.post("/projects/{ledger}/drop", summary=f"终止 It is given up, with no successor ({ACTORS})")
    async def drop(ledger: Ledger, given: models.DropGiven, staff: Actor) -> models.ProjectMoved:
        async with office.desk(staff) as desk:
            return answer_of(await desk.drop(ledger, mask(given.reason), given.approver))


def _linking(routes: APIRouter, office: Office) -> None:
    @routes.post("/projects/{ledger}/cases", summary=f"关联 The project answers a case ({ACTORS})")
    async def link(ledger: Ledger, given: models.LinkGiven, staff: Actor) -> models.ProjectMoved:
        async with office.desk(staff) as desk:
            return answer_of(await desk.link(ledger, case_name(given.case_id), mask(given.reason)))

    @routes.post(
        "/projects/{ledger}/cases/{case_id}/unlink",
        summary=f"取消关联 The project doesn't answer the case after all ({ACTORS})",
    )
    async def unlink(
        ledger: Ledger, case_id: UUID, given: models.UnlinkGiven, staff: Actor
    ) -> models.ProjectMoved:
        async with office.desk(staff) as desk:
            return answer_of(await desk.unlink(ledger, case_id, mask(given.reason)))


def _offers(routes: APIRouter, office: Office) -> None:
    @routes.get(
        "/cases/{case_id}/projects/offers",
        summary="关联建议 Projects that may answer a case"
        " (clerk, administrator: all; handler, unit_head: those their unit leads)",
    )
    async def list_offers(case_id: UUID, staff: Actor) -> list[models.OfferView]:
        async with office.database.pool.acquire() as connection:
            rows = await ProjectReading(connection).offers(case_id)
        theirs = [row for row in rows if refusal(staff, row["lead_unit"]) is None]
        return [models.OfferView.model_validate(dict(row)) for row in theirs]

    @routes.post(
        "/cases/{case_id}/projects/offers/{ledger}",
        summary=f"Decide whether an offered project answers the case ({ACTORS})",
        status_code=204,
    )
    async def decide(case_id: UUID, ledger: Ledger, given: models.DecisionGiven, staff: Actor) -> None:
        async with office.desk(staff) as desk:
            outcome = await desk.decide(case_id, ledger, given.accept)
            if outcome is not None:
                answer_of(outcome)


def masked(text: str | None) -> PublicText | None:
    """A text that may leave the service; None stays None."""
    return None if text is None else mask(text)
