"""Supervision's HTTP API: the inbox, limits with their derivation, calendars."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from services.contracts.vocabulary import ROLES
from services.kit.auth import Staff
from services.kit.clock import LOCAL
from services.kit.http import Problem, staff_with
from services.kit.postgres import Database
from services.supervision.acknowledge import NoSuchNotice, NotARecipient, acknowledge
from services.supervision.api_access import (
    ACKNOWLEDGES,
    OPENS_ANY_INBOX,
    UNIT_STAFF,
    opens_heads_inbox,
    opens_unit_inbox,
    sees_unit,
    speaks_for,
)
from services.supervision.api_body import utf8
from services.supervision.api_consequences import consequence_routes
from services.supervision.api_dry_run import dry_run_routes
from services.supervision.api_letter_office import LetterOffice
from services.supervision.api_limit_models import CalendarShown, CaseLimitsShown
from services.supervision.api_notice_models import Acknowledged, AcknowledgementAsked, InboxPage, page_after
from services.supervision.api_subjects import not_a_recipient, subject_routes
from services.supervision.calendar import InvalidCalendar
from services.supervision.calendars import Policies, WrongYear, load_calendar
from services.supervision.store import PostgresLimits
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_consequences import PostgresProposals
from services.supervision.store_directory import PostgresCopy
from services.supervision.store_names import PostgresNames
from services.supervision.store_notices import PostgresInbox
from services.supervision.watched import Watched

AnyStaff = Annotated[Staff, Depends(staff_with(*ROLES))]
Recipient = Annotated[Staff, Depends(staff_with(*UNIT_STAFF, "leader", *OPENS_ANY_INBOX))]
Acknowledger = Annotated[Staff, Depends(staff_with(*ACKNOWLEDGES))]
Administrator = Annotated[Staff, Depends(staff_with("administrator"))]
Code = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00-\x20]+$")]


def routes(database: Database, policies: Policies) -> APIRouter:
    """All routes of the service."""
    whole = APIRouter()
    for part in (
        _inbox_routes(database),
        _limit_routes(database, policies),
        subject_routes(database, policies),
        consequence_routes(LetterOffice(database, policies)),
        dry_run_routes(database, policies),
        _calendar_routes(database, policies),
    ):
        whole.include_router(part)
    return whole


def _inbox_routes(database: Database) -> APIRouter:
    inbox = APIRouter(tags=["inbox"])

    @inbox.get(
        "/inbox",
        summary="Notices not yet acknowledged: of the own unit (handler, unit head), of a post of the own "
        "unit or its Party committee (leader, unit head), of any (supervision office, administrator)",
    )
    async def read_inbox(
        staff: Recipient,
        unit: Code = None,
        post: Code = None,
        committee: Annotated[
            Code, Query(description="the code of the unit whose Party committee it is")
        ] = None,
        after: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> InboxPage:
        page = page_after(after, limit)
        async with database.pool.acquire() as connection:
            recipient = await _recipient(PostgresCopy(connection), staff, unit, post, committee)
            notices = await PostgresInbox(connection).waiting(recipient, page)
            named = [one.subject_id for one in notices if one.subject != "case"]
            called = await PostgresNames(connection).called(named)
        return InboxPage.of(recipient, notices, called, page)

    @inbox.post(
        "/notices/{notice_id}/ack",
        summary="Acknowledge a notice: for the own unit (handler, unit head), a post of it or its Party "
        "committee (leader; unit head by name); an administrator for a named recipient",
    )
    async def acknowledge_notice(
        notice_id: UUID, staff: Acknowledger, asked: AcknowledgementAsked | None = None
    ) -> list[Acknowledged]:
        recipient = asked.recipient if asked else None
        async with database.writing() as writing:
            own_posts = await PostgresCopy(writing.connection).posts_of(staff.unit or "")
            may = speaks_for(staff, own_posts, recipient)
            inbox = PostgresInbox(writing.connection)
            try:
                done = await acknowledge(inbox, writing.publish, notice_id, may, writing.now, staff.subject)
            except (NoSuchNotice, NotARecipient) as refused:
                raise not_a_recipient(refused) from refused
        return [Acknowledged.of(one) for one in done]

    return inbox


async def _recipient(
    copy: PostgresCopy, staff: Staff, unit: str | None, post: str | None, committee: str | None
) -> str:
    """The inbox that was asked for, if the caller may open it; by default the own unit's."""
    if sum(map(bool, (unit, post, committee))) > 1:
        raise _which_inbox("more than one of unit, post and committee was given", "give one of them")
    if post:
        allowed = opens_heads_inbox(staff, await copy.unit_of_post(post))
        return _allowed(allowed, staff, f"post:{post}")
    if committee:
        return _allowed(opens_heads_inbox(staff, committee), staff, f"committee:{committee}")
    unit = unit or staff.unit
    if not unit:
        remedy = "give unit, post or committee"
        raise _which_inbox("no inbox was named, and the token names no unit", remedy)
    return _allowed(opens_unit_inbox(staff, unit), staff, f"unit:{unit}")


