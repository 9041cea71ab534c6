"""Call-back samples over HTTP: draw one, read who is still to be called."""

import secrets
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response
from fastapi import Query as FromQuery
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.assignment.directory import Directory, local_day
from services.assignment.sample import LEAST, METHOD, Sample, draw
from services.assignment.store_directory import Rulebooks
from services.assignment.store_samples import PostgresSamples
from services.contracts.vocabulary import CaseState
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.page import Cursor
from services.kit.postgres import Database

FIRST_DAY: Final = date(1949, 10, 1)
LONGEST: Final = timedelta(days=366)
"""The days whose replies one sample is drawn from, at most."""
PAGE: Final = 50
LARGEST_PAGE: Final = 500
WHO: Final = "callback_clerk, clerk, supervision_office, administrator"
Caller = Annotated[
    Staff, Depends(staff_with("callback_clerk", "clerk", "supervision_office", "administrator"))
]
Seed = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[!-~]+$")
]


class Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    first_day: date = Field(ge=FIRST_DAY, examples=["2021-03-01"], description="of the replies, a local day")
    last_day: date = Field(examples=["2021-03-31"], description="within a year of the first")
    share: Decimal = Field(
        default=LEAST, ge=LEAST, le=1, description="of each unit's replies; at least 10 % (青龙县)"
    )
    seed: Seed | None = Field(default=None, description="None = drawn; recorded either way")


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SampleRow(Shown):
    """A sample: drawn from `population` replies, so many of those drawn called back since then."""

    sample_id: UUID
    first_day: date
    last_day: date
    share: Decimal
    seed: str
    seed_given: bool = Field(description="named by who drew it; false: drawn, too")
    population: int
    drawn: int
    called_back: int
    drawn_by: str
    drawn_at: datetime


class Samples(Shown):
    """Those drawn last first. `next` is the cursor of the following page, None at the end."""

    samples: list[SampleRow]
    next: str | None


class SampledCase(Shown):
    """A case to be called about; `called_back_at` None: not called since the sample was drawn."""

    case_id: UUID
    receipt: str
    summary: str
    unit: str
    unit_name: str | None
    state: CaseState
    called_back_at: datetime | None


class SampleView(SampleRow):
    """A sample whole, with how it was drawn; from which cases says /population."""

    method: str
    cases: list[SampledCase]


class DrawnFrom(Shown):
    """A case that had a reply of the sample's days, the unit whose reply it was, and whether it was drawn."""

    case_id: UUID
    unit: str
    drawn: bool


class Population(Shown):
    """What was drawn from, by case id: to draw again. `next` goes into `after`, None at the end."""

    cases: list[DrawnFrom]
    next: UUID | None


def sample_routes(database: Database, rulebooks: Rulebooks) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["call-back samples"])

    @routes.post(
        "/call-back-samples",
        status_code=201,
        summary=f"回访抽样 Draw a sample by unit ({WHO})",
        responses={200: {"description": "the same person drew it today in the same words already"}},
    )
    async def draw_sample(given: Given, staff: Caller, response: Response) -> SampleView:
        """The same again on the same day gives the sample that was drawn: nobody draws until it suits."""
        async with database.writing() as writing:
            stored, today = PostgresSamples(writing.connection), local_day(writing.now)
            _refuse_days(given, today)
            await stored.lock()
            days = given.first_day, given.last_day
            sample_id = await stored.drawn_before(days, given.share, given.seed, staff.subject, today)
            if sample_id is None:
                sample = await _drawn(stored, given, staff, writing.now)
                await stored.add(sample)
                sample_id = sample.sample_id
            else:
                response.status_code = 200
            rulebook = await rulebooks.current(writing.connection)
            return await _view(stored, sample_id, rulebook.directory if rulebook else None)

    @routes.get("/call-back-samples", summary=f"Samples page by page, those drawn last first ({WHO})")
    async def list_samples(
        _: Caller,
        after: Annotated[str | None, FromQuery(description="`next` of the page before")] = None,
        limit: Annotated[int, FromQuery(ge=1, le=LARGEST_PAGE)] = PAGE,
    ) -> Samples:
        cursor = Cursor.parse(after) if after is not None else None
        async with database.pool.acquire() as connection:
            rows = await PostgresSamples(connection).page(cursor, limit + 1)
        shown = [SampleRow.model_validate(dict(row)) for row in rows[:limit]]
        more = str(Cursor(shown[-1].drawn_at, shown[-1].sample_id)) if len(rows) > limit else None
        return Samples(samples=shown, next=more)

    @routes.get("/call-back-samples/{sample_id}", summary=f"One sample with its cases ({WHO})")
    async def read_sample(sample_id: UUID, _: Caller) -> SampleView:
        async with database.pool.acquire() as connection:
            rulebook = await rulebooks.current(connection)
            directory = rulebook.directory if rulebook else None
            return await _view(PostgresSamples(connection), sample_id, directory)

    _population(routes, database)
    return routes


