"""The leading group's meetings (压实责任) over HTTP."""

from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from fastapi import Query as FromQuery

from services.contracts.meeting import Said
from services.kit.auth import Staff
from services.kit.connection import Connection
from services.kit.http import Problem, staff_with
from services.kit.masking import mask
from services.kit.page import Cursor
from services.kit.postgres import Database, Writing
from services.supervision import api_meeting_models as models
from services.supervision.calendars import Policies
from services.supervision.meetings import (
    Another,
    Closed,
    DayUnfit,
    Meeting,
    MeetingDesk,
    Missing,
    NotTheirs,
    Refused,
    SaidAs,
    Task,
)
from services.supervision.store import PostgresLimits
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_meetings import PostgresMeetings

PAGE: Final = 50
LARGEST_PAGE: Final = 200
READERS: Final = "unit_head, leader, inspector, supervision_office, administrator"
MOVERS: Final = "supervision_office, administrator"

Reader = Annotated[
    Staff, Depends(staff_with("unit_head", "leader", "inspector", "supervision_office", "administrator"))
]
Reporter = Annotated[Staff, Depends(staff_with("leader", "supervision_office", "administrator"))]
Doer = Annotated[Staff, Depends(staff_with("unit_head", "supervision_office", "administrator"))]
Mover = Annotated[Staff, Depends(staff_with("supervision_office", "administrator"))]


class MeetingOffice:
    """Where meetings are read and moved on, one transaction each call."""

    def __init__(self, database: Database, policies: Policies) -> None:
        self.database = database
        self._policies = policies

    async def desk(self, writing: Writing, staff: Staff) -> MeetingDesk:
        """What it does commits with the transaction."""
        connection = writing.connection
        policy = await self._policies.current(PostgresCalendars(connection))
        stores = (PostgresMeetings(connection), PostgresLimits(connection))
        return MeetingDesk(*stores, policy, writing.publish, staff, writing.now)


def meeting_routes(database: Database, policies: Policies) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes, office = APIRouter(tags=["meetings"]), MeetingOffice(database, policies)
    _reading(routes, database)
    _speaking(routes, office)
    _moving(routes, office)
    _following_up(routes, office)
    return routes


def _reading(routes: APIRouter, database: Database) -> None:
    @routes.get("/meetings", summary=f"领导小组会议 Meetings, those drawn up last first ({READERS})")
    async def list_meetings(
        _: Reader,
        after: Annotated[str | None, FromQuery(description="`next` of the page before")] = None,
        limit: Annotated[int, FromQuery(ge=1, le=LARGEST_PAGE)] = PAGE,
    ) -> models.MeetingPage:
        cursor = Cursor.parse(after) if after is not None else None
        async with database.pool.acquire() as connection:
            rows = await PostgresMeetings(connection).page(cursor, limit + 1)
        shown = [models.row_of(row) for row in rows[:limit]]
        more = str(Cursor(shown[-1].drawn_at, shown[-1].meeting_id)) if len(rows) > limit else None
        return models.MeetingPage(meetings=shown, next=more)

    @routes.get("/meetings/{meeting_id}", summary=f"One meeting with agenda, words, follow-ups ({READERS})")
    async def read_meeting(meeting_id: UUID, _: Reader) -> models.MeetingView:
        async with database.pool.acquire() as connection:
            return await _view(meeting_id, connection)


def _speaking(routes: APIRouter, office: MeetingOffice) -> None:
    async def say(
        meeting_id: UUID, given: models.SaidGiven, staff: Staff, kind: SaidAs
    ) -> models.MeetingView:
        said = Said(post=given.post, text=mask(given.text), item=given.item)
        async with office.database.writing() as writing:
            desk = await office.desk(writing, staff)
            _done(await desk.say(meeting_id, given.entry_id or uuid4(), kind, said))
            return await _view(meeting_id, writing.connection)

    @routes.post(
        "/meetings/{meeting_id}/reports",
        summary=f"听取汇报 Take down a leader's report (leader for posts of the own unit, {MOVERS})",
    )
    async def report(meeting_id: UUID, given: models.SaidGiven, staff: Reporter) -> models.MeetingView:
        return await say(meeting_id, given, staff, "report")

    @routes.post("/meetings/{meeting_id}/comments", summary=f"点评 Take down a comment ({MOVERS})")
    async def comment(meeting_id: UUID, given: models.SaidGiven, staff: Mover) -> models.MeetingView:
        return await say(meeting_id, given, staff, "comment")


