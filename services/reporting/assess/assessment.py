"""An assessment (考核) as a value: what is frozen when it is published."""

from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from services.reporting.assess.preset import Preset
from services.reporting.part import Part

Group = Literal["town", "department", "county"]
GROUPS: Final[tuple[Group, ...]] = ("town", "department", "county")
"""Towns and departments are ranked apart; `county`: what answers for the whole."""
Taken = Literal["share", "bound", "none"]


class Measure(Part):
    """One indicator of one subject. `share` is `hits` of `n`; `value` is what was taken for it: the share,
    the Wilson bound below the minimum n, or nothing. `weight`, of 100, is what it weighs after the weights of
    what can't be measured were spread over the others."""

    indicator: str
    n: int
    hits: int
    share: float | None
    taken: Taken
    value: float | None
    points: float | None
    weight: float


class Deduction(Part):
    """What the notices of a colour cost."""

    colour: str
    notices: int
    points: float


class Row(Part):
    """A unit's score, or a leader's: `post`, `person` (None: vacant then). `score` None: nothing measured."""

    unit: str | None
    post: str | None
    person: str | None
    name: str
    group: Group
    measures: tuple[Measure, ...]
    deductions: tuple[Deduction, ...]
    deducted: float
    score: float | None
    rank: int | None


class Excluded(Part):
    """A case that doesn't count for a unit in some indicators (剔除), by whose approval."""

    request_id: UUID
    unit: str
    case_id: UUID
    receipt: str | None
    indicators: tuple[str, ...]


class Lists(Part):
    """The red and the black list of a group: units by code, since what is tied has no order."""

    group: Group
    red: tuple[str, ...]
    black: tuple[str, ...]


class Assessment(Part):
    """All of it, for the days from `first` to (excluding) `until`."""

    first: date
    until: date
    cut_at: datetime
    preset: Preset
    exclusions: tuple[Excluded, ...]
    units: tuple[Row, ...]
    leaders: tuple[Row, ...]
    lists: tuple[Lists, ...]
