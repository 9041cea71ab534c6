"""Assessment over HTTP: figures, explanations, what-if, publication."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from services.contracts.vocabulary import ROLES, Role
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.masking import mask
from services.kit.postgres import Database
from services.reporting import store_assessment, store_requests
from services.reporting.assess import preset as presets
from services.reporting.assess.assessment import Assessment, Row
from services.reporting.assess.explain import Reweighed, Words, measure_words, score_words, what_if
from services.reporting.assess.observe import NOTICES
from services.reporting.assess.preset import InvalidPreset, Preset
from services.reporting.assessing import Rows, Unpublishable, Whose, assess, publish, rows_of
from services.reporting.assessment_answers import (
    AssessmentAnswer,
    Beside,
    Explained,
    Part,
    PublicationAsked,
    Revision,
    Revisions,
    WeightsAsked,
    WhatIf,
    revision_of,
    row_of,
)
from services.reporting.store_requests import Published

PUBLISHERS: Final[tuple[Role, ...]] = ("supervision_office", "administrator")
VIEWERS: Final[tuple[Role, ...]] = (*PUBLISHERS, "leader", "inspector")
"""Who sees every score down to its rows, and what isn't published yet."""
SHOWN: Final = 1000

AnyStaff = Annotated[Staff, Depends(staff_with(*ROLES))]
Viewer = Annotated[Staff, Depends(staff_with(*VIEWERS))]
ViewerOrHead = Annotated[Staff, Depends(staff_with(*VIEWERS, "unit_head"))]
Publisher = Annotated[Staff, Depends(staff_with(*PUBLISHERS))]
Code = Annotated[str | None, Query(max_length=100)]
Chosen = Annotated[str | None, Query(max_length=40, description="left out: the authority's")]


def assessment_routes(database: Database) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["assessment"])
    _reading(routes, database)
    _explaining(routes, database)
    _publishing(routes, database)
    return routes


def _reading(routes: APIRouter, database: Database) -> None:
    @routes.get("/assessments", summary="Every published revision, the newest period first (any staff role)")
    async def list_assessments(_: AnyStaff) -> Revisions:
        rows = await store_requests.all_published(database.pool)
        return Revisions(assessments=[Revision.model_validate(dict(row)) for row in rows])

    @routes.get(
        "/assessments/{first}/{until}",
        summary="The published assessment of the days from `first` to before `until` (any staff role)",
    )
    async def read_assessment(
        first: date, until: date, _: AnyStaff, revision: Annotated[int | None, Query(ge=1)] = None
    ) -> AssessmentAnswer:
        found = await store_requests.published(database.pool, first, until, revision)
        if found is None:
            raise Problem(
                404,
                "Not Found",
                f"no assessment of {first} to {until} is published"
                + (f" as revision {revision}" if revision else ""),
                field="revision" if revision else "first",
                remedy="see GET /assessments, or look at the preview",
            )
        return AssessmentAnswer(published=revision_of(found), assessment=found.assessment)

    @routes.get(
        "/assessments/{first}/{until}/preview",
        summary="What would be published now (supervision office, leaders, inspectors, administrator)",
    )
    async def preview(first: date, until: date, _: Viewer, preset: Chosen = None) -> AssessmentAnswer:
        found = await assessed(database, first, until, preset)
        return AssessmentAnswer(published=None, assessment=found)


def _explaining(routes: APIRouter, database: Database) -> None:
    @routes.get(
        "/assessments/{first}/{until}/explanation",
        summary="A score down to its rows: a unit's, or a leader's by post and person"
        " (supervision office, leaders, inspectors, administrator; heads of their own unit)",
    )
    async def explain(
        first: date,
        until: date,
        staff: ViewerOrHead,
        unit: Code = None,
        post: Code = None,
        person: Code = None,
        preset: Chosen = None,
    ) -> Explained:
        whose = Whose(unit, post, person)
        if (unit is None) == (post is None):
            raise _unclear("unit", "name either a unit or a post", "add `unit=` or `post=` and `person=`")
        await _may_see(database, staff, whose, until)
        kept, found = await current(database, first, until, preset)
        row = _row(found, whose)
        rows = await rows_of(database.pool, found, whose)
        return _explained(kept, found, row, rows)

    @routes.post(
        "/assessments/{first}/{until}/what-if",
        summary="The ranking under other weights beside the present one; nothing is kept"
        " (supervision office, leaders, inspectors, administrator)",
    )
    async def reweigh(first: date, until: date, asked: WeightsAsked, _: Viewer) -> WhatIf:
        found = (await current(database, first, until, asked.preset))[1]
        basis = _preset(asked.preset) or found.preset
        try:
            units, leaders = what_if(found, basis.weighing(asked.weights))
        except InvalidPreset as invalid:
            raise _unclear("weights", str(invalid), "name indicators of the preset, not all 0") from invalid
        return WhatIf(units=[_beside(one) for one in units], leaders=[_beside(one) for one in leaders])


