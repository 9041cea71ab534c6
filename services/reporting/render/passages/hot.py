"""热点与重复反映: what people ask for most, where, and what they ask for again."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.kit.documents.official import Block, Paragraph, numeral
from services.reporting.circular import RepeatedCase
from services.reporting.part import Share, rate
from services.reporting.render.read import Read, named_shares
from services.reporting.render.table import Column, table
from services.reporting.render.wording import DASH, percent, place

TOP: Final = 3
BARS: Final = 8
LISTED: Final = 10


def hot(one: Read) -> Iterator[Block]:
    """Subjects, then repeats."""
    subjects = named_shares(one.circular.categories, TOP)
    if subjects:
        told = "；".join(f"{s.name}{s.count}件，占{percent(s.share)}{_before(s, one.then)}" for s in subjects)
        places = "、".join(f"{place(s.name)}（{s.count}件）" for s in named_shares(one.circular.towns, TOP))
        where = f"诉求较集中的地方是{places}。" if places else ""
        yield Paragraph(f"群众反映居前{numeral(len(subjects))}位的问题是：{told}。{where}")
        yield one.bars(named_shares(one.circular.categories, BARS), "新交办事项按类别")
    else:
        yield Paragraph("本期无新交办事项。")
    if one.n["repeats"]:
        yield from _repeats(one)
    else:
        yield Paragraph("本期无同一市民重复反映的事项。")


def _before(share: Share, then: str) -> str:
    return f"（{then}{share.last_period}件）" if share.last_period is not None else ""


def _repeats(one: Read) -> Iterator[Block]:
    listed = one.circular.repeats[:LISTED]
    more = one.n["repeats"] - len(listed)
    which = f"，其中{len(listed)}件如下，其余{more}件见电子明细" if more else "，清单如下"
    yield Paragraph(
        f"同一市民就同一事项重复反映{one.n['repeats']}件，占新交办的{_of_assigned(one)}，"
        f"承办单位须查明前次答复是否落实{_asked_again(one)}{which}："
    )
    # The public edition names no single matter.
    yield table(listed, COLUMNS if any(case.receipt for case in listed) else COLUMNS[2:])


def _of_assigned(one: Read) -> str:
    return percent(rate(one.n["repeats"], one.n["assigned"]))


def _asked_again(one: Read) -> str:
    answers = one.circular.satisfaction
    if not answers.repeats_answered:
        return ""
    return (
        f"；对重复反映事项回访得到评价{answers.repeats_answered}件，满意{answers.repeats_satisfied}件，"
        f"满意率{percent(answers.repeats_rate)}"
    )


COLUMNS: Final[Sequence[Column[RepeatedCase]]] = (
    Column("回执号", lambda case: case.receipt, 2),
    Column("前次回执号", lambda case: case.earlier or DASH, 2),
    Column("事项", lambda case: case.category_name, 1.6, left=True),
    Column("承办单位", lambda case: case.unit_name, 1.8, left=True),
    Column("办理情况", lambda case: "已办结" if case.completed else "未办结", 0.9),
)
"""The receipts stand first."""
