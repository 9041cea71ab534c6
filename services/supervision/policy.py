"""What limits and notices are decided by: the authority's presets and the loaded calendars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.contracts.vocabulary import Kind, LimitKind, Urgency
from services.supervision.calendar import WorkCalendar
from services.supervision.ladder import Ladder
from services.supervision.limits import LimitSet

Dispatch = tuple[datetime, LimitKind, Kind, Urgency]
"""What a new limit depends on, under one policy."""


@dataclass(frozen=True, slots=True)
class Presets:
    """The presets there are, by id."""

    limits: Mapping[str, LimitSet]
    ladders: Mapping[str, Ladder]


@dataclass(frozen=True, slots=True)
class Policy:
    """`limits` and `ladder` are for what begins now; a limit that runs keeps its ladder, one of `ladders`."""

    limits: LimitSet
    ladder: Ladder
    ladders: Mapping[str, Ladder]
    calendar: WorkCalendar
    years: frozenset[int]
    begun: dict[Dispatch, tuple[Any, ...]] = field(default_factory=dict, compare=False, repr=False)
    """What `watched` has reckoned of late: the cases of a batch are dispatched at one instant."""

    @classmethod
    def of(cls, presets: Presets, limits: str, ladder: str, calendar: WorkCalendar) -> "Policy":
        """Raises KeyError for a preset there isn't."""
        years = frozenset(year.year for year in calendar.years)
        return cls(presets.limits[limits], presets.ladders[ladder], presets.ladders, calendar, years)
