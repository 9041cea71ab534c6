"""A circular with what is reckoned from it once, and the first page's summary."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.kit.documents.official import Bar, Bars, Block, Column, Columns, Tile, Tiles
from services.reporting.circular import Circular
from services.reporting.figures import FIGURES
from services.reporting.part import Share
from services.reporting.render.html import DASH, THEN_ZH, ends, percent, step, territory, tick, worst
from services.reporting.render.ranking import Ranking, ranking
from services.reporting.sections import Board, Place

QUIET: Final = "本期无超期、无红色督办单、无满意率不达标单位。"


@dataclass(frozen=True, slots=True)
class Read:
    """A circular with what is reckoned from it once. `n`: every whole figure, those unknown then as 0."""

    circular: Circular
    n: Mapping[str, int]
    last: Mapping[str, int] | None
    ranking: Ranking
    territory: str

    def before(self, figure: str) -> int | None:
        """The figure of the period before; None where there is none to compare with."""
        return self.last.get(figure, 0) if self.last is not None else None

    def tile(self, figure: str, name: str, *, alarming: bool = False) -> Tile:
        """A figure to look at, with how it changed."""
        now = self.n[figure]
        return Tile(str(now), name, tick(now, self.before(figure), self.then), alarming)

    def bars(self, shares: Sequence[Share], caption: str) -> Bars:
        """Slices of a figure to look at, each with how it changed."""
        return Bars(
            tuple(Bar(share.name, share.count, self._said(share)) for share in shares), caption=caption
        )

    def _said(self, share: Share) -> str:
        before = share.last_period if self.last is not None else None
        change = f"　{step(share.count, before)}" if before is not None else ""
        return f"{share.count}件　{percent(share.share)}{change}"

    @property
    def then(self) -> str:
        """What the period before is called."""
        return THEN_ZH[self.circular.kind]

    @property
    def threshold(self) -> str:
        return percent(self.circular.authority.threshold, 0)


def read(circular: Circular) -> Read:
    counts = dict.fromkeys(FIGURES, 0) | circular.counts
    return Read(circular, counts, circular.last_period, ranking(circular.units), territory(circular.units))


def summary(one: Read) -> Iterator[Block]:
    """Who is first, who is last, what burns: for those who would rather look than read."""
    yield Tiles(tuple(_figures(one)))
    told = one.circular.boards
    if told is not None:
        groups = [(one.territory, told.towns[0]), ("部门", told.departments[0])]
        yield Columns(tuple(column for name, board in groups if name for column in _ends(name, board)))
    burning = tuple(
        (f"{what.zh}：{worst(what)}" if what.worst else what.zh, f"{what.count}{what.unit}")
        for what in one.circular.burning
    )
    yield Columns((Column("什么最急", burning, QUIET, alarming=True),))


def _figures(one: Read) -> Iterator[Tile]:
    circular, n, answers = one.circular, one.n, one.circular.satisfaction
    yield one.tile("received", "受理诉求（件）")
    late = (
        circular.on_time_rate is not None and n["completed_on_time"] < circular.authority.threshold * n["due"]
    )
    before = _rate_before(one, circular.last_on_time_rate)
    yield Tile(percent(circular.on_time_rate), "按期办结率", f"标准{one.threshold}{before}", late)
    if answers is not None:
        before = _rate_before(one, answers.last_rate)
        if not before and answers.answered:
            before = f"，评价{answers.answered}件"
        low = answers.rate is not None and answers.rate < answers.required
        remark = f"标准{percent(answers.required, 0)}{before}"
        yield Tile(percent(answers.rate), "回访满意率", remark, low)
    yield one.tile("overdue", "超期未办结（件）", alarming=bool(n["overdue"]))


def _rate_before(one: Read, before: float | None) -> str:
    return f"，{one.then}{percent(before)}" if before is not None else ""


def _ends(name: str, board: Board) -> tuple[Column, Column]:
    """Who is first and who is last by the share completed on time."""
    best, last = ("无达标单位", "无未达100%的单位") if board.judged else ("本期无应办结事项", DASH)
    return (
        Column(f"{name}：谁在前", _rates(board.best), best),
        Column(f"{name}：谁在后", _rates(board.worst), last, alarming=True),
    )


def _rates(places: Sequence[Place]) -> tuple[tuple[str, str], ...]:
    return tuple((name, percent(value)) for name, value in ends(places))
