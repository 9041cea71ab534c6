"""A circular with what is reckoned from it once, and the first page's summary."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.kit.documents.official import Block, Column, Columns, Tile, Tiles
from services.reporting.circular import Circular, UnitRow
from services.reporting.figures import FIGURES
from services.reporting.render.html import THEN_ZH, percent, tick
from services.reporting.render.ranking import Ranking, ranking

BURNING: Final = 3


@dataclass(frozen=True, slots=True)
class Read:
    """A circular with what is reckoned from it once. `n`: every whole figure, those unknown then as 0."""

    circular: Circular
    n: Mapping[str, int]
    last: Mapping[str, int] | None
    ranking: Ranking

    def before(self, figure: str) -> int | None:
        """The figure of the period before; None where there is none to compare with."""
        return self.last.get(figure, 0) if self.last is not None else None

    def tile(self, figure: str, name: str, *, alarming: bool = False) -> Tile:
        """A figure to look at, with how it changed."""
        now = self.n[figure]
        return Tile(str(now), name, tick(now, self.before(figure), self.then), alarming)

    @property
    def then(self) -> str:
        """What the period before is called."""
        return THEN_ZH[self.circular.kind]

    @property
    def threshold(self) -> str:
        return percent(self.circular.authority.threshold, 0)


def read(circular: Circular) -> Read:
    counts = dict.fromkeys(FIGURES, 0) | circular.counts
    return Read(circular, counts, circular.last_period, ranking(circular.units))


def summary(one: Read) -> Iterator[Block]:
    """Who is first, who is last, what burns: for those who would rather look than read."""
    yield _figures(one)
    burning = tuple(
        (f"{case.unit_name}：{case.category_name}", f"超{case.days_late}天")
        for case in one.circular.overdue[:BURNING]
    )
    yield Columns(
        (
            Column("领先单位", _rates(one.ranking.first), "本期无应办结事项达标单位"),
            Column("末位单位", _rates(one.ranking.last), "本期无未达百分之百的单位", alarming=True),
            Column("急办事项", burning, "本期无超期未办结事项", alarming=True),
        )
    )


def _figures(one: Read) -> Tiles:
    circular, overdue = one.circular, one.n["overdue"]
    before = circular.last_on_time_rate
    rate_before = f"，{one.then}{percent(before)}" if before is not None else ""
    return Tiles(
        (
            one.tile("received", "受理诉求（件）"),
            Tile(percent(circular.on_time_rate), "按期办结率", f"标准{one.threshold}{rate_before}"),
            one.tile("overdue", "超期未办结（件）", alarming=bool(overdue)),
            one.tile("carried_forward", "结转下期（件）"),
        )
    )


def _rates(units: tuple[UnitRow, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((unit.name, percent(unit.on_time_rate)) for unit in units)
