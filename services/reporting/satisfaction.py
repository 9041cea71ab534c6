"""What citizens said: call-backs with the satisfaction that is required, ratings in five levels. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.reporting.circular import UnitRow
from services.reporting.figures import sliced
from services.reporting.part import Share, falls_short, rate
from services.reporting.sections import Satisfaction, UnitAnswers
from services.reporting.words import LEVELS_ZH

REQUIRED: Final = 0.85
"""Units under it are named, "correct at once" (a county's 12345 circular, March 2016)."""
MINIMUM: Final = 5
"""Answers by which a unit is judged at least: one unhappy citizen of two says nothing about it."""


def satisfaction(
    counts: Mapping[str, int], last: Mapping[str, int] | None, units: Sequence[UnitRow]
) -> Satisfaction:
    """The section, from the figures of this circular and of the one before."""
    called = (unit for unit in units if _of(counts, "called_back", unit))
    rows = sorted((_unit(counts, unit) for unit in called), key=_worst_first)
    answered, satisfied = counts["called_back_answered"], counts["called_back_satisfied"]
    return Satisfaction(
        required=REQUIRED,
        minimum=MINIMUM,
        called=counts["called_back"],
        answered=answered,
        satisfied=satisfied,
        rate=rate(satisfied, answered),
        last_rate=_last_rate(last),
        units=tuple(rows),
        perfect=tuple(row.code for row in rows if not row.small and row.satisfied == row.answered),
        below=tuple(row.code for row in rows if row.below),
        levels=_levels(counts, last),
        repeats_answered=counts["repeats_answered"],
        repeats_satisfied=counts["repeats_satisfied"],
        repeats_rate=rate(counts["repeats_satisfied"], counts["repeats_answered"]),
    )


def _of(counts: Mapping[str, int], figure: str, unit: UnitRow) -> int:
    return counts.get(sliced(figure, "unit", unit.code), 0)


def _unit(counts: Mapping[str, int], unit: UnitRow) -> UnitAnswers:
    answered = _of(counts, "called_back_answered", unit)
    satisfied = _of(counts, "called_back_satisfied", unit)
    small = answered < MINIMUM
    return UnitAnswers(
        code=unit.code,
        name=unit.name,
        territorial=unit.territorial,
        called=_of(counts, "called_back", unit),
        answered=answered,
        satisfied=satisfied,
        rate=rate(satisfied, answered),
        below=not small and falls_short(satisfied, answered, REQUIRED),
        small=small,
    )


def _worst_first(row: UnitAnswers) -> tuple[object, ...]:
    return row.small, 1.0 if row.rate is None else row.rate, -row.answered, row.code


def _last_rate(last: Mapping[str, int] | None) -> float | None:
    return rate(last.get("called_back_satisfied", 0), last.get("called_back_answered", 0)) if last else None


def _levels(counts: Mapping[str, int], last: Mapping[str, int] | None) -> tuple[Share, ...]:
    """The five levels, best first, those that nobody gave too."""
    names = {code: sliced("rated", "level", code) for code in LEVELS_ZH}
    return tuple(
        Share(
            code=code,
            name=zh,
            count=counts.get(names[code], 0),
            share=rate(counts.get(names[code], 0), counts["rated"]),
            figure=names[code],
            last_period=last.get(names[code], 0) if last is not None else None,
        )
        for code, zh in LEVELS_ZH.items()
    )
