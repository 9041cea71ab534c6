"""Exclusions (剔除) and appeals (申诉) over HTTP; `assess/requests.py` says which step leads where."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query

from services.contracts.vocabulary import Role
from services.kit.auth import Staff
from services.kit.clock import local_day
from services.kit.http import Problem, staff_with
from services.kit.masking import mask
from services.kit.postgres import Database, Writing
from services.reporting import store_assessment, store_requests
from services.reporting.assess import requests as rules
from services.reporting.assess.observe import EXCLUDABLE
from services.reporting.assess.requests import NoSuchStep, NotYours, Standing, Step
from services.reporting.assessment_answers import (
    AppealAsked,
    ExclusionAsked,
    Reason,
    RequestAnswer,
    Requests,
    request_of,
)
from services.reporting.store_requests import Request, StepTaken

READERS: Final[tuple[Role, ...]] = ("unit_head", "leader", "inspector", *rules.OFFICE)

Reader = Annotated[Staff, Depends(staff_with(*READERS))]
Head = Annotated[Staff, Depends(staff_with(*rules.UNIT))]
States = Annotated[list[rules.State] | None, Query()]
ALL: Final[tuple[rules.State, ...]] = tuple(
    dict.fromkeys([*(one.state for one in rules.TABLE), *(one.to for one in rules.TABLE)])
)


def request_routes(database: Database) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["assessment requests"])
    _reading(routes, database)
    _asking(routes, database)
    for step in rules.STEPS:
        _step(routes, database, step)
    return routes


def _reading(routes: APIRouter, database: Database) -> None:
    @routes.get(
        "/assessment-requests",
        summary="Exclusions and appeals, those last asked first"
        " (supervision office, leaders, inspectors, administrator; heads those of their own unit)",
    )
    async def list_requests(
        staff: Reader, state: States = None, limit: Annotated[int, Query(ge=1, le=1000)] = 200
    ) -> Requests:
        unit = staff.unit or "" if staff.role == "unit_head" else None
        found = await store_requests.requests(database.pool, unit, state or ALL, limit)
        return Requests(requests=[await _answer(database, one) for one in found])

    @routes.get(
        "/assessment-requests/{request_id}",
        summary="One exclusion or appeal with its steps (as the list)",
    )
    async def read_request(request_id: UUID, staff: Reader) -> RequestAnswer:
        found = await store_requests.request(database.pool, request_id)
        if found is None or (staff.role == "unit_head" and staff.unit != found.unit):
            raise _unknown(request_id)
        return await _answer(database, found)


def _asking(routes: APIRouter, database: Database) -> None:
    @routes.post(
        "/exclusions", status_code=201, summary="Ask that a case not count (heads, of their own unit's cases)"
    )
    async def ask_exclusion(asked: ExclusionAsked, head: Head) -> RequestAnswer:
        unit = _unit_of(head)
        if strange := sorted(set(asked.indicators) - set(EXCLUDABLE)):
            raise _unclear("indicators", f"no indicator {', '.join(strange)}", f"of {', '.join(EXCLUDABLE)}")
        async with database.writing() as writing:
            receipt = await store_requests.receipt_of(writing.connection, unit, asked.case_id)
            if receipt is None:
                raise _unclear("case_id", f"{unit} never had that case", "take it from the explanation")
            request = replace(
                _request("exclusion", unit, asked.evidence), case_id=asked.case_id, receipt=receipt
            )
            request = replace(request, indicators=tuple(dict.fromkeys(asked.indicators)))
            await _open(writing, request, head, asked.reason)
        return await _answer(database, request)

    @routes.post(
        "/appeals",
        status_code=201,
        summary="Contest the own unit's score, or that of one of its posts, in a published revision (heads)",
    )
    async def appeal(asked: AppealAsked, head: Head) -> RequestAnswer:
        unit = _unit_of(head)
        async with database.writing() as writing:
            await _may_contest(writing, asked, unit)
            request = replace(_request("appeal", unit, asked.evidence), post=asked.post)
            request = replace(request, first=asked.first, until=asked.until, revision=asked.revision)
            await _open(writing, request, head, asked.reason)
        return await _answer(database, request)


def _step(routes: APIRouter, database: Database, step: Step) -> None:
    roles = rules.roles_of(step)
    zh, en = rules.WORDS[step]

    @routes.post(
        f"/assessment-requests/{{request_id}}/{step}",
        summary=f"{zh} {en.capitalize()}, with a reason ({', '.join(roles)})",
        operation_id=f"{step}_request",
    )
    async def take(
        request_id: UUID, given: Reason, staff: Annotated[Staff, Depends(staff_with(*roles))]
    ) -> RequestAnswer:
        async with database.writing() as writing:
            standing = await store_requests.standing(writing.connection, request_id)
            if standing is None or (staff.role == "unit_head" and staff.unit != standing.unit):
                raise _unknown(request_id)
            state = _taken(standing, step, staff)
            if step == "appeal":
                decided = (await store_requests.steps_of(writing.connection, request_id))[-1]
                await _in_time(writing, decided.at, "request_id")
            told = StepTaken(step, state, staff.subject, staff.role, mask(given.reason), writing.now)
            await store_requests.add_step(writing.connection, request_id, told)
        found = await store_requests.request(database.pool, request_id)
        assert found is not None  # noqa: S101  it took a step
        return await _answer(database, found)


def _taken(standing: Standing, step: Step, staff: Staff) -> rules.State:
    """The state after the step. Raises Problem 409 naming the steps allowed, 403 where another has to."""
    state = rules.taken(standing, step, staff.subject, staff.role, staff.unit)
    if isinstance(state, NotYours):
        raise Problem(403, "Forbidden", state.why, remedy="let somebody else take it")
    if isinstance(state, NoSuchStep):
        steps = ", ".join(state.allowed) or "none: it is settled"
        raise Problem(
            409,
            "Conflict",
            f"a request that is {standing.state} takes no step {step}",
            field="request_id",
            remedy=f"steps allowed now: {steps}",
            allowed=list(state.allowed),
        )
    return state


async def _open(writing: Writing, request: Request, head: Staff, reason: str) -> None:
    asked = StepTaken(rules.ASK, "asked", head.subject, head.role, mask(reason), writing.now)
    await store_requests.open_request(writing.connection, request, asked)


async def _in_time(writing: Writing, decided_at: datetime, field: str) -> None:
    """Raises Problem 409 once the authority's days for an appeal are over."""
    directory = await store_assessment.directory_before(writing.connection, date.max)
    last = rules.last_day(local_day(decided_at), directory.assessment.appeal_days)
    if local_day(writing.now) > last:
        detail = f"it was decided on {local_day(decided_at)}, and could be contested until {last}"
        remedy = "ask the supervision office; the authority's directory says how many days there are"
        raise Problem(409, "Conflict", detail, field=field, remedy=remedy)


