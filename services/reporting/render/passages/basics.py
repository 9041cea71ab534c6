"""基本情况: what came in, what was done, whether in time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from services.kit.documents.official import Bar, Bars, Block, Paragraph, Remark, Table
from services.reporting.render.read import Read, named_shares
from services.reporting.render.table import Column, table
from services.reporting.render.wording import change, if_any, percent, short_day
from services.reporting.sections import TrendPoint

CHANNELS_NAMED: Final = 4


def basics(one: Read) -> Iterator[Block]:
    """The period in sentences, in its balance, in slices, after those before it."""
    yield Paragraph("".join(_received(one)) + "。")
    yield Paragraph("".join(_done(one)) + "。")
    n = one.n
    if n["latecomers"]:
        yield Paragraph(f"上期数据截止后补到的记录{n['latecomers']}条，按规定计入本期，明细中逐条标明。")
    yield _balance(n)
    if n["assigned"] or n["received"]:
        yield one.bars(one.circular.kinds, "新交办按性质")
        yield one.bars(one.circular.channels, "受理按来源")
        if one.last is not None:
            yield Remark(f"注：末列为较{one.then}增减件数。")
    if len(one.circular.trend) > 1:
        yield from _trend(one.circular.trend)


def _received(one: Read) -> Iterator[str]:
    c, n = one.circular, one.n
    whole = c.authority.name[-1:] or "县"
    yield f"{short_day(c.first)}至{short_day(c.last)}，全{whole}共受理群众诉求{n['received']}件"
    before = one.before("received")
    yield f"（无{one.then}数据可比）" if before is None else f"，{change(n['received'], before, one.then)}"
    if n["received"]:
        named = [f"{s.name}{s.count}件" for s in named_shares(c.channels, CHANNELS_NAMED)]
        yield f"，其中{'、'.join(named)}{'等' if len(c.channels) > CHANNELS_NAMED else ''}"
    yield f"。新交办{n['assigned']}件"
    if n["assigned"]:
        yield f"，按性质分：{'、'.join(f'{s.name}{s.count}件（{percent(s.share)}）' for s in c.kinds)}"
    redone = if_any(n, "redone", "（其中重办{}件次）")
    yield if_any(n, "redispatched", f"；退回、改派、重办或拆分后再次交办{{}}件次{redone}")


def _done(one: Read) -> Iterator[str]:
    c, n = one.circular, one.n
    yield f"本期签收{n['signed']}件"
    if c.signed_in_time_rate is not None:
        due = n["signed_in_time"] + n["signed_late"] + n["unsigned_overdue"]
        yield f"；应签收{due}件，按时签收{n['signed_in_time']}件，按时签收率{percent(c.signed_in_time_rate)}"
    yield f"；逾期仍未签收{n['unsigned_overdue']}件"
    yield if_any(n, "signed_unjudged", "；已签收而时限未定的{}件待判定")
    yield f"。办结{n['completed']}件"
    before = one.before("completed")
    yield f"，{change(n['completed'], before, one.then)}" if before is not None else ""
    yield from _in_time(one)
    yield if_any(n, "unjudged", "。已办结而时限未定的{}件待判定，时限确定后补判")
    yield f"。退回{n['returned']}件，转办{n['reassigned']}件"
    yield if_any(n, "withdrawn", "，群众撤回{}件")
    yield if_any(n, "refused", "，不予受理{}件")
    yield if_any(n, "merged", "，同一事项并办{}件")
    yield if_any(n, "returned_overdue", "；逾期退回{}件，计入退回单位的应办结")
    yield f"。截至期末，超期未办结{n['overdue']}件"
    yield if_any(n, "without_limit", "，另有{}件时限待定或已挂起")


def _in_time(one: Read) -> Iterator[str]:
    c, n = one.circular, one.n
    if c.on_time_rate is None:
        yield "；本期无应办结事项"
        return
    yield f"；应办结{n['due']}件，按期办结{n['completed_on_time']}件，按期办结率{percent(c.on_time_rate)}"
    yield f"，{'低于' if one.below else '达到'}{one.threshold}的标准"
    if c.last_on_time_rate is not None:
        yield f"（{one.then}{percent(c.last_on_time_rate)}）"
    yield if_any(n, "judged_afterwards", "；含以前办结、本期补判的{}件")


def _balance(n: Mapping[str, int]) -> Table:
    """Carried over and dispatched, less all that was closed, is what is carried forward."""
    closed = {
        "本期办结": n["completed"],
        "退回": n["returned"],
        "转办": n["reassigned"],
        "撤回、不受理": n["withdrawn"] + n["refused"],
        "并办": n["merged"],
    }
    terms = {"上期结转": f"{n['carried_over']}", "本期交办": f"＋{n['dispatched']}"}
    terms |= {name: f"－{count}" for name, count in closed.items() if count or name == "本期办结"}
    terms["结转下期"] = f"＝{n['carried_forward']}"
    return Table(tuple(terms), (tuple(terms.values()),), caption="收支平衡（件）")


def _trend(points: Sequence[TrendPoint]) -> Iterator[Block]:
    """Circular by circular."""
    bars = tuple(Bar(short_day(point.last), point.received, f"{point.received}件") for point in points)
    yield Bars(bars, caption="受理诉求，逐期（截至日）")
    yield table(points, TREND, "逐期对比")


TREND: Final[Sequence[Column[TrendPoint]]] = (
    Column("截至", lambda point: short_day(point.last)),
    Column("受理（件）", lambda point: str(point.received)),
    Column("办结（件）", lambda point: str(point.completed)),
    Column("超期未办结（件）", lambda point: str(point.overdue), 1.5),
    Column("按期办结率", lambda point: percent(point.on_time_rate), 1.1),
    Column("回访满意率", lambda point: percent(point.satisfied_rate), 1.1),
)