def _publishing(routes: APIRouter, database: Database) -> None:
    @routes.post(
        "/assessments/{first}/{until}",
        summary="Publish the assessment, or its next revision (supervision office, administrator)",
    )
    async def publish_assessment(
        first: date, until: date, asked: PublicationAsked, staff: Publisher
    ) -> AssessmentAnswer:
        preset = _preset(asked.preset)
        reason = mask(asked.reason) if asked.reason else None
        _checked(first, until)
        async with database.writing() as writing:
            made = await publish(writing, first, until, preset, staff.subject, asked.because, reason)
        if isinstance(made, Unpublishable):
            raise Problem(409, "Conflict", made.why, field=made.field, remedy=made.remedy)
        return AssessmentAnswer(published=revision_of(made), assessment=made.assessment)


async def assessed(database: Database, first: date, until: date, preset: str | None) -> Assessment:
    """The assessment as it stands. Raises Problem 422."""
    _checked(first, until)
    return await assess(database.pool, first, until, _preset(preset))


async def current(
    database: Database, first: date, until: date, preset: str | None
) -> tuple[Published | None, Assessment]:
    """The newest published revision; before the first, what would be published. Raises Problem 422."""
    kept = await store_requests.published(database.pool, first, until)
    return kept, kept.assessment if kept else await assessed(database, first, until, preset)


async def _may_see(database: Database, staff: Staff, whose: Whose, until: date) -> None:
    """A head sees the scores of the own unit and of its posts. Raises Problem 403."""
    if staff.role != "unit_head":
        return
    unit = whose.unit
    if whose.post is not None:
        directory = await store_assessment.directory_before(database.pool, until)
        unit = directory.posts[whose.post].unit if whose.post in directory.posts else None
    if unit != staff.unit:
        detail = f"a head of {staff.unit or 'no unit'} sees the scores of that unit and its posts alone"
        raise Problem(
            403, "Forbidden", detail, remedy="use a token of the unit, or of the supervision office"
        )


def _row(assessment: Assessment, whose: Whose) -> Row:
    rows = assessment.units if whose.unit is not None else assessment.leaders
    for row in rows:
        if whose.unit is not None and row.unit == whose.unit:
            return row
        if whose.unit is None and (row.post, row.person) == (whose.post, whose.person):
            return row
    raise Problem(
        404,
        "Not Found",
        "nobody of that name is assessed in this period",
        field="unit" if whose.unit is not None else "post",
        remedy="take unit, post and person from the assessment",
    )


def _explained(kept: Published | None, found: Assessment, row: Row, rows: Rows) -> Explained:
    said = {one.id: one for one in found.preset.indicators}
    words = [(one.indicator, measure_words(one, said[one.indicator])) for one in row.measures]  # type: ignore[index]
    told = score_words(row)
    slips = Words("督办单（只扣分）。", "Notices; they only cost points.")
    parts = [_part(name, text, rows) for name, text in (*words, (NOTICES, slips))]
    cases = {one.case_id for one in rows.excluded}
    exclusions = [one for one in found.exclusions if one.case_id in cases]
    return Explained(
        revision=kept.revision if kept else None,
        row=row,
        zh=told.zh,
        en=told.en,
        parts=parts,
        exclusions=exclusions,
    )


def _part(name: str, words: Words, rows: Rows) -> Part:
    counted = sorted(
        (one for one in rows.counted if one.indicator == name), key=lambda one: (one.hit, one.at)
    )
    return Part(
        indicator=name,
        zh=words.zh,
        en=words.en,
        rows=[row_of(one) for one in counted[:SHOWN]],
        counted=len(counted),
        excluded=[row_of(one) for one in rows.excluded if one.indicator == name],
    )


def _beside(one: Reweighed) -> Beside:
    row, other = one
    return Beside(
        **{name: getattr(row, name) for name in ("unit", "post", "person", "name", "group", "score", "rank")},
        score_then=other.score,
        rank_then=other.rank,
    )


def _preset(name: str | None) -> Preset | None:
    """The preset that was named, if any. Raises Problem 422."""
    try:
        return presets.preset(name) if name else None
    except InvalidPreset as invalid:
        raise _unclear("preset", str(invalid), "name one of them") from invalid


def _checked(first: date, until: date) -> None:
    if until <= first:
        raise _unclear("until", f"{until} doesn't lie after {first}", "name the day after the last one")


def _unclear(field: str, detail: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field=field, remedy=remedy)