def _allowed(allowed: bool, staff: Staff, recipient: str) -> str:
    if not allowed:
        raise Problem(
            403,
            "Forbidden",
            f"role {staff.role} of unit {staff.unit} may not open the inbox {recipient}",
            remedy="ask for the inbox of your own unit, or of a post in it",
        )
    return recipient


def _which_inbox(detail: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field="unit", remedy=remedy)


def _limit_routes(database: Database, policies: Policies) -> APIRouter:
    limits = APIRouter(tags=["limits"])

    @limits.get(
        "/cases/{case_id}/limits",
        summary="All limits of a case with derivation, rungs and notices: staff of its unit and of those "
        "that assist, and the county-wide roles",
    )
    async def read_limits(case_id: UUID, staff: AnyStaff) -> CaseLimitsShown:
        async with database.pool.acquire() as connection:
            found = await PostgresLimits(connection).shown(case_id)
            if found is None:
                raise Problem(
                    404,
                    "Not Found",
                    f"no limits of case {case_id}",
                    field="case_id",
                    remedy="take the id from GET /cases of assignment; a new case's limits come in seconds",
                )
            further = await PostgresLimits(connection).further_shown(case_id)
            units = (found.sign_for.unit, *_assisting(further))
            if not any(sees_unit(staff, unit) for unit in units):
                raise Problem(
                    403, "Forbidden", f"case {case_id} lies with another unit", remedy="ask that unit's staff"
                )
            notices = await PostgresInbox(connection).of_subject(case_id)
            drawn = await PostgresProposals(connection).of_subject(case_id)
            today = await connection.fetchval("SELECT clock.now()")
            leader = await PostgresCopy(connection).holder(
                found.sign_for.post, today.astimezone(LOCAL).date()
            )
            policy = await policies.current(PostgresCalendars(connection))
        return CaseLimitsShown.of(found, further, notices, drawn, leader, policy)

    return limits


def _assisting(further: Sequence[Watched]) -> list[str]:
    return [limit.about for limit in further if limit.kind == "assist"]


def _calendar_routes(database: Database, policies: Policies) -> APIRouter:
    calendars = APIRouter(tags=["calendar"])

    @calendars.get("/calendar/{year}", summary="Holidays and make-up days of a year: any staff")
    async def read_calendar(year: int, _: AnyStaff) -> CalendarShown:
        async with database.pool.acquire() as connection:
            policy = await policies.current(PostgresCalendars(connection))
        found = next((one for one in policy.calendar.years if one.year == year), None)
        if found is None:
            raise Problem(
                404,
                "Not Found",
                f"no calendar of {year} is loaded",
                field="year",
                remedy="load the State Council's notice with `yinuo calendar load FILE`",
            )
        return CalendarShown.of(found)

    @calendars.put(
        "/calendar/{year}",
        summary="Load a year from CSV (date,kind,name; kind holiday, makeup or workday): administrator. "
        "Limits that awaited the year are then computed; those that run stay as they are",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "text/csv": {
                        "schema": {"type": "string"},
                        "example": "date,kind,name\n2027-01-01,holiday,元旦\n",
                    }
                },
            }
        },
    )
    async def put_calendar(year: int, staff: Administrator, request: Request) -> CalendarShown:
        text = utf8(await request.body(), "save the file as CSV UTF-8")
        async with database.writing() as writing:
            stored = PostgresCalendars(writing.connection)
            try:
                loaded = await load_calendar(stored, year, text, writing.now, staff.subject)
            except InvalidCalendar as invalid:
                raise _invalid(invalid) from invalid
            except WrongYear as wrong:
                raise _wrong_year(wrong) from wrong
        return CalendarShown.of(loaded)

    return calendars


def _invalid(invalid: InvalidCalendar) -> Problem:
    errors = [
        {"row": fault.row, "column": fault.column, "value": fault.value, "remedy": fault.remedy}
        for fault in invalid.faults
    ]
    first = invalid.faults[0]
    return Problem(
        422,
        "Unprocessable Content",
        str(first),
        field=f"row {first.row}, {first.column}",
        remedy=first.remedy,
        errors=errors,
    )


def _wrong_year(wrong: WrongYear) -> Problem:
    remedy = f"send it to /calendar/{wrong.found}, or send the file of {wrong.asked}"
    return Problem(422, "Unprocessable Content", str(wrong), field="year", remedy=remedy)
