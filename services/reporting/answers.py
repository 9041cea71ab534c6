"""What the API answers: models with examples."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.reporting.circular import Circular, Edition
from services.reporting.figures import FIGURES, named
from services.reporting.part import Share
from services.reporting.periods import Kind
from services.reporting.steps import State, Verb
from services.reporting.words import LEVELS_ZH, LIMITS_ZH, MEASURES_ZH, SUBJECTS_ZH, TIERS_ZH


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Line(Answer):
    """One circular in the list. `corrected_by`: the number of the correction that mends it."""

    ref: str = Field(description="its name before it has a number", examples=["weekly-2021-03-01"])
    kind: Kind
    first: date = Field(description="first day reported", examples=["2021-03-01"])
    last: date = Field(description="last day reported", examples=["2021-03-07"])
    state: State
    number: str | None = Field(examples=["2021-03"])
    drafted_at: datetime
    issued_at: datetime | None
    figures_sha256: str
    corrects: str | None = Field(description="the number that this edition mends", examples=[None])
    corrected_by: str | None = Field(examples=["correction-2021-01"])
    steps: tuple[Verb, ...] = Field(
        default=(), description="what whoever asks may do with it now", examples=[["check"]]
    )


class Lines(Answer):
    """A page of circulars, the newest first. `next` goes into `after`; null on the last page."""

    circulars: list[Line]
    next: str | None


class CircularAnswer(Answer):
    """A circular with its number (null in a draft) and the SHA-256 of `circular` as canonical JSON.

    The public edition leaves receipts and ids of cases empty; the SHA-256 is of the whole one.
    """

    ref: str = Field(examples=["weekly-2021-03-01"])
    number: str | None = Field(examples=["2021-03"])
    state: State
    drafted_at: datetime
    checked_at: datetime | None
    checked_by: str | None
    signed_at: datetime | None
    signed_by: str | None
    issued_at: datetime | None
    issued_by: str | None = Field(description="`policy`, or who did", examples=["policy"])
    corrected_by: str | None = Field(examples=["correction-2021-01"])
    figures_sha256: str
    circular: Circular


class FigureLine(Answer):
    """A figure of a circular: its name as in URLs, its names for people, its value."""

    name: str = Field(examples=["assigned.category.water"])
    zh: str = Field(examples=["新交办：供水与水利"])
    en: str = Field(examples=["newly assigned: water"])
    value: int


class RowsPage(Answer):
    """A page of the rows that a figure counts at its cut. `next` goes into `after`; null on the last page."""

    circular: str | None = Field(examples=["2021-03"])
    first: date
    last: date
    figure: str = Field(examples=["overdue.unit.water_bureau"])
    value: int = Field(description="how many rows there are in all pages")
    rows: list[dict[str, Any]]
    next: str | None


class Ordered(BaseModel):
    """Which county circular to draft."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "county", "first": "2021-03-01", "last": "2021-03-12"}]},
    )

    kind: Literal["county"] = "county"
    first: date = Field(description="first local day", ge=date(2000, 1, 1))
    last: date = Field(description="last local day, which must be over", lt=date(3000, 1, 1))


class Corrected(BaseModel):
    """Why a circular is corrected, and what is to be said besides what the directory now says otherwise."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "单位名称有误", "remark": None}]}
    )

    reason: str = Field(min_length=2, max_length=2000)
    remark: str | None = Field(default=None, min_length=2, max_length=4000)


def answer(edition: Edition) -> CircularAnswer:
    return CircularAnswer(
        **edition.issue.model_dump(),
        ref=edition.circular.ref,
        drafted_at=edition.drafted_at,
        figures_sha256=edition.figures_sha256,
        circular=edition.circular,
    )


def figure_lines(circular: Circular) -> Iterator[FigureLine]:
    """Every figure of a circular, slices with the name of what they are a slice of."""
    names = {share.figure: share.name for share in _shares(circular)}
    units = {unit.code: unit.name for unit in circular.units}
    for name, value in circular.counts.items():
        asked = named(name)
        figure = FIGURES[asked.figure.name]
        if asked.dimension is None:
            yield FigureLine(name=name, zh=figure.zh, en=figure.en, value=value)
            continue
        part = units.get(asked.value or "") if asked.dimension == "unit" else names.get(name)
        part = part or _CODES.get(asked.dimension, {}).get(asked.value or "")
        code = asked.value or "none"
        yield FigureLine(name=name, zh=f"{figure.zh}：{part or code}", en=f"{figure.en}: {code}", value=value)


_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "level": LEVELS_ZH,
    "limit": LIMITS_ZH,
    "tier": TIERS_ZH | SUBJECTS_ZH,
    "measure": MEASURES_ZH,
}


def _shares(circular: Circular) -> Iterator[Share]:
    for shares in (circular.channels, circular.kinds, circular.categories, circular.towns, circular.notices):
        yield from shares
