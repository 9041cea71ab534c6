"""Limits of letters, projects and listings, and written answers to notices."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.contracts.vocabulary import ROLES
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.masking import mask
from services.kit.postgres import Database
from services.supervision.acknowledge import NoSuchNotice, NotARecipient
from services.supervision.answer import AlreadyAnswered, WantsNoAnswer, answer_notice
from services.supervision.api_access import ACKNOWLEDGES, sees_unit, speaks_for
from services.supervision.api_limit_models import SubjectLimitsShown
from services.supervision.api_notice_models import AnswerAsked, AnswerShown
from services.supervision.calendars import Policies
from services.supervision.store import PostgresLimits
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_consequences import PostgresProposals
from services.supervision.store_directory import PostgresCopy
from services.supervision.store_names import PostgresNames
from services.supervision.store_notices import PostgresAnswers, PostgresInbox

AnyStaff = Annotated[Staff, Depends(staff_with(*ROLES))]
Recipient = Annotated[Staff, Depends(staff_with(*ACKNOWLEDGES))]


def subject_routes(database: Database, policies: Policies) -> APIRouter:
    """The routes; each says who may."""
    routes = APIRouter(tags=["limits"])

    @routes.get(
        "/subjects/{subject_id}/limits",
        summary="All limits of a letter, a project or a listing with derivation, rungs and notices: staff of "
        "its unit, and the county-wide roles",
    )
    async def read_subject_limits(subject_id: UUID, staff: AnyStaff) -> SubjectLimitsShown:
        async with database.pool.acquire() as connection:
            limits = await PostgresLimits(connection).subject_shown(subject_id)
            if not limits:
                raise _no_limits(subject_id)
            if not any(sees_unit(staff, one.unit) for one in limits):
                detail = f"{limits[0].subject} {subject_id} lies with another unit"
                raise Problem(403, "Forbidden", detail, remedy="ask that unit's staff")
            notices = await PostgresInbox(connection).of_subject(subject_id)
            drawn = await PostgresProposals(connection).of_subject(subject_id)
            called = await PostgresNames(connection).called([subject_id])
            policy = await policies.current(PostgresCalendars(connection))
        return SubjectLimitsShown.of(limits, notices, drawn, called.get(subject_id), policy)

    @routes.post(
        "/notices/{notice_id}/answer",
        summary="Answer in writing a notice that wants it: its recipients, as they acknowledge it; an "
        "administrator for a named recipient",
    )
    async def answer(notice_id: UUID, staff: Recipient, asked: AnswerAsked) -> AnswerShown:
        async with database.writing() as writing:
            own_posts = await PostgresCopy(writing.connection).posts_of(staff.unit or "")
            may = speaks_for(staff, own_posts, asked.recipient)
            store, text = PostgresAnswers(writing.connection), mask(asked.text)
            try:
                given = await answer_notice(
                    store, writing.publish, notice_id, text, may, writing.now, staff.subject
                )
            except (NoSuchNotice, NotARecipient) as refused:
                raise not_a_recipient(refused) from refused
            except (WantsNoAnswer, AlreadyAnswered) as stands:
                raise _not_answered(stands) from stands
        return AnswerShown.of(given)

    return routes


def _no_limits(subject_id: UUID) -> Problem:
    remedy = "take the id from a notice; of a case ask GET /cases/{case_id}/limits"
    return Problem(404, "Not Found", f"no limits of {subject_id}", field="subject_id", remedy=remedy)


def _not_answered(stands: WantsNoAnswer | AlreadyAnswered) -> Problem:
    remedy = "answer those that name a `reply_by`, each once"
    return Problem(409, "Conflict", str(stands), field="notice_id", remedy=remedy)


def not_a_recipient(refused: NoSuchNotice | NotARecipient) -> Problem:
    """What is answered to whom a notice doesn't concern."""
    if isinstance(refused, NoSuchNotice):
        return Problem(
            404, "Not Found", str(refused), field="notice_id", remedy="take the id from GET /inbox"
        )
    remedy = "let a recipient do it; a unit head or administrator names the recipient in the body"
    return Problem(403, "Forbidden", str(refused), field="recipient", remedy=remedy)
