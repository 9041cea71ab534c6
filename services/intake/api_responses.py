"""A citizen takes a demand back, or rates the reply: with receipt and tracking code, without any token."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.contracts.vocabulary import Satisfaction
from services.intake.api_tracking import unknown
from services.intake.respond import (
    KnownDemand,
    NotNow,
    SaidBefore,
    SaidNow,
    rate,
    rate_project,
    withdraw,
)
from services.intake.staff_contacts import is_own_work
from services.intake.store_responses import PostgresResponses
from services.intake.store_staff_contacts import PostgresPeople
from services.intake.tracking import RECEIPT
from services.intake.vault import Vault
from services.kit.http import Problem
from services.kit.postgres import Database, Writing

_NOBODY: Final = UUID(int=0)
_WHO: Final = "for whoever holds its tracking code"
_NEVER: Final = "never with a staff token or a key"

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")
]


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    tracking_code: str = Field(max_length=40)


class Withdrawal(_Given):
    """撤回: why is left to the citizen."""

    reason: Words | None = Field(default=None, examples=["水已经来了。"])


class Rating(_Given):
    """好差评: 非常满意 满意 基本满意 不满意 非常不满意."""

    level: Satisfaction = Field(examples=["satisfied"])
    comment: Words | None = Field(default=None, examples=["来得快，谢谢。"])


class ProjectRating(Rating):
    """The same, of a project that answers the demand."""

    ledger: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00]+$", examples=["县项-1"])


class Noted(BaseModel):
    """It is noted, and since when (business time)."""

    receipt: str
    at: datetime


def response_routes(database: Database, vault: Vault) -> APIRouter:
    """The routes, for citizens."""
    routes = APIRouter(tags=["responses"])

    @routes.post(
        "/demands/{receipt}/withdrawal",
        status_code=202,
        summary=f"撤回 Take a demand back before its reply; {_WHO}, {_NEVER}",
        dependencies=[Depends(_refuse_staff)],
    )
    async def withdraw_demand(receipt: str, given: Withdrawal) -> Noted:
        async with database.writing() as writing:
            responses = PostgresResponses(writing.connection)
            demand = await _demand(responses, vault, receipt, given.tracking_code)
            outcome = await withdraw(responses, writing.publish, demand, given.reason, writing.now)
        return _noted(receipt, outcome, "withdrawn", "a demand is withdrawn while its case is under way")

    @routes.post(
        "/demands/{receipt}/rating",
        status_code=201,
        summary=f"评价 Rate the reply, once; {_WHO}, {_NEVER}",
        dependencies=[Depends(_refuse_staff)],
    )
    async def rate_demand(receipt: str, given: Rating) -> Noted:
        async with database.writing() as writing:
            responses = PostgresResponses(writing.connection)
            demand = await _demand(responses, vault, receipt, given.tracking_code)
            await _refuse_own_work(writing, vault, demand, demand.units)
            outcome = await rate(responses, writing.publish, demand, given.level, given.comment, writing.now)
        return _noted(receipt, outcome, "rated", "rate it when it has its reply")

    _projects(routes, database, vault)
    return routes


def _projects(routes: APIRouter, database: Database, vault: Vault) -> None:
    @routes.post(
        "/demands/{receipt}/project-ratings",
        status_code=201,
        summary=f"评价项目 Rate a project that answers the demand, once a citizen; {_WHO}, {_NEVER}",
        dependencies=[Depends(_refuse_staff)],
    )
    async def rate_answering(receipt: str, given: ProjectRating) -> Noted:
        async with database.writing() as writing:
            responses = PostgresResponses(writing.connection)
            demand = await _demand(responses, vault, receipt, given.tracking_code)
            project = await responses.answering(demand.demand_id, given.ledger)
            if project is None:
                raise _not_answered(given.ledger)
            await _refuse_own_work(writing, vault, demand, project.units)
            outcome = await rate_project(
                responses,
                writing.publish,
                demand.demand_id,
                project,
                given.level,
                given.comment,
                writing.now,
            )
        return _noted(receipt, outcome, "rated", "rate it when it is done", "project", "ledger")


async def _demand(responses: PostgresResponses, vault: Vault, receipt: str, code: str) -> KnownDemand:
    """Raises Problem 404, the same for an unknown receipt and a wrong code."""
    found = await responses.demand(receipt) if RECEIPT.fullmatch(receipt) else None
    if not vault.code_fits(found.demand_id if found else _NOBODY, code) or found is None:
        raise unknown()
    return found


async def _refuse_staff(request: Request) -> None:
    if "authorization" in request.headers:
        raise Problem(
            403,
            "Forbidden",
            "a rating and a withdrawal come from the citizen: nobody speaks of his own work",
            field="Authorization",
            remedy="send the tracking code alone, without a token",
        )


async def _refuse_own_work(
    writing: Writing, vault: Vault, demand: KnownDemand, units: Collection[str]
) -> None:
    """Raises Problem 403 where whoever sent the demand is among the people of the units, or of one above."""
    people = PostgresPeople(writing.connection)
    if units and await is_own_work(people, vault, demand.demand_id, units):
        raise Problem(
            403,
            "Forbidden",
            "nobody rates his own work: the demand's sender is one of the people who answer for it",
            field="receipt",
            remedy="nothing was recorded; if that is a mistake, ask the administrator to correct the list"
            " of the units' people",
        )


def _noted(
    receipt: str,
    outcome: SaidNow | SaidBefore | NotNow,
    done: str,
    when: str,
    what: str = "demand",
    field: str = "receipt",
) -> Noted:
    """Raises Problem 409 where it was said before, or can't be said now."""
    match outcome:
        case SaidNow(at):
            return Noted(receipt=receipt, at=at)
        case SaidBefore():
            detail, remedy = f"the {what} was {done} before", "nothing needs to be done: the first one stands"
        case NotNow(state):
            detail, remedy = f"the {what} is {state} and can't be {done}", when
    raise Problem(409, "Conflict", detail, field=field, remedy=remedy)


def _not_answered(ledger: str) -> Problem:
    return Problem(
        404,
        "Not Found",
        f"no project {ledger} answers this demand",
        field="ledger",
        remedy="name one that GET /demands/{receipt} lists",
    )
