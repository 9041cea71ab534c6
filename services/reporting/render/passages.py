"""What the sections of a printed circular say: each a function from the circular to blocks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from services.kit.documents.official import (
    Bar,
    Bars,
    Block,
    Paragraph,
    Remark,
    Table,
    numeral,
)
from services.reporting.circular import OverdueCase, RepeatedCase
from services.reporting.part import Share
from services.reporting.render.html import (
    DASH,
    OVERDUE_LISTED,
    REPEATS_LISTED,
    TOP,
    change,
    limit_day,
    named_shares,
    percent,
    short_day,
    with_counts,
)
from services.reporting.render.passages_lists import further
from services.reporting.render.summary import Read

CHANNELS_NAMED: Final = 4
BARS: Final = 8


def basics(one: Read) -> Iterator[Block]:
    """What came in, what was done, whether in time."""
    yield Paragraph("".join(_received(one)) + "。")
    yield Paragraph("".join(_done(one)) + "。")
    n = one.n
    if n["latecomers"]:
        yield Paragraph(f"上期截取后补到的记录{n['latecomers']}条，按规定计入本期，明细中逐条标明。")
    yield _balance(n)
    if n["assigned"] or n["received"]:
        yield one.bars(one.circular.kinds, "新交办按性质")
        yield one.bars(one.circular.channels, "受理按来源")
        if one.last:
            yield Remark(f"注：末列为较{one.then}增减件数。")
    yield from _trend(one)


def _received(one: Read) -> Iterator[str]:
    c, n = one.circular, one.n
    whole = c.authority.name[-1:] or "县"
    yield f"{short_day(c.first)}至{short_day(c.last)}，全{whole}共受理群众诉求{n['received']}件"
    before = one.before("received")
    yield f"，{change(n['received'], before, one.then)}" if one.last else f"（无{one.then}数据可比）"
    if n["received"]:
        named = [f"{s.name}{s.count}件" for s in named_shares(c.channels, CHANNELS_NAMED)]
        yield f"，其中{'、'.join(named)}{'等' if len(c.channels) > CHANNELS_NAMED else ''}"
    yield f"。新交办{n['assigned']}件"
    if n["assigned"]:
        yield f"，按性质分：{'、'.join(f'{s.name}{s.count}件（{percent(s.share)}）' for s in c.kinds)}"
    if n["redispatched"]:
        redone = f"（其中重办{n['redone']}件次）" if n["redone"] else ""
        yield f"；退回、改派、重办或拆分后再次交办{n['redispatched']}件次{redone}"


def _done(one: Read) -> Iterator[str]:
    c, n = one.circular, one.n
    yield f"本期签收{n['signed']}件，其中按时签收{n['signed_in_time']}件，"
    yield f"按时签收率{percent(c.signed_in_time_rate)}；逾期仍未签收{n['unsigned_overdue']}件"
    yield _where(n, "signed_unjudged", "；已签收而时限未定的{}件待判定")
    yield f"。办结{n['completed']}件"
    yield f"，{change(n['completed'], one.before('completed'))}" if one.last else ""
    yield f"；应办结{n['due']}件，按期办结{n['completed_on_time']}件，按期办结率{percent(c.on_time_rate)}"
    if c.on_time_rate is not None:
        kept = n["completed_on_time"] >= c.authority.threshold * n["due"]
        yield f"，{'达到' if kept else '低于'}{one.threshold}的标准"
    if c.last_on_time_rate is not None:
        yield f"（{one.then}{percent(c.last_on_time_rate)}）"
    yield _where(n, "judged_afterwards", "；含以前办结、本期补判的{}件")
    yield _where(n, "unjudged", "。已办结而时限未定的{}件待判定，时限确定后补判")
    yield f"。退回{n['returned']}件，转办{n['reassigned']}件"
    yield _where(n, "withdrawn", "，群众撤回{}件")
    yield _where(n, "refused", "，不予受理{}件")
    yield _where(n, "merged", "，同一事项并办{}件")
    yield _where(n, "returned_overdue", "；逾期退回{}件，计入退回单位的应办结")
    yield f"。截至期末，超期未办结{n['overdue']}件"
    yield _where(n, "without_limit", "，另有{}件时限待定或已挂起")


def _trend(one: Read) -> Iterator[Block]:
    """Circular by circular, where there is more than one."""
    points = one.circular.trend
    if len(points) < 2:
        return
    bars = tuple(Bar(short_day(point.last), point.received, f"{point.received}件") for point in points)
    yield Bars(bars, caption="受理诉求，逐期（截至日）")
    rows = tuple(
        (
            short_day(point.last),
            *map(str, (point.received, point.completed, point.overdue)),
            percent(point.on_time_rate),
            percent(point.satisfied_rate),
        )
        for point in points
    )
    headings = ("截至", "受理", "办结", "超期未办结", "按期办结率", "回访满意率")
    yield Table(headings, rows, caption="逐期对比")


def _where(n: Mapping[str, int], figure: str, said: str) -> str:
    """What is said of a figure where there is anything to say."""
    return said.format(n[figure]) if n[figure] else ""


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
    terms |= {name: f"－{count}" for name, count in closed.items()}
    terms["结转下期"] = f"＝{n['carried_forward']}"
    return Table(tuple(terms), (tuple(terms.values()),), (1, 1, 1, 1, 1, 1.4, 1, 1), caption="收支平衡")


def named(one: Read) -> Iterator[Block]:
    """Units below the threshold, the worst first; without any, the sentence that says so."""
    below = one.ranking.below
    if not below:
        yield Paragraph(f"本期无按期办结率低于{one.threshold}的单位。")
        return
    yield Paragraph(f"按期办结率低于{one.threshold}的单位共{len(below)}个，予以点名，责令立即整改：")
    rows = tuple(
        (
            unit.name,
            percent(unit.on_time_rate),
            *map(
                str,
                (
                    unit.due,
                    unit.completed_on_time,
                    unit.due - unit.completed_on_time - unit.overdue - unit.returned_overdue,
                    unit.overdue,
                    unit.returned_overdue,
                ),
            ),
        )
        for unit in below
    )
    headings = ("单位", "按期办结率", "应办结", "按期办结", "超期办结", "超期未办结", "逾期退回")
    alarming = frozenset((at, 1) for at in range(len(rows)))
    yield Table(headings, rows, (2.4, 1.2, 1, 1, 1, 1.2, 1), frozenset({0}), alarming)
    threshold = one.circular.authority.threshold
    bars = tuple(Bar(u.name, u.on_time_rate or 0.0, percent(u.on_time_rate), alarming=True) for u in below)
    yield Bars(bars, whole=1.0, mark=threshold, caption=f"按期办结率（虚线：标准{one.threshold}）")


def hot(one: Read) -> Iterator[Block]:
    """What people ask for most, where, and what they ask for again."""
    c, n = one.circular, one.n
    subjects = named_shares(c.categories, TOP)
    if subjects:
        told = "；".join(f"{s.name}{s.count}件，占{percent(s.share)}{_before(s, one.then)}" for s in subjects)
        places = "、".join(f"{s.name}（{s.count}件）" for s in named_shares(c.towns, TOP))
        where = f"诉求较集中的地方是{places}。" if places else ""
        yield Paragraph(f"群众反映居前{numeral(len(subjects))}位的问题是：{told}。{where}")
        shares = named_shares(c.categories, BARS)
        yield one.bars(shares, "新交办事项按类别")
    else:
        yield Paragraph("本期无新交办事项。")
    if not n["repeats"]:
        yield Paragraph("本期无同一市民重复反映的事项。")
        return
    share = percent(n["repeats"] / n["assigned"]) if n["assigned"] else DASH
    yield Paragraph(
        f"同一市民就同一事项重复反映{n['repeats']}件，占新交办的{share}，承办单位须查明前次答复是否落实"
        f"{_asked_again(one)}："
    )
    listed = c.repeats[:REPEATS_LISTED]
    rows = tuple(map(_repeat, listed))
    table = Table(("回执号", "前次回执号", "事项", "承办单位", "本期"), rows, (2, 2, 1.6, 1.8, 0.8))
    yield table if _receipts(listed) else _without(_without(table, 0), 0)
    if n["repeats"] > len(listed):
        yield Paragraph(f"其余{n['repeats'] - len(listed)}件见电子明细。")


def _asked_again(one: Read) -> str:
    answers = one.circular.satisfaction
    if answers is None or not answers.repeats_answered:
        return ""
    return (
        f"；对重复反映事项回访得评价{answers.repeats_answered}件，满意{answers.repeats_satisfied}件，"
        f"满意率{percent(answers.repeats_rate)}"
    )


def _receipts(cases: Sequence[OverdueCase | RepeatedCase]) -> bool:
    return any(case.receipt for case in cases)


def _before(share: Share, then: str) -> str:
    return f"（{then}{share.last_period}件）" if share.last_period is not None else ""


def _repeat(one: RepeatedCase) -> tuple[str, ...]:
    done = "已办结" if one.completed else "未办结"
    return one.receipt, one.earlier or DASH, one.category_name, one.unit_name, done


def supervision(one: Read) -> Iterator[Block]:
    """Notices by colour; what is overdue, the longest first, and who answers for it."""
    c, n = one.circular, one.n
    if n["notices"]:
        slips = "、".join(f"{s.name}{s.count}份" for s in c.notices)
        limits = "、".join(f"{s.name}{s.count}份" for s in c.notices_by_limit)
        by_limit = f"；按时限分：{limits}" if limits else ""
        collapsed = _where(n, "notices_collapsed", "；并入后发督办单{}份")
        yield Paragraph(
            f"本期发出督办单{n['notices']}份：{slips}{by_limit}{collapsed}。收到回执{n['acknowledged']}份次。"
        )
    else:
        yield Paragraph("本期未发出督办单。")
    if red := with_counts(c.supervised.red_slips if c.supervised else (), "份"):
        yield Paragraph(f"收到红色督办单的单位{red}。")
    yield from further(one)
    if not c.overdue:
        yield Paragraph("截至期末，无超期未办结事项。")
        return
    more = n["overdue"] - OVERDUE_LISTED
    which = f"超期最久的{OVERDUE_LISTED}件如下，其余{more}件见电子明细" if more > 0 else "清单如下"
    yield Paragraph(f"超期未办结事项共{n['overdue']}件，{which}：")
    rows = tuple(_overdue(at, case) for at, case in enumerate(c.overdue[:OVERDUE_LISTED], start=1))
    headings = ("序号", "回执号", "事项", "承办单位", "责任领导", "办结期限", "已超期")
    alarming = frozenset((at, 6) for at in range(len(rows)))
    table = Table(headings, rows, (0.6, 2, 1.5, 1.6, 1.8, 1.1, 0.9), frozenset({3, 4}), alarming)
    yield table if _receipts(c.overdue) else _without(table, 1)


def _without(table: Table, place: int) -> Table:
    """The public edition names no single matter: the table without a column."""

    def left(row: Sequence[Any]) -> tuple[Any, ...]:
        return (*row[:place], *row[place + 1 :])

    return Table(
        left(table.headings),
        tuple(map(left, table.rows)),
        left(table.widths),
        frozenset(column - (column > place) for column in table.left if column != place),
        frozenset((at, column - (column > place)) for at, column in table.alarming),
    )


def _overdue(at: int, case: OverdueCase) -> tuple[str, ...]:
    held = f" {case.holder}" if case.holder else "（空缺）"
    now = f"（现任{case.successor}）" if case.successor else ""
    subject = case.category_name if case.signed else f"{case.category_name}（未签收）"
    return (
        str(at),
        case.receipt,
        subject,
        case.unit_name,
        f"{case.post_title}{held}{now}",
        limit_day(case.due),
        f"{case.days_late}天",
    )