async def _may_contest(writing: Writing, asked: AppealAsked, unit: str) -> None:
    """Raises Problem 404 without such a revision, 409 too late, 422 for a post that isn't the unit's."""
    connection = writing.connection
    found = await store_requests.published(connection, asked.first, asked.until, asked.revision)
    if found is None:
        detail = f"no revision {asked.revision} of {asked.first} to {asked.until}"
        raise Problem(404, "Not Found", detail, field="revision", remedy="see GET /assessments")
    await _in_time(writing, found.published_at, "revision")
    if asked.post is not None:
        directory = await store_assessment.directory_before(connection, asked.until)
        post = directory.posts.get(asked.post)
        if post is None or post.unit != unit:
            raise _unclear("post", f"{asked.post} is no post of {unit}", "name one of the unit's posts")


def _request(kind: rules.Kind, unit: str, evidence: str) -> Request:
    nothing = (None, None, (), None, None, None, None)
    return Request(uuid4(), kind, unit, *nothing, mask(evidence), "asked")


async def _answer(database: Database, request: Request) -> RequestAnswer:
    steps = await store_requests.steps_of(database.pool, request.request_id)
    standing = Standing(request.kind, request.state, request.unit, frozenset())
    return request_of(request, steps, rules.allowed(standing))


def _unit_of(head: Staff) -> str:
    if head.unit is None:
        raise Problem(403, "Forbidden", "the token names no unit", remedy="use a token of a unit")
    return head.unit


def _unknown(request_id: UUID) -> Problem:
    detail = f"no request {request_id}"
    return Problem(404, "Not Found", detail, field="request_id", remedy="see GET /assessment-requests")


def _unclear(field: str, detail: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field=field, remedy=remedy)
