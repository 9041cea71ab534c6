"""The project list as a county's spreadsheet over HTTP: import whole or not at all, export."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends

from services.assignment import api_project_models as models
from services.assignment.api_projects import Office
from services.assignment.import_projects import SheetRefused, import_projects
from services.assignment.project_sheet import SheetRow
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.large_body import LargeBodyRoute

TOLD: Final = 1000
"""How many problems of a sheet one answer names."""

Importer = Annotated[Staff, Depends(staff_with("clerk", "administrator"))]


def project_sheet_routes(office: Office) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["projects"])
    large = APIRouter(tags=["projects"], route_class=LargeBodyRoute)
    _importing(large, office)
    routes.include_router(large)

    @routes.get("/project-sheet", summary="导出 The whole list as rows of the spreadsheet (anybody)")
    async def export_sheet() -> models.SheetView:
        return await office.sheet()

    return routes


def _importing(routes: APIRouter, office: Office) -> None:
    @routes.post(
        "/project-sheet",
        summary="导入 Open the projects of a spreadsheet, all or nothing (clerk, administrator)",
    )
    async def import_sheet(given: models.SheetGiven, staff: Importer) -> models.SheetTaken:
        """422 names every problem with row, column and remedy; the same sheet again adds nothing."""
        rows = [SheetRow(one.row, one.cells, one.fault) for one in given.rows]
        async with office.desk(staff) as desk:
            found = await import_projects(
                desk.projects, desk.publish, desk.directory, rows, staff.subject, desk.now
            )
            if isinstance(found, SheetRefused):
                raise _refused(found)
        return models.SheetTaken(opened=len(found.opened), unchanged=len(found.unchanged))


def _refused(found: SheetRefused) -> Problem:
    first = found.problems[0]
    return Problem(
        422,
        "Unprocessable Content",
        f"{len(found.problems)} problems; the first: 第 {first.row} 行 {first.column}：{first.what}",
        field="rows",
        remedy="correct the sheet and import it again; nothing of it was kept",
        problems=[
            {"row": one.row, "column": one.column, "what": one.what, "remedy": one.remedy}
            for one in found.problems[:TOLD]
        ],
    )
