"""Assess a period: look at it, publish it, take one score down to its rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.kit.clock import LOCAL, local_midnight
from services.kit.postgres import Connection, Pool, Writing
from services.reporting import store_assessment, store_requests
from services.reporting.assess import preset as presets
from services.reporting.assess.assessment import Assessment, Excluded
from services.reporting.assess.compose import Numbers, applied, compose, numbers_of, period_of
from services.reporting.assess.observe import CaseFact, Observation, Period, by_case, observations
from services.reporting.assess.preset import Preset
from services.reporting.assess.requests import may_revise
from services.reporting.circular import canonical, sha256
from services.reporting.directory import Directory
from services.reporting.store_requests import Published


@dataclass(frozen=True, slots=True)
class Unpublishable:
    """Why a period's assessment isn't published now, and what to do about it."""

    field: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Whose:
    """A unit, or a leader: a post and whoever held it then (None: vacant)."""

    unit: str | None = None
    post: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The observations behind one score: what counts and what was excluded."""

    counted: tuple[Observation, ...]
    excluded: tuple[Observation, ...]


async def assess(
    connection: Connection | Pool, first: date, until: date, preset: Preset | None
) -> Assessment:
    """The assessment of a period as it stands; `preset` None: by the authority's, as known at its end.

    In a period that isn't over, nobody is late yet by what falls due in the rest of it. Raises ValueError
    where the period holds no day.
    """
    period = period_of(first, until, local_midnight)
    period = period._replace(cut_at=min(period.cut_at, await store_assessment.now(connection)))
    directory = await store_assessment.directory_before(connection, until)
    exclusions = await store_requests.approved(connection)
    numbers = await store_assessment.count(connection, period, exclusions, directory)
    chosen = preset or presets.preset(directory.assessment.preset)
    return compose(period, numbers, chosen, exclusions, directory)


async def publish(
    writing: Writing,
    first: date,
    until: date,
    preset: Preset | None,
    by: str,
    because: UUID | None,
    reason: str | None,
) -> Published | Unpublishable:
    """Freeze a period's assessment; after the first, a revision that an approved request calls for.

    A revision keeps the preset of the one before: only what was asked for changes. `preset` None: that one,
    for the first the authority's. Raises ValueError where the period holds no day.
    """
    connection = writing.connection
    if not await store_assessment.reached(connection, until):
        why = f"{until.isoformat()} hasn't begun everywhere: what lies before it may still change"
        return Unpublishable("until", why, "publish it once every service has passed that day (see /backlog)")
    await store_requests.lock_period(connection, first, until)
    before = await store_requests.published(connection, first, until)
    if refused := await _unfounded(connection, before, because) or _otherwise(before, preset):
        return refused
    assessment = await assess(connection, first, until, before.assessment.preset if before else preset)
    digest, revision = sha256(canonical(assessment)), before.revision + 1 if before else 1
    made = Published(assessment, revision, digest, because, reason, writing.now, by)
    await store_requests.keep(connection, made)
    return made


async def _unfounded(
    connection: Connection, before: Published | None, because: UUID | None
) -> Unpublishable | None:
    if before is None and because is None:
        return None
    if before is None:
        return Unpublishable("because", "nothing is published yet", "leave `because` out")
    remedy = "name in `because` an approved exclusion or an upheld appeal that no revision was made for"
    if because is None:
        return Unpublishable("because", f"revision {before.revision} is published and stays", remedy)
    request = await store_requests.request(connection, because)
    if request is None or not may_revise(request.kind, request.state):
        return Unpublishable("because", f"{because} calls for no revision", remedy)
    about = (request.first, request.until)
    if request.kind == "appeal" and about != (before.assessment.first, before.assessment.until):
        return Unpublishable("because", f"{because} contests the score of another period", remedy)
    if await store_requests.revised_for(
        connection, because, before.assessment.first, before.assessment.until
    ):
        return Unpublishable("because", f"a revision was published for {because} already", remedy)
    return None


def _otherwise(before: Published | None, preset: Preset | None) -> Unpublishable | None:
    """A revision by another preset would change everybody's score, and nobody asked for that."""
    if before is None or preset is None or preset == before.assessment.preset:
        return None
    was = before.assessment.preset
    why = f"revision {before.revision} was made by {was.id}, version {was.version}, and not by {preset.id}"
    return Unpublishable(
        "preset", why, "leave `preset` out; see what other weights would make of it by what-if"
    )


async def rows_of(connection: Connection | Pool, assessment: Assessment, whose: Whose) -> Rows:
    """The single rows of one score, found case by case: another path than the one the counts came by."""
    period = Period(assessment.first, assessment.until, assessment.cut_at)
    directory = await store_assessment.directory_before(connection, period.until)
    if whose.unit is not None:
        cases = await store_assessment.cases_of_unit(connection, whose.unit, period)
    else:
        cases = await store_assessment.cases_of_post(connection, whose.post or "", period)
    facts = await store_assessment.facts_of_cases(connection, cases, period.until)
    seen = [one for one in observed(facts, assessment) if _is_of(one, whose, directory)]
    counted, excluded = applied(seen, assessment.exclusions)
    return Rows(tuple(counted), tuple(excluded))


def observed(facts: Iterable[CaseFact], assessment: Assessment) -> list[Observation]:
    """The observations of an assessment's period, exclusions not applied."""
    period = Period(assessment.first, assessment.until, assessment.cut_at)
    return [one for case in by_case(facts) for one in observations(case, period, local_day)]


def recount(rows: Iterable[Observation], exclusions: Iterable[Excluded], directory: Directory) -> Numbers:
    """The counts of single rows, exclusions applied: the independent path to what SQL counts."""
    counted, _ = applied(rows, exclusions)
    return numbers_of(counted, directory)


def local_day(instant: datetime) -> date:
    """The local date of an aware instant."""
    return instant.astimezone(LOCAL).date()


def _is_of(one: Observation, whose: Whose, directory: Directory) -> bool:
    if whose.unit is not None:
        return one.unit == whose.unit
    return one.post == whose.post and directory.holder(one.post, one.then) == whose.person
