"""The first page of a circular: for those who would rather look than read."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.kit.documents.official import Block, Column, Columns, Entry, Tile, Tiles
from services.reporting.part import falls_short
from services.reporting.render.read import Read
from services.reporting.render.wording import DASH, percent, place, some, tick
from services.reporting.sections import Board, Burning, Place

TOP: Final = 3
TIED: Final = 2
"""How many are named at either end; how many of more that are tied."""
QUIET: Final = "本期无超期、无红色督办单、无满意率不达标单位。"
LONGEST: Final = frozenset({"overdue", "promises_overdue", "projects_overdue", "letters_overdue"})
"""What burns by how long it is late."""


def summary(one: Read) -> Iterator[Block]:
    """Figures; who is first, who is last; what burns."""
    yield Tiles(tuple(_figures(one)))
    both = ((one.territory, one.circular.boards.towns), ("部门", one.circular.boards.departments))
    demanded = one.circular.authority.threshold
    yield Columns(tuple(column for name, board in both if name for column in _ends(name, board[0], demanded)))
    yield Columns((Column("什么最急", tuple(map(_burning, one.circular.burning)), QUIET, alarming=True),))


def _figures(one: Read) -> Iterator[Tile]:
    circular, answers = one.circular, one.circular.satisfaction
    yield _tile(one, "received", "受理诉求（件）")
    before = _rate_before(one, circular.last_on_time_rate)
    late = circular.on_time_rate is not None and one.below
    yield Tile(percent(circular.on_time_rate), "按期办结率", f"标准{one.threshold}{before}", late)
    before = _rate_before(one, answers.last_rate)
    if not before and answers.answered:
        before = f"，评价{answers.answered}件"
    low = falls_short(answers.satisfied, answers.answered, answers.required)
    yield Tile(percent(answers.rate), "回访满意率", f"标准{percent(answers.required, 0)}{before}", low)
    yield _tile(one, "overdue", "超期未办结（件）", alarming=one.n["overdue"] > 0)


def _tile(one: Read, figure: str, name: str, *, alarming: bool = False) -> Tile:
    now = one.n[figure]
    return Tile(str(now), name, tick(now, one.before(figure), one.then), alarming)


def _rate_before(one: Read, before: float | None) -> str:
    return f"，{one.then}{percent(before)}" if before is not None else ""


def _ends(name: str, board: Board, demanded: float) -> tuple[Column, Column]:
    """Who is first and who is last by the share completed on time."""
    best, last = ("无达标单位", "无未达100%的单位") if board.judged else ("本期无应办结事项", DASH)
    return (
        Column(f"{name}按期办结谁在前", tuple(_entries(board.best, 0.0)), best),
        Column(f"{name}按期办结谁在后", tuple(_entries(board.worst, demanded)), last, alarming=True),
    )


def _entries(places: Sequence[Place], demanded: float) -> Iterator[Entry]:
    for names, value in ends(places):
        yield Entry(names, percent(value), alarming=value < demanded)


def ends(places: Sequence[Place]) -> list[tuple[str, float]]:
    """Name and value of those at one end of a board, three or so; more of one value in one line."""
    told: list[tuple[str, float]] = []
    for one in places:
        if len(told) >= TOP:
            break
        names = [place(name) for name in one.names]
        few = len(names) <= TOP - len(told)
        told += ((name, one.value) for name in (names if few else [some(names, TIED)]))
    return told


def _burning(one: Burning) -> Entry:
    """How much of what burns there is, and which of it burns most."""
    worst = f"最久{one.worst}" if one.worst and one.kind in LONGEST else one.worst
    return Entry(one.zh, f"{one.count}{one.unit}", worst, alarming=True)
