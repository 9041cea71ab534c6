"""督办情况: notices by colour, further limits by kind, what is overdue and who answers for it."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from services.kit.documents.official import Block, Paragraph
from services.reporting.circular import OverdueCase
from services.reporting.render.read import Read
from services.reporting.render.table import Column, counted, sum_of, table, touched
from services.reporting.render.wording import if_any, limit_day, person, some
from services.reporting.sections import FurtherRow

LISTED: Final = 30
UNITS_NAMED: Final = 12


def supervision(one: Read) -> Iterator[Block]:
    """The longest overdue first."""
    yield from _notices(one)
    if further := touched(one.circular.progress.further):
        yield table(further, FURTHER, "裁定、延期、协办、整改时限（项）")
    if not one.circular.overdue:
        yield Paragraph("截至期末，无超期未办结事项。")
        return
    more = one.n["overdue"] - LISTED
    which = f"超期最久的{LISTED}件如下，其余{more}件见电子明细" if more > 0 else "清单如下"
    yield Paragraph(f"超期未办结事项共{one.n['overdue']}件，{which}：")
    listed = [Numbered(at, case) for at, case in enumerate(one.circular.overdue[:LISTED], start=1)]
    # The public edition names no single matter.
    named = any(row.case.receipt for row in listed)
    yield table(listed, [column for column in OVERDUE if named or column is not RECEIPT])


def _notices(one: Read) -> Iterator[Block]:
    c, n = one.circular, one.n
    if not n["notices"]:
        yield Paragraph("本期未发出督办单。")
        return
    slips = "、".join(f"{s.name}{s.count}份" for s in c.notices)
    limits = "、".join(f"{s.name}{s.count}份" for s in c.notices_by_limit)
    by_limit = f"；按时限分：{limits}" if limits else ""
    collapsed = if_any(n, "notices_collapsed", "；另有{}份并入同一事项的后一督办单")
    received = if_any(n, "acknowledged", "收到回执{}份次。")
    yield Paragraph(f"本期发出督办单{n['notices']}份：{slips}{by_limit}{collapsed}。{received}")
    if red := [f"{unit.name}{unit.count}份" for unit in c.supervised.red_slips]:
        yield Paragraph(f"收到红色督办单的单位：{some(red, UNITS_NAMED)}。")


class Numbered(NamedTuple):
    """A case and which one of the list it is."""

    at: int
    case: OverdueCase


def _answers(case: OverdueCase) -> str:
    """Who had the post on the day it fell due, and who has it now."""
    now = f"（现任{case.successor}）" if case.successor else ""
    return f"{person(case.post_title, case.holder)}{'' if case.holder else '（空缺）'}{now}"


RECEIPT: Final[Column[Numbered]] = Column("回执号", lambda row: row.case.receipt, 2)
OVERDUE: Final[Sequence[Column[Numbered]]] = (
    Column("序号", lambda row: str(row.at), 0.6),
    RECEIPT,
    Column(
        "事项",
        lambda row: row.case.category_name if row.case.signed else f"{row.case.category_name}（未签收）",
        1.5,
        left=True,
    ),
    Column("承办单位", lambda row: row.case.unit_name, 1.6, left=True),
    Column("责任领导", lambda row: _answers(row.case), 2, left=True),
    Column("办结期限", lambda row: limit_day(row.case.due), 1.1),
    Column("已超期", lambda row: f"{row.case.days_late}天", 0.9, alarming=lambda _: True),
)
FURTHER: Final[Sequence[Column[FurtherRow]]] = (
    Column("时限", lambda row: row.name, 1.8, left=True, total=sum_of),
    counted("立限", lambda row: row.set, "本期"),
    counted("了结", lambda row: row.met, "本期"),
    counted("其中逾期", lambda row: row.met_late, "本期"),
    counted("因故终止", lambda row: row.ended, "本期"),
    counted("未了", lambda row: row.open, "期末"),
    counted("其中逾期", lambda row: row.passed, "期末", alarming=True),
)