def _population(routes: APIRouter, database: Database) -> None:
    @routes.get(
        "/call-back-samples/{sample_id}/population",
        summary=f"From which cases a sample was drawn, page by page ({WHO})",
    )
    async def read_population(
        sample_id: UUID,
        _: Caller,
        after: Annotated[UUID | None, FromQuery(description="`next` of the page before")] = None,
        limit: Annotated[int, FromQuery(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE,
    ) -> Population:
        async with database.pool.acquire() as connection:
            stored = PostgresSamples(connection)
            await _known(stored, sample_id)
            rows = await stored.population(sample_id, after, limit + 1)
        cases = [DrawnFrom.model_validate(dict(row)) for row in rows[:limit]]
        return Population(cases=cases, next=cases[-1].case_id if len(rows) > limit else None)


def _refuse_days(given: Given, today: date) -> None:
    """Raises Problem 422."""
    if given.last_day < given.first_day:
        raise _unfit("last_day", f"{given.last_day} is before {given.first_day}", "name the later day last")
    if given.last_day > today:
        raise _unfit("last_day", f"{given.last_day} hasn't come yet", f"name {today} or an earlier day")
    if given.last_day - given.first_day >= LONGEST:
        raise _unfit("first_day", f"the days are more than {LONGEST.days}", "draw from a year at most")


async def _drawn(stored: PostgresSamples, given: Given, staff: Staff, now: datetime) -> Sample:
    """Raises Problem 409 where there is nothing to draw from."""
    replied = await stored.replied(given.first_day, given.last_day)
    if not replied:
        what = f"no reply of {given.first_day} to {given.last_day} stands"
        raise Problem(409, "Conflict", what, field="first_day", remedy="name more days")
    seed = given.seed or secrets.token_hex(8)
    chosen = frozenset(draw(replied, given.share, seed))
    days = given.first_day, given.last_day
    return Sample(
        uuid4(),
        *days,
        given.share,
        seed,
        given.seed is not None,
        tuple(replied),
        chosen,
        staff.subject,
        now,
    )


async def _view(stored: PostgresSamples, sample_id: UUID, directory: Directory | None) -> SampleView:
    """Raises Problem 404."""
    row = await _known(stored, sample_id)
    units = directory.units_by_code if directory else {}
    cases: list[dict[str, Any]] = [dict(case) for case in await stored.cases(sample_id)]
    for case in cases:
        unit = units.get(case["unit"])
        case["unit_name"] = unit.name if unit else None
    called = sum(case["called_back_at"] is not None for case in cases)
    return SampleView.model_validate({**row, "called_back": called, "method": METHOD, "cases": cases})


async def _known(stored: PostgresSamples, sample_id: UUID) -> dict[str, Any]:
    """Raises Problem 404."""
    row = await stored.one(sample_id)
    if row is None:
        raise Problem(
            404, "Not Found", f"no sample {sample_id}", field="sample_id", remedy="see /call-back-samples"
        )
    return dict(row)


def _unfit(field: str, detail: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field=field, remedy=remedy)
