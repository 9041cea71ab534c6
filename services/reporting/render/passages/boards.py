"""红黑榜: the best and the worst by each measure, towns and departments apart."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.kit.documents.official import Block, Heading, Remark
from services.reporting.render.read import Read
from services.reporting.render.table import Column, table
from services.reporting.render.wording import DASH, percent, some
from services.reporting.sections import Board, Place

TIED_NAMED: Final = 4


def boards(one: Read) -> Iterator[Block]:
    """Only measures by which anybody could be judged."""
    both = ((one.territory, one.circular.boards.towns), ("部门", one.circular.boards.departments))
    told = [(title, rows) for title, board in both if (rows := [row for row in board if row.judged])]
    if told:
        yield Remark(
            "注：各取前五名、后五名，数值相同的并列，不分先后。"
            "回退率＝退回÷（上期结转＋本期交办），重办率＝重办÷（上期结转＋本期交办），均以低为好；"
            f"回访评价不足{one.circular.satisfaction.minimum}件的不列入满意率；各项已达最好数值的不列入黑榜。"
        )
    for title, rows in told:
        yield Heading(2, title)
        yield table(rows, COLUMNS)


def _places(places: Sequence[Place]) -> str:
    return "\n".join(f"{percent(place.value)}　{some(place.names, TIED_NAMED)}" for place in places)


COLUMNS: Final[Sequence[Column[Board]]] = (
    Column("指标", lambda board: board.zh),
    Column("红榜（前五）", lambda board: _places(board.best) or DASH, 2.4, left=True),
    Column(
        "黑榜（后五）",
        lambda board: _places(board.worst) or "无",
        2.4,
        left=True,
        alarming=lambda board: bool(board.worst),
    ),
)
