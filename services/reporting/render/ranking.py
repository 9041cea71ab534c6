"""Who is first and who is last: the units of a circular in the order of what they kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.reporting.circular import UnitRow

NAMED: Final = 3
"""How many are named at either end."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Units judged in the period. `first` and `last` never name the same unit.

    Of equal rates the one with more completions on time, then fewer overdue cases, stands before.
    `ranks`: among the towns or the departments, equal rates sharing a rank; None where nothing was due.
    Only units at or above the threshold can be first, only those below 100 % last.
    """

    towns: tuple[UnitRow, ...]
    departments: tuple[UnitRow, ...]
    first: tuple[UnitRow, ...]
    last: tuple[UnitRow, ...]
    below: tuple[UnitRow, ...]
    ranks: Mapping[str, int | None]


def ranking(units: Sequence[UnitRow]) -> Ranking:
    """The order of all units; those where nothing was due stand behind, by what they had to do."""
    ordered = tuple(sorted(units, key=_key))
    judged = [unit for unit in ordered if unit.on_time_rate is not None]
    last = tuple([unit for unit in reversed(judged) if unit.on_time_rate != 1.0][:NAMED])
    return Ranking(
        towns=tuple(unit for unit in ordered if unit.territorial),
        departments=tuple(unit for unit in ordered if not unit.territorial),
        first=tuple([unit for unit in judged if not unit.below_threshold and unit not in last][:NAMED]),
        last=last,
        below=tuple(unit for unit in reversed(judged) if unit.below_threshold),
        ranks={unit.code: _rank(unit, units) for unit in units},
    )


def _rank(unit: UnitRow, units: Sequence[UnitRow]) -> int | None:
    if unit.on_time_rate is None:
        return None
    better = [
        other
        for other in units
        if other.territorial == unit.territorial and (other.on_time_rate or 0.0) > unit.on_time_rate
    ]
    return len(better) + 1


def _key(unit: UnitRow) -> tuple[object, ...]:
    rate = unit.on_time_rate
    return (
        rate is None,
        -(rate or 0.0),
        -unit.completed_on_time,
        unit.overdue,
        -unit.dispatched,
        -unit.carried_over,
        unit.code,
    )
