"""The HTTP API of reporting, writing: order a county circular, and lead circulars from draft to issued."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends

from services.contracts.vocabulary import Role
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.masking import mask
from services.kit.postgres import Database
from services.reporting import store_circulars
from services.reporting.answers import CircularAnswer, Corrected, Ordered, answer
from services.reporting.api import reference_of, speaks_for_all
from services.reporting.correct import CantCorrect
from services.reporting.draft import NotClosed
from services.reporting.issue import Refused
from services.reporting.periods import DAY, Period
from services.reporting.schedule import Schedule
from services.reporting.steps import BY_VERB, Verb, allowed

ORDERERS: Final[tuple[Role, ...]] = ("supervision_office", "administrator")

Orderer = Annotated[Staff, Depends(staff_with(*ORDERERS))]
Checker = Annotated[Staff, Depends(staff_with(*BY_VERB["check"].roles))]
Signer = Annotated[Staff, Depends(staff_with(*BY_VERB["sign"].roles))]
Issuer = Annotated[Staff, Depends(staff_with(*BY_VERB["issue"].roles))]


def step_routes(database: Database, schedule: Schedule) -> APIRouter:
    """All routes by which a circular comes about."""
    router = APIRouter(tags=["circulars"])
    _ordering(router, database, schedule)
    _steps(router, database, schedule)
    _correcting(router, database, schedule)
    return router


def _ordering(router: APIRouter, database: Database, schedule: Schedule) -> None:
    @router.post(
        "/circulars",
        status_code=201,
        summary="Order a county circular 全县通报 over closed days; the same one when ordered again"
        " (supervision office, administrator)",
    )
    async def order(asked: Ordered, orderer: Orderer) -> CircularAnswer:
        if asked.first > asked.last:
            raise _days(f"the last day {asked.last} lies before the first {asked.first}", "last", "swap them")
        drafted = await schedule.order(Period(asked.kind, asked.first, asked.last + DAY), orderer.subject)
        if isinstance(drafted, NotClosed):
            raise _not_closed(drafted, asked.first)
        return await _answered(database, drafted.ref)


def _steps(router: APIRouter, database: Database, schedule: Schedule) -> None:
    @router.post(
        "/circulars/{reference}/check",
        summary="Check a draft (clerk, supervision office, administrator)",
    )
    async def check(reference: str, checker: Checker) -> CircularAnswer:
        return await _taken(database, schedule, reference, "check", checker)

    @router.post(
        "/circulars/{reference}/sign",
        summary="Sign what was checked (the authority's own leader, supervision office, administrator)",
    )
    async def sign(reference: str, signer: Signer) -> CircularAnswer:
        return await _taken(database, schedule, reference, "sign", signer)

    @router.post(
        "/circulars/{reference}/issue",
        summary="Number and issue what was signed"
        " (clerk, the authority's own leader, supervision office, administrator)",
    )
    async def issue(reference: str, issuer: Issuer) -> CircularAnswer:
        return await _taken(database, schedule, reference, "issue", issuer)


def _correcting(router: APIRouter, database: Database, schedule: Schedule) -> None:
    @router.post(
        "/circulars/{reference}/correct",
        status_code=201,
        summary="Draft the correction 更正 of an issued circular, which stays as it is"
        " (supervision office, administrator)",
    )
    async def correct(reference: str, asked: Corrected, orderer: Orderer) -> CircularAnswer:
        remark = mask(asked.remark) if asked.remark is not None else None
        name = reference_of(reference)
        drafted = await schedule.correct(name, mask(asked.reason), remark, orderer.subject)
        if drafted is None:
            raise _unknown(name)
        if isinstance(drafted, CantCorrect):
            raise _not_corrected(name, drafted)
        return await _answered(database, drafted.ref)


async def _taken(
    database: Database, schedule: Schedule, reference: str, verb: Verb, staff: Staff
) -> CircularAnswer:
    """The circular after a step. Raises Problem 403, 404, 409."""
    await _refuse_others(database, staff)
    name = reference_of(reference)
    taken = await schedule.take(name, verb, staff.subject)
    if taken is None:
        raise _unknown(name)
    if isinstance(taken, Refused):
        raise _refusal(verb, taken)
    return await _answered(database, taken.ref)


async def _refuse_others(database: Database, staff: Staff) -> None:
    """Raises Problem 403 for a leader of another unit than the authority's own."""
    if not await speaks_for_all(database, staff):
        raise Problem(
            403,
            "Forbidden",
            f"a leader of {staff.unit or 'no unit'} may not sign for the whole authority",
            remedy="use a token of a leader of the unit above all others, of the supervision office"
            " or of an administrator",
        )


async def _answered(database: Database, ref: str) -> CircularAnswer:
    edition = await store_circulars.find(database.pool, ref)
    assert edition is not None  # noqa: S101  it is there, and none is ever removed
    return answer(edition)


def _unknown(name: str) -> Problem:
    return Problem(404, "Not Found", f"no circular {name}", field="reference", remedy="see GET /circulars")


def _not_corrected(name: str, why: CantCorrect) -> Problem:
    if why.state != "issued":
        detail, field = f"{name} isn't issued yet, but {why.state}", "state"
        remedy = f"allowed now: {', '.join(allowed(why.state))}; only what is issued is corrected"
    elif why.by is not None:
        detail, field = f"{name} is corrected by {why.by} already", "reference"
        remedy = f"correct that one once it is issued: POST /circulars/{why.by}/correct"
    else:
        detail, field = f"nothing in {name} would differ", "remark"
        remedy = "mend the directory first, or give a remark"
    return Problem(409, "Conflict", detail, field=field, remedy=remedy)


def _refusal(verb: Verb, refused: Refused) -> Problem:
    if refused.older is not None:
        detail = f"numbers follow the days: {refused.older} has to be issued before"
        remedy = f"lead it on first: POST /circulars/{refused.older}/issue"
    else:
        detail = f"a circular that is {refused.state} can't take the step {verb}"
        remedy = f"allowed now: {', '.join(refused.allowed) or 'none; mend it by POST …/correct'}"
    return Problem(409, "Conflict", detail, field="state", remedy=remedy)


def _not_closed(why: NotClosed, first: date) -> Problem:
    """The problem names the day that lies outside: the first one where it lies before the record."""
    field, remedy = "last", "wait until every service has begun its record (see /backlog)"
    if why.began is None or why.last is None:
        return Problem(409, "Conflict", "no day is closed yet", field=field, remedy=remedy)
    detail = f"closed are the days from {why.began} to {why.last}, and no others"
    if first < why.began:
        field, remedy = "first", "begin with one of these: nothing was recorded before"
    else:
        remedy = "choose days among these, or wait until every service has passed midnight (see /backlog)"
    return Problem(409, "Conflict", detail, field=field, remedy=remedy)


def _days(detail: str, field: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field=field, remedy=remedy)
