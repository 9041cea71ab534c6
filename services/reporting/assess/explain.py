"""A score in words, down to the rows, and what other weights would make of it."""

from collections.abc import Iterable
from typing import NamedTuple

from services.reporting.assess.assessment import Assessment, Measure, Row
from services.reporting.assess.observe import NOTICES
from services.reporting.assess.preset import Indicator, Preset
from services.reporting.assess.score import Key, Tally, ranked, scored
from services.reporting.assess.wilson import Z95


class Words(NamedTuple):
    """The same in Chinese and in English."""

    zh: str
    en: str


def measure_words(measure: Measure, indicator: Indicator) -> Words:
    """How an indicator's points came about, each number named."""
    if measure.taken == "none":
        return Words(
            f"{indicator.zh}：本期无可考核事项，原权重 {indicator.weight:g} 按比例分摊至其余指标。",
            f"{indicator.en}: nothing to measure; its weight {indicator.weight:g} is spread over the others.",
        )
    counted = Words(
        f"{indicator.zh}：{measure.n} 件中 {measure.hits} 件，占 {_percent(measure.share)}。",
        f"{indicator.en}: {measure.hits} of {measure.n}, {_percent(measure.share)}. ",
    )
    bound = _bound_words(measure, indicator) if measure.taken == "bound" else Words("", "")
    points = _points_words(measure, indicator)
    return Words(counted.zh + bound.zh + points.zh, counted.en + bound.en + points.en)


def _bound_words(measure: Measure, indicator: Indicator) -> Words:
    """The Wilson formula with its numbers put in."""
    high = indicator.better == "higher"
    sign, p, n = "−" if high else "+", measure.share or 0, measure.n
    formula = (
        f"({p:.4f} + z²/(2×{n}) {sign} z·√({p:.4f}×(1−{p:.4f})/{n} + z²/(4×{n}²))) / (1 + z²/{n})"
        f", z = {Z95:.4f}"
    )
    zh, en = ("下限", "lower") if high else ("上限", "upper")
    return Words(
        f"不足 {indicator.minimum} 件，以 95 % Wilson 区间{zh}代替：{formula} ＝ {_percent(measure.value)}。",
        f"Fewer than {indicator.minimum}, so the {en} bound of the 95 % Wilson interval stands in its place: "
        f"{formula} = {_percent(measure.value)}. ",
    )


def _points_words(measure: Measure, indicator: Indicator) -> Words:
    marks = (
        f"({_percent(measure.value)} − {indicator.zero:.0%}) / ({indicator.full:.0%} − {indicator.zero:.0%})"
    )
    return Words(
        f"得分 100 × {marks}，限于 0 至 100，为 {measure.points:g} 分；权重 {measure.weight:g} %。",
        f"Points 100 × {marks}, between 0 and 100: {measure.points:g}; weight {measure.weight:g} %.",
    )


def score_words(row: Row) -> Words:
    """How the points of all indicators become the score."""
    if row.score is None:
        return Words("本期无可考核事项，不评分、不排名。", "Nothing to measure: no score and no rank.")
    sum_of = " + ".join(f"{one.points:g}×{one.weight:g} %" for one in row.measures if one.points is not None)
    slips = "、".join(f"{one.colour} {one.notices} 张 {one.points:g} 分" for one in row.deductions) or "无"
    notices = ", ".join(f"{one.notices} {one.colour}: {one.points:g}" for one in row.deductions) or "none"
    capped, floored = _bounds_words(row)
    return Words(
        f"{sum_of} － 督办单扣分 {row.deducted:g}（{slips}{capped.zh}）＝ {row.score:g} 分{floored.zh}。",
        f"{sum_of} − {row.deducted:g} for notices ({notices}{capped.en}) = {row.score:g}{floored.en}.",
    )


def _bounds_words(row: Row) -> tuple[Words, Words]:
    """That no more is taken than the most, and that no score lies below 0, where either made the sum."""
    nothing = Words("", "")
    taken = round(sum(one.points for one in row.deductions), 2)
    earned = sum(one.points * one.weight for one in row.measures if one.points is not None) / 100
    capped = Words(
        f"，共 {taken:g} 分，至多扣 {row.deducted:g} 分", f"; {taken:g} in all, {row.deducted:g} at most"
    )
    floored = Words("（不足 0 分，记 0 分）", " (no score lies below 0)")
    return (capped if taken > row.deducted else nothing), (floored if earned < row.deducted else nothing)


class Reweighed(NamedTuple):
    """One subject under the present weights and under others."""

    present: Row
    other: Row


def what_if(assessment: Assessment, other: Preset) -> tuple[list[Reweighed], list[Reweighed]]:
    """Units and leaders ranked by other weights beside the present ones; nothing is counted anew."""
    return _reweighed(assessment.units, other), _reweighed(assessment.leaders, other)


def _reweighed(rows: Iterable[Row], other: Preset) -> list[Reweighed]:
    present = {(row.unit, row.post, row.person): row for row in rows}
    again = ranked(
        [row.model_copy(update=scored(counts_of(row), other)._asdict()) for row in present.values()]
    )
    return [Reweighed(present[row.unit, row.post, row.person], row) for row in again]


def counts_of(row: Row) -> dict[Key, Tally]:
    """The counts that a row was made of."""
    counts = {Key(one.indicator): Tally(one.n, one.hits) for one in row.measures if one.n}
    slips = {Key(NOTICES, one.colour): Tally(one.notices, one.notices) for one in row.deductions}
    return {**counts, **slips}


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"
