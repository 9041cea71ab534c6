"""What the assessment's API is asked and answers."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.reporting.answers import Answer
from services.reporting.assess.assessment import Assessment, Excluded, Row
from services.reporting.assess.observe import Observation
from services.reporting.assess.requests import Kind, State, Step
from services.reporting.store_requests import Published, Request, StepTaken

Said = Annotated[str, Field(min_length=1, max_length=2000)]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Revision(Answer):
    """A published revision, without its figures."""

    first: date
    until: date = Field(description="the first local day that no longer counts")
    revision: int
    figures_sha256: str
    because: UUID | None = Field(description="the request that called for the revision")
    reason: str | None
    published_at: datetime
    published_by: str


class Revisions(Answer):
    """Every published revision, the newest period first."""

    assessments: list[Revision]


class AssessmentAnswer(Answer):
    """An assessment; `published` null in a preview. The SHA-256 is of `assessment` as canonical JSON."""

    published: Revision | None
    assessment: Assessment


class PublicationAsked(Asked):
    """By which preset; of a revision: because of which request, and why."""

    preset: str | None = Field(
        default=None, max_length=40, description="null: that of the revision before, else the authority's"
    )
    because: UUID | None = None
    reason: Said | None = None


class WeightsAsked(Asked):
    """Other weights for some indicators; those not named stay."""

    weights: dict[str, Annotated[float, Field(ge=0, le=1000)]]
    preset: str | None = Field(default=None, max_length=40, description="another preset; else the same")


class Beside(Answer):
    """One subject under the present weights and under those asked for."""

    unit: str | None
    post: str | None
    person: str | None
    name: str
    group: str
    score: float | None
    rank: int | None
    score_then: float | None
    rank_then: int | None


class WhatIf(Answer):
    """Rankings side by side; nothing of it is kept."""

    units: list[Beside]
    leaders: list[Beside]


class RowAnswer(Answer):
    """One row that is counted or excluded. `hit`: it is what the indicator is named after."""

    receipt: str | None
    case_id: UUID
    dispatch: int | None
    unit: str
    post: str | None
    hit: bool
    at: datetime
    due: datetime | None
    then: date = Field(description="the local day that decides whose leader it was")
    colour: str | None


class Part(Answer):
    """An indicator, or the notices: how it came about, the rows counted, those excluded with why."""

    indicator: str
    zh: str
    en: str
    rows: list[RowAnswer]
    counted: int = Field(description="how many rows are counted; `rows` shows the first thousand")
    excluded: list[RowAnswer]


class Explained(Answer):
    """A score down to its rows."""

    revision: int | None
    row: Row
    zh: str
    en: str
    parts: list[Part]
    exclusions: list[Excluded]


class ExclusionAsked(Asked):
    """剔除申请: which case is not to count in which indicators, why, and what shows it."""

    case_id: UUID
    indicators: Annotated[list[str], Field(min_length=1, max_length=10)]
    reason: Said
    evidence: Said


class AppealAsked(Asked):
    """申诉: whose score of which revision is contested, why, and what shows it."""

    first: date
    until: date
    revision: int = Field(ge=1)
    post: str | None = Field(default=None, max_length=100, description="null: the unit's own score")
    reason: Said
    evidence: Said


class Reason(Asked):
    """Why."""

    reason: Said


class RequestAnswer(Answer):
    """A request, its steps so far, and those that its state allows."""

    request_id: UUID
    kind: Kind
    state: State
    unit: str
    case_id: UUID | None
    receipt: str | None
    indicators: list[str]
    post: str | None
    first: date | None
    until: date | None
    revision: int | None
    evidence: str
    steps: list[dict[str, Any]]
    allowed: list[Step]


class Requests(Answer):
    requests: list[RequestAnswer]


def revision_of(one: Published) -> Revision:
    return Revision(
        first=one.assessment.first,
        until=one.assessment.until,
        revision=one.revision,
        figures_sha256=one.figures_sha256,
        because=one.because,
        reason=one.reason,
        published_at=one.published_at,
        published_by=one.published_by,
    )


def row_of(one: Observation) -> RowAnswer:
    return RowAnswer(**{name: getattr(one, name) for name in RowAnswer.model_fields})


def request_of(one: Request, steps: list[StepTaken], allowed: tuple[Step, ...]) -> RequestAnswer:
    told = {name: getattr(one, name) for name in RequestAnswer.model_fields if hasattr(one, name)}
    said = [
        {"step": s.step, "state": s.state, "by": s.by, "role": s.role, "reason": s.reason, "at": s.at}
        for s in steps
    ]
    return RequestAnswer(
        **{**told, "indicators": list(one.indicators), "steps": said, "allowed": list(allowed)}
    )
