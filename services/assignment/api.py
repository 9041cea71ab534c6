"""Cases over HTTP: staff list, search and read them, and take steps."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends
from fastapi import Query as FromQuery

from services.assignment import api_models as models
from services.assignment.api_body import LargeBodyRoute
from services.assignment.api_outcomes import incomplete, problem_of, result_of, taken_view
from services.assignment.case import Case, Taken, allowed_steps
from services.assignment.rulebook import Rulebook
from services.assignment.steps import FOR_THEIR_UNIT, Asked, NoSuchCase, Outcome, take_steps
from services.assignment.store import PostgresCases
from services.assignment.store_directory import Rulebooks
from services.assignment.store_reading import CaseReading, Filter
from services.contracts.vocabulary import CaseState, Kind
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.page import Cursor
from services.kit.postgres import Database

PAGE: Final = 50
LARGEST_PAGE: Final = 500

Reader = Annotated[
    Staff,
    Depends(staff_with("handler", "unit_head", "clerk", "administrator", "supervision_office", "leader")),
]
Actor = Annotated[Staff, Depends(staff_with("handler", "unit_head", "clerk", "administrator"))]

ACTORS: Final = "handler and unit_head of the case's unit, clerk, administrator"
READERS: Final = "handler and unit_head: their unit's; clerk, administrator, supervision_office, leader: all"


def case_routes(database: Database, rulebooks: Rulebooks) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes, bulk = APIRouter(tags=["cases"]), APIRouter(tags=["cases"], route_class=LargeBodyRoute)
    desk = Desk(database, rulebooks)
    _reading(routes, database, rulebooks)
    _acting(routes, desk)
    _acting_in_bulk(bulk, desk)
    routes.include_router(bulk)
    return routes


class Desk:
    """Takes steps in one transaction each call."""

    def __init__(self, database: Database, rulebooks: Rulebooks) -> None:
        self._database = database
        self._rulebooks = rulebooks

    async def take(self, asked: Sequence[Asked], staff: Staff) -> list[Outcome]:
        async with self._database.writing() as writing:
            rulebook = await self._rulebooks.current(writing.connection)
            if rulebook is None:  # before any directory is loaded no case exists
                return [NoSuchCase(one.case_id) for one in asked]
            cases = PostgresCases(writing.connection)
            return await take_steps(cases, writing.publish, rulebook, asked, staff, writing.now)

    async def take_one(self, asked: Asked, staff: Staff) -> models.StepTaken:
        """Raises Problem where the step is refused."""
        (outcome,) = await self.take([asked], staff)
        if isinstance(outcome, Taken):
            return taken_view(outcome)
        raise problem_of(outcome)


def _acting(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/cases/{case_id}/sign-for", summary=f"签收 Take the case over ({ACTORS})")
    async def sign_for(case_id: UUID, staff: Actor) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "sign_for"), staff)

    @routes.post("/cases/{case_id}/complete", summary=f"办结 Complete it with a reply ({ACTORS})")
    async def complete(case_id: UUID, given: models.Completion, staff: Actor) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "complete", given.reply), staff)

    @routes.post("/cases/{case_id}/return", summary=f"退回 Return it with a reason ({ACTORS})")
    async def return_(case_id: UUID, given: models.Return, staff: Actor) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "return", given.reason), staff)

    @routes.post(
        "/cases/{case_id}/reassign",
        summary="转办 Dispatch it anew (staff of the backstop unit it lies with, clerk, administrator)",
    )
    async def reassign(case_id: UUID, given: models.Reassignment, staff: Actor) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "reassign", given.reason, given.unit), staff)


def _acting_in_bulk(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/cases/steps", summary=f"Many steps in one transaction, each with its outcome ({ACTORS})")
    async def steps(
        asked: Annotated[
            list[models.StepAsked],
            Body(min_length=1, max_length=models.STEPS_AT_ONCE, examples=[models.example_steps()]),
        ],
        staff: Actor,
    ) -> list[models.StepResult]:
        """In their order; several steps of one case follow each other. A refused one stops no other."""
        complete = [one for one in asked if incomplete(one) is None]
        outcomes = iter(await desk.take([_asked(one) for one in complete], staff) if complete else [])
        return [result_of(one, incomplete(one) or next(outcomes)) for one in asked]


def _asked(one: models.StepAsked) -> Asked:
    return Asked(one.case_id, one.step, one.reply if one.step == "complete" else one.reason, one.unit)


def _reading(routes: APIRouter, database: Database, rulebooks: Rulebooks) -> None:
    @routes.get("/cases", summary=f"Cases by filter, page by page ({READERS})")
    async def list_cases(
        staff: Reader,
        unit: models.UnitCode | None = None,
        state: CaseState | None = None,
        kind: Kind | None = None,
        category: Annotated[models.UnitCode | None, FromQuery(description="with all below it")] = None,
        q: Annotated[models.Query | None, FromQuery(description="receipt, or in summary or title")] = None,
        overdue: bool | None = None,
        after: Annotated[str | None, FromQuery(description="`next` of the page before")] = None,
        limit: Annotated[int, FromQuery(ge=1, le=LARGEST_PAGE)] = PAGE,
    ) -> models.CasePage:
        unit, cursor = _unit_of(staff, unit), Cursor.parse(after) if after is not None else None
        async with database.pool.acquire() as connection:
            rulebook = await rulebooks.current(connection)
            if rulebook is None:
                return models.CasePage(cases=[], next=None)
            categories = rulebook.family(category) if category else None
            wanted = Filter(unit, state, kind, categories, q, overdue)
            rows = await CaseReading(connection).page(wanted, cursor, limit + 1)
        return _page(rows, limit, rulebook)

    @routes.get("/cases/{case_id}", summary=f"One case with its timeline ({READERS})")
    async def read_case(case_id: UUID, staff: Reader) -> models.CaseView:
        async with database.pool.acquire() as connection:
            reading = CaseReading(connection)
            row = await reading.case(case_id)
            rulebook = await rulebooks.current(connection)
            if row is None or rulebook is None:
                raise problem_of(NoSuchCase(case_id))
            _unit_of(staff, row["unit"])
            moments = await reading.timeline(case_id)
        return _view(row, moments, rulebook)


def _unit_of(staff: Staff, asked: str | None) -> str | None:
    """The unit to look at: staff of a unit see its own cases only. Raises Problem 403."""
    if staff.role not in FOR_THEIR_UNIT:
        return asked
    if staff.unit is None or asked not in (None, staff.unit):
        raise Problem(
            403,
            "Forbidden",
            f"the token is for unit {staff.unit}, the cases asked for lie with {asked or 'any unit'}",
            field="unit",
            remedy="use a token of that unit, or one of a role that sees all units",
        )
    return staff.unit


def _named(row: Any, rulebook: Rulebook) -> dict[str, Any]:
    directory = rulebook.directory
    unit = directory.units_by_code.get(row["unit"])
    post = directory.posts_by_code.get(row["post"])
    place = directory.places_by_code.get(row["place"] or "")
    category = directory.categories_by_code.get(row["category"])
    return {
        **dict(row),
        "unit_name": unit.name if unit else None,
        "post_title": post.title if post else None,
        "place_name": place.name if place else None,
        "category_name": category.name if category else None,
    }


def _row(row: Any, rulebook: Rulebook) -> models.CaseRow:
    return models.CaseRow.model_validate(_named(row, rulebook))


def _page(rows: Sequence[Any], limit: int, rulebook: Rulebook) -> models.CasePage:
    """`rows` has one more than `limit` where a further page exists."""
    shown = rows[:limit]
    more = str(Cursor(shown[-1]["assigned_at"], shown[-1]["case_id"])) if len(rows) > limit else None
    return models.CasePage(cases=[_row(row, rulebook) for row in shown], next=more)


def _view(row: Any, moments: Sequence[Any], rulebook: Rulebook) -> models.CaseView:
    case = Case(**{name: row[name] for name in Case.__dataclass_fields__})
    return models.CaseView.model_validate(
        {
            **_named(row, rulebook),
            "allowed": allowed_steps(case, rulebook.backstop_unit),
            "timeline": [dict(moment) for moment in moments],
        }
    )
