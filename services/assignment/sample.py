"""Call-back samples (回访抽样): drawn by unit, from a seed, so that anybody can draw the same again. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Final
from uuid import UUID

from services.kit.lot import by_lot

LEAST: Final = Decimal("0.10")
"""The least share of each unit's replies (Qinglong county: a call-back sample of at least 10 % a month)."""
METHOD: Final = (
    "按办理单位分层：对每个单位在区间内已答复的每件办件，计算“种子:办件编号（case_id）”的 SHA-256"
    "（十六进制），从小到大取前若干件，件数为该单位件数乘以比例向上取整，至少一件。"
)
"""How a sample is drawn, in words: with the seed and the list of replies anybody redoes it, with any tool."""


@dataclass(frozen=True, slots=True)
class Replied:
    """A case with a reply that stands, and the unit whose reply it is."""

    case_id: UUID
    unit: str


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, by whom and from which replies; days are local and both count.

    `seed_given`: whoever drew it named the seed; else it was drawn, too.
    """

    sample_id: UUID
    first_day: date
    last_day: date
    share: Decimal
    seed: str
    seed_given: bool
    replied: tuple[Replied, ...]
    drawn: frozenset[Replied]
    drawn_by: str
    drawn_at: datetime


def draw(replied: Iterable[Replied], share: Decimal, seed: str) -> set[Replied]:
    """Of each unit its share, rounded up."""
    strata: defaultdict[str, list[Replied]] = defaultdict(list)
    for one in replied:
        strata[one.unit].append(one)
    return {one for of_unit in strata.values() for one in _of_unit(of_unit, share, seed)}


def _of_unit(replied: Sequence[Replied], share: Decimal, seed: str) -> Iterator[Replied]:
    count = int((len(replied) * share).to_integral_value(ROUND_CEILING))
    yield from by_lot(replied, seed, lambda one: str(one.case_id))[:count]
