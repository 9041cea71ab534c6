"""Counts to scores, ranks and lists. Every number here can be redone with a pencil: `explain` says how."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from services.reporting.assess.assessment import GROUPS, Deduction, Group, Lists, Measure, Row
from services.reporting.assess.observe import NOTICES, Observation
from services.reporting.assess.preset import Indicator, Notices, Preset
from services.reporting.assess.wilson import wilson


class Key(NamedTuple):
    """What is counted together: an indicator, or the notices of a colour."""

    indicator: str
    colour: str | None = None


class Tally(NamedTuple):
    """How many observations there are, and how many of them are what the indicator is named after."""

    n: int = 0
    hits: int = 0


Counts = Mapping[Key, Tally]


class Scored(NamedTuple):
    """What a subject's counts come to."""

    measures: tuple[Measure, ...]
    deductions: tuple[Deduction, ...]
    deducted: float
    score: float | None


def tallied(observations: Iterable[Observation]) -> dict[Key, Tally]:
    """The counts of single rows."""
    counts: dict[Key, Tally] = {}
    for one in observations:
        key = Key(one.indicator, one.colour if one.indicator == NOTICES else None)
        n, hits = counts.get(key, Tally())
        counts[key] = Tally(n + 1, hits + one.hit)
    return counts


def scored(counts: Counts, preset: Preset) -> Scored:
    """Points by indicator, weighed, less what notices cost; 0 to 100, two digits. None: nothing measured."""
    measured = [one for one in preset.indicators if counts.get(Key(one.id), Tally()).n]
    whole = sum(one.weight for one in measured)
    measures = tuple(_measure(one, counts.get(Key(one.id), Tally()), whole) for one in preset.indicators)
    deductions = tuple(_deductions(counts, preset.notices))
    deducted = round(min(preset.notices.most, sum(one.points for one in deductions)), 2)
    if not whole:
        return Scored(measures, deductions, deducted, None)
    earned = sum(one.points * one.weight for one in measures if one.points is not None) / 100
    return Scored(measures, deductions, deducted, round(max(0.0, earned - deducted), 2))


def _measure(indicator: Indicator, tally: Tally, whole: float) -> Measure:
    n, hits = tally
    if not n:
        return Measure(
            indicator=indicator.id, n=0, hits=0, share=None, taken="none", value=None, points=None, weight=0
        )
    share, few = hits / n, n < indicator.minimum
    value = bound_of(indicator, tally) if few else share
    return Measure(
        indicator=indicator.id,
        n=n,
        hits=hits,
        share=round(share, 6),
        taken="bound" if few else "share",
        value=round(value, 6),
        points=round(points_of(indicator, value), 4),
        weight=round(100 * indicator.weight / whole, 4) if whole else 0,
    )


def bound_of(indicator: Indicator, tally: Tally) -> float:
    """The Wilson bound that is worse for the unit: the lower one of a good share, the upper one of a bad."""
    interval = wilson(tally.hits, tally.n)
    return interval.lower if indicator.better == "higher" else interval.upper


def points_of(indicator: Indicator, value: float) -> float:
    """0 to 100, in proportion between the zero mark and the full one."""
    way = (value - indicator.zero) / (indicator.full - indicator.zero)
    return 100 * min(1.0, max(0.0, way))


def _deductions(counts: Counts, notices: Notices) -> Iterable[Deduction]:
    sent = {key.colour or "": tally.n for key, tally in counts.items() if key.indicator == NOTICES}
    for colour in sorted(sent):
        points = round(sent[colour] * notices.points.get(colour, 0.0), 2)
        yield Deduction(colour=colour, notices=sent[colour], points=points)


def ranked(rows: Sequence[Row]) -> tuple[Row, ...]:
    """With ranks, each group apart: 1 + how many of the group score higher, so that equals share a rank.

    Unranked is who has no score. The order within a rank is that of the code and says nothing.
    """
    by_group = {group: [row.score for row in rows if row.group == group] for group in GROUPS}
    placed = [row.model_copy(update={"rank": _rank(row.score, by_group[row.group])}) for row in rows]
    return tuple(sorted(placed, key=_order))


def _rank(score: float | None, others: Iterable[float | None]) -> int | None:
    if score is None:
        return None
    return 1 + sum(other is not None and other > score for other in others)


def _order(row: Row) -> tuple[object, ...]:
    place = row.rank if row.rank is not None else len(GROUPS) * 10**6
    return GROUPS.index(row.group), place, row.unit or "", row.post or "", row.person or ""


def lists(units: Sequence[Row], listed: int) -> tuple[Lists, ...]:
    """The best and the worst of each group of units, `listed` at most but for ties, which come or go
    together; of fewer than twice as many, the better and the worse half. Who would stand on both stands on
    neither."""
    return tuple(_lists_of(group, units, listed) for group in GROUPS if group != "county")


def _lists_of(group: Group, units: Sequence[Row], listed: int) -> Lists:
    inside = {row.unit or "": row.score for row in units if row.group == group and row.score is not None}
    size = min(listed, len(inside) // 2)
    scores = list(inside.values())
    best = {code for code, score in inside.items() if sum(one > score for one in scores) < size}
    worst = {code for code, score in inside.items() if sum(one < score for one in scores) < size}
    return Lists(group=group, red=tuple(sorted(best - worst)), black=tuple(sorted(worst - best)))