def _moving(routes: APIRouter, office: MeetingOffice) -> None:
    @routes.post(
        "/meetings",
        status_code=201,
        summary=f"拟定议程 Draw up an agenda from what is overdue or badly rated now ({MOVERS})",
    )
    async def draw(given: models.MeetingGiven, staff: Mover) -> models.MeetingView:
        async with office.database.writing() as writing:
            meeting_id = given.meeting_id or uuid4()
            _done(await (await office.desk(writing, staff)).draw(meeting_id, mask(given.name), given.day))
            return await _view(meeting_id, writing.connection)

    @routes.post("/meetings/{meeting_id}/close", summary=f"纪要 Close the minutes ({MOVERS})")
    async def close(meeting_id: UUID, given: models.MinutesGiven, staff: Mover) -> models.MeetingView:
        async with office.database.writing() as writing:
            _done(await (await office.desk(writing, staff)).close(meeting_id, mask(given.minutes)))
            return await _view(meeting_id, writing.connection)


def _following_up(routes: APIRouter, office: MeetingOffice) -> None:
    @routes.post(
        "/meetings/{meeting_id}/follow-ups", summary=f"交办 Set a unit something to do by a day ({MOVERS})"
    )
    async def follow_up(meeting_id: UUID, given: models.FollowUpGiven, staff: Mover) -> models.MeetingView:
        named = given.follow_up_id or uuid4()
        task = Task(named, meeting_id, given.item, given.unit, mask(given.task), given.due, None)
        async with office.database.writing() as writing:
            _done(await (await office.desk(writing, staff)).follow_up(task))
            return await _view(meeting_id, writing.connection)

    @routes.post(
        "/follow-ups/{follow_up_id}/done",
        summary=f"办结 Say what was done (unit_head of the follow-up's unit, {MOVERS})",
    )
    async def finish(follow_up_id: UUID, given: models.DoneGiven, staff: Doer) -> models.MeetingView:
        async with office.database.writing() as writing:
            done = await (await office.desk(writing, staff)).finish(follow_up_id, mask(given.text))
            if not isinstance(done, Task):
                raise _problem(done)
            return await _view(done.meeting_id, writing.connection)


async def _view(meeting_id: UUID, connection: Connection) -> models.MeetingView:
    """Raises Problem 404."""
    row = await PostgresMeetings(connection).shown(meeting_id)
    if row is None:
        raise _problem(Missing("meeting_id", f"no meeting {meeting_id}"))
    return models.view_of(row)


def _done(outcome: Meeting | Task | Refused) -> None:
    """Raises Problem where it was refused."""
    if not isinstance(outcome, Meeting | Task):
        raise _problem(outcome)


def _problem(refused: Refused) -> Problem:
    match refused:
        case Missing(field, what) if field.endswith("_id"):
            remedy = "take the id from GET /meetings"
            return Problem(404, "Not Found", what, field=field, remedy=remedy)
        case Missing(field, what):
            remedy = "name one of the agenda" if field == "item" else "name one of the directory"
            return Problem(422, "Unprocessable Content", what, field=field, remedy=remedy)
        case Closed(what, field):
            remedy = "what was held stays; bring it up at the next meeting"
            return Problem(409, "Conflict", what, field=field, remedy=remedy)
        case NotTheirs(who):
            what = "it concerns another unit than the token's"
            return Problem(403, "Forbidden", what, field="Authorization", remedy=f"it is done by: {who}")
        case Another(field, taken):
            what, remedy = f"{taken} is on record and says something else", "send another id, or the same"
            return Problem(409, "Conflict", what, field=field, remedy=remedy)
        case DayUnfit(due, first, last):
            what = f"{due} is over, ends today or is years ahead"
            remedy = f"name a day from {first} to {last}"
            return Problem(422, "Unprocessable Content", what, field="due", remedy=remedy)
