"""Red and black lists (红黑榜): best five and worst five by each measure, towns apart. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from services.reporting.circular import UnitRow
from services.reporting.figures import sliced
from services.reporting.part import rate
from services.reporting.sections import Board, Boards, Place, Satisfaction

ENDS: Final = 5
"""How many are named at either end, of few no more than half; those tied with the last of them too (榆林,
2021: ties unordered)."""

Value = Callable[[UnitRow, Mapping[str, int], Satisfaction], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of the lists. `flawless`: the value that is best of all, after which nobody is last.

    Who `falls_short` of what is demanded, or has the worst value of all, is never among the best.
    """

    name: str
    zh: str
    en: str
    flawless: float
    value: Value
    falls_short: Callable[[UnitRow, Satisfaction], bool] = lambda *_: False


def boards(units: Sequence[UnitRow], counts: Mapping[str, int], answers: Satisfaction) -> Boards:
    """Each measure's board for the towns and for the departments."""
    towns = [unit for unit in units if unit.territorial]
    departments = [unit for unit in units if not unit.territorial]
    return Boards(
        towns=tuple(_board(measure, towns, counts, answers) for measure in MEASURES),
        departments=tuple(_board(measure, departments, counts, answers) for measure in MEASURES),
    )


def _board(
    measure: Measure, units: Sequence[UnitRow], counts: Mapping[str, int], answers: Satisfaction
) -> Board:
    valued = [(value, unit) for unit in units if (value := measure.value(unit, counts, answers)) is not None]
    places = _places(valued, measure.flawless == 1.0)
    short = {unit.code for _, unit in valued if measure.falls_short(unit, answers)}
    most = min(ENDS, (len(valued) + 1) // 2)
    good = [
        place for place in places if short.isdisjoint(place.units) and place.value != 1 - measure.flawless
    ]
    best = _first(good, most)
    rest = [place for place in reversed(places) if place not in best and place.value != measure.flawless]
    return Board(
        measure=measure.name,
        zh=measure.zh,
        en=measure.en,
        judged=len(valued),
        best=best,
        worst=_first(rest, most),
    )


def _places(valued: Sequence[tuple[float, UnitRow]], high_is_good: bool) -> list[Place]:
    """The best first; units of one value share a place, by code, which is no order among them."""
    ordered = sorted(valued, key=lambda one: (-one[0] if high_is_good else one[0], one[1].code))
    return [
        _place(value, [unit for _, unit in tied]) for value, tied in groupby(ordered, key=lambda one: one[0])
    ]


def _place(value: float, tied: Sequence[UnitRow]) -> Place:
    return Place(value=value, units=tuple(one.code for one in tied), names=tuple(one.name for one in tied))


def _first(places: Sequence[Place], most: int) -> tuple[Place, ...]:
    """Places until so many units are named."""
    taken: list[Place] = []
    for place in places:
        if sum(len(one.units) for one in taken) >= most:
            break
        taken.append(place)
    return tuple(taken)


def _satisfied(unit: UnitRow, _: Mapping[str, int], answers: Satisfaction) -> float | None:
    return next((row.rate for row in answers.units if row.code == unit.code and not row.small), None)


def _signed_in_time(unit: UnitRow, counts: Mapping[str, int], _: Satisfaction) -> float | None:
    late = counts.get(sliced("signed_late", "unit", unit.code), 0)
    return rate(unit.signed_in_time, unit.signed_in_time + late + unit.unsigned_overdue)


MEASURES: Final = (
    Measure(
        "on_time",
        "按期办结率",
        "on-time completion",
        1.0,
        lambda unit, *_: unit.on_time_rate,
        lambda unit, _: unit.below_threshold,
    ),
    Measure(
        "satisfied",
        "回访满意率",
        "satisfaction",
        1.0,
        _satisfied,
        lambda unit, answers: unit.code in answers.below,
    ),
    Measure("signed_in_time", "按时签收率", "timely receipt", 1.0, _signed_in_time),
    Measure(
        "return_rate",
        "回退率",
        "return rate",
        0.0,
        lambda unit, *_: rate(unit.returned, unit.carried_over + unit.dispatched),
    ),
    Measure(
        "redo_rate",
        "重办率",
        "redo rate",
        0.0,
        lambda unit, *_: rate(unit.redone, unit.carried_over + unit.dispatched),
    ),
)
"""Of what a unit had in hand (carried over and dispatched): the share returned, the share sent back to it."""
