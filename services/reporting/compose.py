"""From the numbers of a closed book to a circular: names, shares, rates, who is below the threshold."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from services.kit.clock import local_midnight
from services.reporting.assess.gaming import SignalKind
from services.reporting.boards import boards
from services.reporting.burning import burning
from services.reporting.circular import (
    CHANNELS_ZH,
    COLOURS_ZH,
    KINDS_ZH,
    Authority,
    Circular,
    CutAt,
    OverdueCase,
    PromiseHead,
    RepeatedCase,
    UnitRow,
    cut_hash,
)
from services.reporting.directory import TERRITORIAL, Directory
from services.reporting.figures import LEDGER, sliced
from services.reporting.list_figures import LIST_FIGURES
from services.reporting.lists import ListNumbers, days_late, last_day, progress
from services.reporting.part import Share, falls_short, rate
from services.reporting.periods import Period
from services.reporting.satisfaction import satisfaction
from services.reporting.supervised import gaming, supervised
from services.reporting.trend import trend
from services.reporting.words import LIMITS_ZH

THRESHOLD: Final = 0.85
"""The share that the county of the practice demands, where no directory says another."""
COLOURS: Final = tuple(COLOURS_ZH)
_ROW_FIGURES: Final = frozenset(UnitRow.model_fields)


@dataclass(frozen=True, slots=True)
class Group:
    """How many newly assigned cases share a kind, a category and a town."""

    kind: str | None
    category: str | None
    town: str | None
    count: int


@dataclass(frozen=True, slots=True)
class OpenLate:
    """A row of the book that was open past its limit at the cut."""

    case_id: UUID
    dispatch: int
    receipt: str | None
    unit: str
    post: str | None
    category: str | None
    town: str | None
    opened_at: datetime
    complete_due: datetime
    signed: bool


@dataclass(frozen=True, slots=True)
class Again:
    """A newly assigned case that repeats an earlier one."""

    case_id: UUID
    receipt: str | None
    earlier: str | None
    unit: str
    category: str | None
    completed: bool


@dataclass(frozen=True, slots=True)
class Numbers:
    """A closed book as the store counted it. `by_unit`: unit → figure of the book → count.

    `gaming`: kind of sign → unit → count.
    `promise_heads`: where each authority's promise chain ended at the cut.
    """

    by_unit: Mapping[str, Mapping[str, int]]
    groups: Sequence[Group]
    channels: Mapping[str, int]
    notices: Mapping[str, int]
    whole: Mapping[str, int]
    overdue: Sequence[OpenLate]
    repeats: Sequence[Again]
    cut: tuple[CutAt, ...]
    promise_heads: Mapping[str, PromiseHead] = field(default_factory=dict)
    lists: ListNumbers = field(default_factory=ListNumbers)
    gaming: Mapping[SignalKind, Mapping[str, int]] = field(default_factory=dict)


def compose(period: Period, numbers: Numbers, directory: Directory, before: Circular | None) -> Circular:
    """The circular of a closed period. `before` is of the period before, None for the first."""
    cut_at = local_midnight(period.until)
    authority = _authority(directory)
    counts = _counts(numbers, directory)
    units = tuple(_unit_rows(numbers.by_unit, _called_back(counts), directory, authority.threshold))
    last = before.counts if before else None
    answers = satisfaction(counts, last, units)
    overdue = tuple(_overdue(one, directory, period, cut_at) for one in numbers.overdue)
    lists = progress(counts, numbers.lists, directory, cut_at)
    letters = supervised(counts, numbers.lists, directory, cut_at)
    return Circular(
        kind=period.kind,
        first=period.first,
        last=period.last,
        cut_at=cut_at,
        authority=authority,
        counts=counts,
        last_period={name: count for name, count in last.items() if "." not in name} if last else None,
        on_time_rate=rate(counts["completed_on_time"], counts["due"]),
        signed_in_time_rate=rate(
            counts["signed_in_time"],
            counts["signed_in_time"] + counts["signed_late"] + counts["unsigned_overdue"],
        ),
        last_on_time_rate=before.on_time_rate if before else None,
        channels=_shares(counts, "received", "channel", lambda code: CHANNELS_ZH.get(code, code), last),
        kinds=_shares(counts, "assigned", "kind", lambda code: KINDS_ZH.get(code, code), last),
        categories=_shares(counts, "assigned", "category", directory.category_name, last),
        towns=_shares(counts, "assigned", "town", directory.unit_name, last),
        notices=_colours(counts, last),
        units=units,
        below_threshold=tuple(row.code for row in units if row.below_threshold),
        overdue=overdue,
        repeats=tuple(_repeated(one, directory) for one in numbers.repeats),
        cut=numbers.cut,
        cut_sha256=cut_hash(numbers.cut),
        promise_head=numbers.promise_heads.get(authority.code),
        notices_by_limit=_shares(counts, "notices", "limit", lambda code: LIMITS_ZH.get(code, code), last),
        satisfaction=answers,
        progress=lists,
        supervised=letters,
        gaming=gaming(numbers.gaming, directory),
        boards=boards(units, counts, answers),
        burning=burning(counts, overdue, answers, lists, letters),
        trend=trend(before, period, counts),
    )


def _authority(directory: Directory) -> Authority:
    told = directory.authority
    if told is None:
        return Authority(code="", name="", name_en="", issuer="", threshold=THRESHOLD)
    return Authority(
        code=told.code,
        name=told.name,
        name_en=told.name_en,
        issuer=told.issuer,
        threshold=told.on_time_threshold,
    )


def _counts(numbers: Numbers, directory: Directory) -> dict[str, int]:
    counts: Counter[str] = Counter({figure.name: 0 for figure in (*LEDGER, *LIST_FIGURES)})
    counts.update(numbers.whole)
    for unit, figures in numbers.by_unit.items():
        for figure, count in figures.items():
            counts[figure] += count
            counts[sliced(figure, "unit", unit)] = count
    for group in numbers.groups:
        counts[sliced("assigned", "kind", group.kind)] += group.count
        counts[sliced("assigned", "category", directory.top_category(group.category))] += group.count
        counts[sliced("assigned", "town", group.town)] += group.count
    counts.update({sliced("received", "channel", code): count for code, count in numbers.channels.items()})
    counts.update({sliced("notices", "colour", code): count for code, count in numbers.notices.items()})
    counts.update(numbers.lists.counts)
    return dict(sorted(counts.items()))


def _shares(
    counts: Mapping[str, int],
    figure: str,
    dimension: str,
    name: Callable[[str], str],
    last: Mapping[str, int] | None,
) -> tuple[Share, ...]:
    """The slices of a figure along a dimension, the largest first, codes deciding ties."""
    prefix = sliced(figure, dimension, "")[:-1]
    shares = [
        _share(counts, figure, slice_name, slice_name.removeprefix(prefix), name, last)
        for slice_name in counts
        if slice_name.startswith(prefix)
    ]
    return tuple(sorted(shares, key=lambda share: (share.code is None, -share.count, share.code or "")))


def _share(
    counts: Mapping[str, int],
    figure: str,
    slice_name: str,
    code: str,
    name: Callable[[str], str],
    last: Mapping[str, int] | None,
) -> Share:
    none = code == "-"
    return Share(
        code=None if none else code,
        name="未标明" if none else name(code),
        count=counts[slice_name],
        share=rate(counts[slice_name], counts[figure]),
        figure=slice_name,
        last_period=last.get(slice_name, 0) if last is not None else None,
    )


def _colours(counts: Mapping[str, int], last: Mapping[str, int] | None) -> tuple[Share, ...]:
    """Notices by colour, mildest first."""
    shares = _shares(counts, "notices", "colour", lambda code: COLOURS_ZH.get(code, code), last)
    order = {code: place for place, code in enumerate(COLOURS)}
    return tuple(sorted(shares, key=lambda share: order.get(share.code or "", len(order))))


def _called_back(counts: Mapping[str, int]) -> set[str]:
    """The units about whose replies citizens were called back: one that has left the directory since, too."""
    prefix = sliced("called_back", "unit", "")[:-1]
    return {name.removeprefix(prefix) for name in counts if name.startswith(prefix)}


def _unit_rows(
    by_unit: Mapping[str, Mapping[str, int]], called_back: set[str], directory: Directory, threshold: float
) -> Iterable[UnitRow]:
    """Every unit of the directory, idle ones too, then whatever else has rows or answers."""
    current = [code for code, unit in directory.units.items() if not unit.retired]
    others = sorted((set(by_unit) | called_back) - set(current))
    for code in (*current, *others):
        yield _unit_row(code, by_unit.get(code, {}), directory, threshold)


def _unit_row(code: str, figures: Mapping[str, int], directory: Directory, threshold: float) -> UnitRow:
    unit = directory.units.get(code)
    kept, due = figures.get("completed_on_time", 0), figures.get("due", 0)
    return UnitRow(
        code=code,
        name=directory.unit_name(code),
        kind=unit.kind if unit else None,
        territorial=bool(unit and code != directory.own_unit and unit.kind in TERRITORIAL),
        retired=bool(unit and unit.retired),
        on_time_rate=rate(kept, due),
        below_threshold=falls_short(kept, due, threshold),
        **{figure.name: figures.get(figure.name, 0) for figure in LEDGER if figure.name in _ROW_FIGURES},
    )


def _overdue(one: OpenLate, directory: Directory, period: Period, cut_at: datetime) -> OverdueCase:
    then = directory.holder(one.post, last_day(one.complete_due))
    now = directory.holder(one.post, period.last)
    return OverdueCase(
        receipt=one.receipt or "",
        case_id=str(one.case_id),
        dispatch=one.dispatch,
        unit=one.unit,
        unit_name=directory.unit_name(one.unit),
        post_title=directory.post_title(one.post),
        holder=then,
        successor=now if now != then else None,
        category_name=directory.category_name(one.category),
        town_name=directory.unit_name(one.town) if one.town else None,
        opened_at=one.opened_at,
        due=one.complete_due,
        days_late=days_late(one.complete_due, cut_at),
        signed=one.signed,
    )


def _repeated(one: Again, directory: Directory) -> RepeatedCase:
    return RepeatedCase(
        receipt=one.receipt or "",
        case_id=str(one.case_id),
        earlier=one.earlier,
        unit_name=directory.unit_name(one.unit),
        category_name=directory.category_name(one.category),
        completed=one.completed,
    )
