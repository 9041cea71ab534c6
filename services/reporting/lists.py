"""How promises, projects and further limits stand, by tier and by kind. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from services.kit.clock import LOCAL
from services.reporting.directory import Directory
from services.reporting.figures import sliced
from services.reporting.part import rate
from services.reporting.sections import FurtherRow, LateItem, Progress, ProjectRow, PromiseRow
from services.reporting.words import FURTHER_ZH, TIERS_ZH

Money = tuple[Decimal, Decimal]
"""Budget and funds, in yuan."""
_PROMISES: Final = ("standing", "overdue", "kept", "kept_late", "broken", "withdrawn")
_ENDS: Final = ("kept", "kept_late", "broken", "withdrawn")
_PROJECTS: Final = ("open", "overdue", "opened", "changed", "done", "replaced", "dropped")
_FURTHER: Final = ("set", "met", "met_late", "ended", "open", "passed")


@dataclass(frozen=True, slots=True)
class Late:
    """A row of a list that stood past its last day at the cut."""

    list: str
    number: str | None
    tier: str | None
    unit: str | None
    post: str | None
    holder: str | None
    due: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A listing that stood at the cut. `due`: when its next report is due."""

    tier: str
    unit: str
    post: str | None
    text: str | None
    opened_at: datetime
    state: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class ListNumbers:
    """What the store counted of answers and lists. `money`: tier → of its projects that are open or done."""

    counts: Mapping[str, int] = field(default_factory=dict)
    late_promises: Sequence[Late] = ()
    late_projects: Sequence[Late] = ()
    late_further: Sequence[Late] = ()
    late_letters: Sequence[Late] = ()
    listings: Sequence[Listed] = ()
    money: Mapping[str | None, Money] = field(default_factory=dict)


def progress(
    counts: Mapping[str, int], numbers: ListNumbers, directory: Directory, cut_at: datetime
) -> Progress:
    """The section, from the circular's figures and the rows that stand late."""

    def late(rows: Sequence[Late]) -> tuple[LateItem, ...]:
        return tuple(late_item(row, directory, cut_at) for row in rows)

    return Progress(
        promises=tuple(_promises(counts, code, zh) for code, zh in TIERS_ZH.items()),
        projects=tuple(
            _projects(counts, code, zh, numbers.money.get(code))
            for code, zh in TIERS_ZH.items()
            if code != "ordinary_member"
        ),
        further=tuple(_further(counts, code, zh) for code, zh in FURTHER_ZH.items()),
        late_promises=late(numbers.late_promises),
        late_projects=late(numbers.late_projects),
        late_further=late(numbers.late_further),
    )


def _promises(counts: Mapping[str, int], tier: str, name: str) -> PromiseRow:
    of = _slices(counts, "promises", "tier", tier, (*_PROMISES, *(f"{end}_in_all" for end in _ENDS)))
    judged = of["kept_in_all"] + of["kept_late_in_all"] + of["broken_in_all"]
    return PromiseRow(tier=tier, name=name, **of, kept_rate=rate(of["kept_in_all"], judged))


def _projects(counts: Mapping[str, int], tier: str, name: str, money: Money | None) -> ProjectRow:
    ends = ("done_in_all", "replaced_in_all", "dropped_in_all")
    of: Mapping[str, Any] = _slices(counts, "projects", "tier", tier, (*_PROJECTS, *ends))
    budget, funded = money or (Decimal(0), Decimal(0))
    behind = counts.get(sliced("milestones_overdue", "tier", tier), 0)
    return ProjectRow(
        tier=tier,
        name=name,
        milestones_overdue=behind,
        budget=f"{budget:.2f}",
        funded=f"{funded:.2f}",
        **of,
    )


def _further(counts: Mapping[str, int], limit: str, name: str) -> FurtherRow:
    return FurtherRow(limit=limit, name=name, **_slices(counts, "further", "limit", limit, _FURTHER))


def _slices(
    counts: Mapping[str, int], figure: str, dimension: str, value: str, names: Sequence[str]
) -> dict[str, int]:
    return {name: counts.get(sliced(f"{figure}_{name}", dimension, value), 0) for name in names}


def late_item(row: Late, directory: Directory, cut_at: datetime) -> LateItem:
    """A promise is its promiser's for good; of the rest, whoever had the post when it fell due answers."""
    holder = row.holder or directory.holder(row.post, last_day(row.due))
    return LateItem.model_validate(
        {
            "list": row.list,
            "number": row.number or "",
            "text": row.text or FURTHER_ZH.get(row.tier or "", ""),
            "tier": row.tier,
            "unit": row.unit,
            "unit_name": directory.unit_name(row.unit),
            "post_title": directory.post_title(row.post),
            "holder": holder,
            "due": row.due,
            "days_late": days_late(row.due, cut_at),
        }
    )


def days_late(due: datetime, cut_at: datetime) -> int:
    """Days begun since a due instant."""
    return -((due - cut_at) // timedelta(days=1))


def last_day(due: datetime) -> date:
    """The local day on which something may still be done in time: a limit may end at its 24:00."""
    return (due - timedelta(microseconds=1)).astimezone(LOCAL).date()
