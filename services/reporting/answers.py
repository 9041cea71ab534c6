"""What the API answers: models with examples."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.reporting.circular import Circular, Edition
from services.reporting.figures import FIGURES, named
from services.reporting.part import Share
from services.reporting.words import LEVELS_ZH, LIMITS_ZH, TIERS_ZH


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Line(Answer):
    """One circular in the list."""

    week: date = Field(description="Monday of the week reported", examples=["2021-03-01"])
    state: Literal["draft", "issued"]
    number: str | None = Field(examples=["2021-03"])
    drafted_at: datetime
    issued_at: datetime | None
    figures_sha256: str


class Lines(Answer):
    """A page of circulars, the newest first. `next` goes into `after`; null on the last page."""

    circulars: list[Line]
    next: str | None = Field(examples=["2021-03-01"])


class CircularAnswer(Answer):
    """A circular with its number (null in a draft) and the SHA-256 of `circular` as canonical JSON.

    The public edition leaves receipts and ids of cases empty; the SHA-256 is of the whole one.
    """

    number: str | None = Field(examples=["2021-03"])
    state: Literal["draft", "issued"]
    drafted_at: datetime
    issued_at: datetime | None
    issued_by: str | None = Field(description="`policy`, or who signed", examples=["policy"])
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
    week: date
    figure: str = Field(examples=["overdue.unit.water_bureau"])
    value: int = Field(description="how many rows there are in all pages")
    rows: list[dict[str, Any]]
    next: str | None


class WeekAsked(BaseModel):
    """Which week's circular to issue."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"week": "2021-W09"}]})

    week: str = Field(description="an ISO week, or a date that lies in it", max_length=10)


def answer(edition: Edition) -> CircularAnswer:
    return CircularAnswer(
        number=edition.issue.number,
        state="issued" if edition.issue.number else "draft",
        drafted_at=edition.drafted_at,
        issued_at=edition.issue.issued_at,
        issued_by=edition.issue.issued_by,
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


_CODES: Final[Mapping[str, Mapping[str, str]]] = {"level": LEVELS_ZH, "limit": LIMITS_ZH, "tier": TIERS_ZH}


def _shares(circular: Circular) -> Iterator[Share]:
    for shares in (circular.channels, circular.kinds, circular.categories, circular.towns, circular.notices):
        yield from shares
