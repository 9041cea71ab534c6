"""Gaming over HTTP: for the supervision office to look at."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends

from services.contracts.vocabulary import Role
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.postgres import Database
from services.reporting import store_gaming
from services.reporting.answers import Answer
from services.reporting.assess.gaming import Parameters, SignalKind, counted, default_parameters

LOOKERS: Final[tuple[Role, ...]] = ("supervision_office", "administrator")
Looker = Annotated[Staff, Depends(staff_with(*LOOKERS))]


class SignalAnswer(Answer):
    """Something to look at. `since`: the completion, the run's first rating, or the limit that had passed."""

    kind: SignalKind
    unit: str
    day: date
    at: datetime
    since: datetime
    cases: list[UUID]
    receipts: list[str]


class Gaming(Answer):
    """All signals of a period, how many of each kind by unit, and what was looked for."""

    first: date
    until: date
    parameters: Parameters
    counts: dict[SignalKind, dict[str, int]]
    signals: list[SignalAnswer]


def gaming_routes(database: Database) -> APIRouter:
    """The route; its summary says who may call it."""
    routes = APIRouter(tags=["gaming"])

    @routes.get(
        "/gaming",
        summary="Signs of gaming from `first` to before `until` (supervision office, administrator)",
    )
    async def look(first: date, until: date, _: Looker) -> Gaming:
        if until <= first:
            detail = f"{until} doesn't lie after {first}"
            remedy = "name the day after the last one"
            raise Problem(422, "Unprocessable Content", detail, field="until", remedy=remedy)
        found = await store_gaming.found(database.pool, first, until)
        told = [SignalAnswer.model_validate(one._asdict()) for one in found]
        counts, asked = counted(found), default_parameters()
        return Gaming(first=first, until=until, parameters=asked, counts=counts, signals=told)

    return routes
