"""Letters over HTTP: write, read, and one route a step. The table of transitions says who may take one."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response
from fastapi import Query as FromQuery

from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.masking import mask
from services.kit.page import Cursor
from services.supervision import api_letter_models as models
from services.supervision.api_access import sees_drafts, sees_unit
from services.supervision.api_letter_files import file_routes
from services.supervision.api_letter_office import READERS, LetterOffice, Reader, done
from services.supervision.api_letter_outcomes import letter_problem
from services.supervision.letter import Letter, Matter, Words
from services.supervision.letter_transitions import LetterState, roles_of, who_may
from services.supervision.render.letter import letter_text
from services.supervision.store_letters import LetterFilter, PostgresLetters

PAGE: Final = 50
LARGEST_PAGE: Final = 500
WRITERS: Final = "supervision_office, administrator"

Writer = Annotated[Staff, Depends(staff_with("supervision_office", "administrator"))]
UnitOf = Annotated[models.Code | None, FromQuery(description="None: all that the caller may read")]


def letter_routes(office: LetterOffice) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["letters"])
    file_routes(routes, office)
    _reading(routes, office)
    _writing(routes, office)
    _by_the_unit(routes, office)
    _by_the_office(routes, office)
    return routes


def _reading(routes: APIRouter, office: LetterOffice) -> None:
    @routes.get("/letters", summary=f"督办函 Letters page by page, those drafted last first ({READERS})")
    async def list_letters(
        staff: Reader,
        unit: UnitOf = None,
        state: LetterState | None = None,
        overdue: Annotated[bool | None, FromQuery(description="receipt or reply late, or not")] = None,
        year: Annotated[int | None, FromQuery(ge=1949, le=9999, description="of the number")] = None,
        finding: Annotated[UUID | None, FromQuery(description="that a round's finding became")] = None,
        after: Annotated[str | None, FromQuery(description="`next` of the page before")] = None,
        limit: Annotated[int, FromQuery(ge=1, le=LARGEST_PAGE)] = PAGE,
    ) -> models.LetterPage:
        told = not sees_drafts(staff)
        wanted = LetterFilter(_unit_for(staff, unit), state, overdue, year, finding, told)
        cursor = Cursor.parse(after) if after is not None else None
        async with office.database.pool.acquire() as connection:
            rows = await PostgresLetters(connection).page(wanted, cursor, limit + 1)
        shown = [models.row_of(row) for row in rows[:limit]]
        more = str(Cursor(shown[-1].drafted_at, shown[-1].letter_id)) if len(rows) > limit else None
        return models.LetterPage(letters=shown, next=more)

    @routes.get("/letters/{letter_id}", summary=f"One letter with its steps ({READERS})")
    async def read_letter(letter_id: UUID, staff: Reader) -> models.LetterView:
        async with office.database.pool.acquire() as connection:
            return await office.view(letter_id, staff, connection)

    @routes.get(
        "/letters/{letter_id}/text",
        summary=f"The parts of a signed letter as it reads on paper ({READERS})",
    )
    async def read_text(letter_id: UUID, staff: Reader) -> models.LetterTextView:
        return models.text_view(letter_text(await office.signed(letter_id, staff)))


def _writing(routes: APIRouter, office: LetterOffice) -> None:
    @routes.post(
        "/letters",
        status_code=201,
        summary=f"发函 Write a letter; it is signed at once where the policy says so ({WRITERS})",
        responses={200: {"description": "a letter of that id says the same already"}},
    )
    async def write_letter(given: models.LetterGiven, staff: Writer, response: Response) -> models.LetterView:
        letter_id = given.letter_id or uuid4()
        async with office.desk(staff) as (desk, connection):
            letters = PostgresLetters(connection)
            there = await letters.one(letter_id)
            outcome = await desk.write(letter_id, await _matter(given, letters))
            if not isinstance(outcome, Letter):
                raise letter_problem(outcome, staff)
            if there is not None:
                response.status_code = 200
            return await office.view(letter_id, staff, connection)

    @routes.post("/letters/{letter_id}/sign", summary=f"签发 Sign a draft; it takes its number ({WRITERS})")
    async def sign(
        letter_id: UUID, staff: Writer, given: models.SignGiven | None = None
    ) -> models.LetterView:
        async with office.desk(staff) as (desk, connection):
            done(await desk.sign(letter_id, given.reply_by if given else None), staff)
            return await office.view(letter_id, staff, connection)


def _by_the_unit(routes: APIRouter, office: LetterOffice) -> None:
    receiver, replier = (Depends(staff_with(*roles_of(step))) for step in ("receive", "reply"))

    @routes.post("/letters/{letter_id}/receive", summary=f"签收 Sign for it ({who_may('receive')})")
    async def receive(letter_id: UUID, staff: Annotated[Staff, receiver]) -> models.LetterView:
        return await office.take(letter_id, staff, "receive")

    @routes.post("/letters/{letter_id}/reply", summary=f"回复 Say what was put right ({who_may('reply')})")
    async def reply(
        letter_id: UUID, given: models.ReplyGiven, staff: Annotated[Staff, replier]
    ) -> models.LetterView:
        return await office.take(letter_id, staff, "reply", Words(mask(given.reply)))


def _by_the_office(routes: APIRouter, office: LetterOffice) -> None:
    @routes.post("/letters/{letter_id}/accept", summary=f"验收 Accept the reply ({WRITERS})")
    async def accept(
        letter_id: UUID, staff: Writer, given: models.NoteGiven | None = None
    ) -> models.LetterView:
        return await office.take(letter_id, staff, "accept", _note(given))

    @routes.post(
        "/letters/{letter_id}/return", summary=f"退回 Return the reply; another is due by a day ({WRITERS})"
    )
    async def send_back(letter_id: UUID, given: models.ReturnGiven, staff: Writer) -> models.LetterView:
        async with office.desk(staff) as (desk, connection):
            until: tuple[int | None, date | None] = (given.reply_days, given.reply_by)
            done(await desk.send_back(letter_id, mask(given.reason), *until), staff)
            return await office.view(letter_id, staff, connection)

    @routes.post("/letters/{letter_id}/strike-off", summary=f"销号 Close the matter ({WRITERS})")
    async def strike_off(
        letter_id: UUID, staff: Writer, given: models.NoteGiven | None = None
    ) -> models.LetterView:
        return await office.take(letter_id, staff, "strike_off", _note(given))

    @routes.post("/letters/{letter_id}/void", summary=f"作废 Void it; its number stays its own ({WRITERS})")
    async def void(letter_id: UUID, given: models.ReasonGiven, staff: Writer) -> models.LetterView:
        return await office.take(letter_id, staff, "void", Words(mask(given.reason)))

    @routes.post("/letters/{letter_id}/discard", summary=f"撤稿 Give a draft up ({WRITERS})")
    async def discard(letter_id: UUID, given: models.ReasonGiven, staff: Writer) -> models.LetterView:
        return await office.take(letter_id, staff, "discard", Words(mask(given.reason)))


def _note(given: models.NoteGiven | None) -> Words:
    return Words(mask(given.note) if given and given.note else None)


def _unit_for(staff: Staff, unit: str | None) -> str | None:
    """The unit whose letters are listed. Raises Problem 403 for another than the own one."""
    wanted = unit if staff.role not in ("handler", "unit_head") or unit else staff.unit
    if wanted is None and staff.role not in ("handler", "unit_head"):
        return None
    if wanted is None or not sees_unit(staff, wanted):
        remedy = "leave `unit` out, or name your own; the token must name one"
        what = f"role {staff.role} of unit {staff.unit} reads its own letters"
        raise Problem(403, "Forbidden", what, field="unit", remedy=remedy)
    return wanted


async def _matter(given: models.LetterGiven, letters: PostgresLetters) -> Matter:
    """Raises Problem 422 for a project or case that isn't known."""
    project_id = await letters.project(given.project) if given.project else None
    if given.project and project_id is None:
        raise _unknown("project", f"no project {given.project}", "name a ledger number of GET /projects")
    if given.case_id and not await letters.has_case(given.case_id):
        raise _unknown("case_id", f"no case {given.case_id}", "take the id from GET /cases of assignment")
    return Matter(
        unit=given.unit,
        addressed=given.addressed,
        title=mask(given.title),
        found=mask(given.found),
        required=mask(given.required),
        reply_days=given.reply_days,
        reply_by=given.reply_by,
        project_id=project_id,
        case_id=given.case_id,
    )


def _unknown(field: str, detail: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field=field, remedy=remedy)
