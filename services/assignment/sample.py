"""Call-back samples (回访抽样): drawn by unit, from a seed, so that anybody can draw the same again. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from random import Random
from typing import Final
from uuid import UUID

LEAST: Final = Decimal("0.10")
"""The least share of each unit's replies (Qinglong county: a call-back sample of at least 10 % a month)."""
METHOD: Final = (
    "按办理单位分层：每个单位在区间内已答复的办件按编号（case_id）升序排列，以“种子/单位代码”为种子用 Python "
    "random.Random 的 sample 抽取，件数为件数乘以比例向上取整，至少一件。"
)
"""How a sample is drawn, in words: with the seed and the list anybody redoes it."""


@dataclass(frozen=True, slots=True)
class Replied:
    """A case with a reply that stands, and the unit whose reply it is."""

    case_id: UUID
    unit: str


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, by whom and from how many; days are local and both count."""

    sample_id: UUID
    first_day: date
    last_day: date
    share: Decimal
    seed: str
    population: int
    drawn: tuple[Replied, ...]
    drawn_by: str
    drawn_at: datetime


def draw(replied: Iterable[Replied], share: Decimal, seed: str) -> list[Replied]:
    """Of each unit its share, rounded up; in the order of units and cases."""
    strata: defaultdict[str, list[Replied]] = defaultdict(list)
    for one in replied:
        strata[one.unit].append(one)
    return [one for unit in sorted(strata) for one in _of_unit(strata[unit], share, f"{seed}/{unit}")]


def _of_unit(replied: Sequence[Replied], share: Decimal, seed: str) -> list[Replied]:
    ordered = sorted(replied, key=lambda one: one.case_id)
    count = int((len(ordered) * share).to_integral_value(ROUND_CEILING))
    chosen = Random(seed).sample(ordered, count)  # noqa: S311  a public draw, to be done again by anybody
    return sorted(chosen, key=lambda one: one.case_id)
