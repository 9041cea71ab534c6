"""The table of what stands past its day, the longest first: promises, projects, letters."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.kit.documents.official import Block, Paragraph
from services.reporting.render.table import Column, table
from services.reporting.render.wording import limit_day, person, short
from services.reporting.sections import LateItem

LISTED: Final = 10


def late(
    what: str, measure: str, items: Sequence[LateItem], count: int, columns: Sequence[Column[LateItem]]
) -> Iterator[Block]:
    """Nothing where nothing is late."""
    if items:
        which = f"，最久的{LISTED}{measure}如下" if count > LISTED else ""
        yield Paragraph(f"{what}{count}{measure}{which}：")
        yield table(items[:LISTED], columns)


_DUE: Final[Column[LateItem]] = Column("期限", lambda item: limit_day(item.due), 1.1)
_SINCE: Final[Column[LateItem]] = Column(
    "已超期", lambda item: f"{item.days_late}天", alarming=lambda _: True
)
OF_LISTS: Final[Sequence[Column[LateItem]]] = (
    Column("编号", lambda item: item.number, 1.7),
    Column("内容", lambda item: short(item.text, 30), 3.1, left=True),
    Column("责任单位", lambda item: item.unit_name, 1.8, left=True),
    Column("责任人", lambda item: person(item.post_title, item.holder), 1.8, left=True),
    _DUE,
    _SINCE,
)
OF_LETTERS: Final[Sequence[Column[LateItem]]] = (
    Column("文号", lambda item: item.number, 2),
    Column("单位", lambda item: item.unit_name, 2, left=True),
    _DUE,
    _SINCE,
)
