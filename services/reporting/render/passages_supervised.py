"""What a printed circular says of rounds, letters, listings and signs of gaming (督办清单)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from services.kit.documents.official import Block, Paragraph, Table
from services.reporting.render.html import (
    LATE_LISTED,
    limit_day,
    or_dash,
    overdue_named,
    short,
    short_day,
    touched,
    with_counts,
)
from services.reporting.render.summary import Read
from services.reporting.sections import GamingSign, LateItem, ListedItem, Supervised

LETTERS: Final[Mapping[str, str]] = {
    "issued": "本期发出",
    "answered": "回复",
    "struck_off": "销号",
    "open": "期末未销号",
    "overdue": "逾期未回复",
}


def supervised(one: Read) -> Iterator[Block]:
    """Rounds, letters, listings, consequences, in this order; then what looks like gaming."""
    told, n = one.circular.supervised, one.n
    if told is None:
        return
    yield Paragraph(_rounds(n))
    yield Paragraph(_letters(n))
    yield from _by_unit(told)
    yield from _late(told.late_letters, n["letters_overdue"])
    yield Paragraph(_listings(n))
    yield from _listed(told.listings, n["listings_open"])
    drawn = [f"{row.name}{row.count}次" for row in told.consequences if row.count]
    if drawn:
        yield Paragraph(f"督办升级：本期提请{'、'.join(drawn)}。")
    yield from _gaming(one.circular.gaming)


def _rounds(n: Mapping[str, int]) -> str:
    if not (n["rounds_held"] or n["findings"] or n["projects_updated"]):
        return "巡回指导：本期未开展巡回指导。"
    return (
        f"巡回指导：本期完成巡回指导{n['rounds_held']}轮，发现问题{n['findings']}个，"
        f"就此发出整改督办函{n['letters_of_findings']}件，推动更新项目{n['projects_updated']}个。"
    )


def _letters(n: Mapping[str, int]) -> str:
    steps = ("issued", "received", "answered", "accepted", "returned", "struck_off", "voided", "open")
    if not any(n[f"letters_{step}"] for step in steps):
        return "整改督办函：本期未发出，期末无未销号的督办函。"
    voided = f"，作废{n['letters_voided']}件" if n["letters_voided"] else ""
    return (
        f"整改督办函：本期发出{n['letters_issued']}件，签收{n['letters_received']}件，"
        f"回复{n['letters_answered']}件，验收{n['letters_accepted']}件，退回{n['letters_returned']}件，"
        f"销号{n['letters_struck_off']}件{voided}；"
        f"截至期末，未销号{n['letters_open']}件，逾期未回复{n['letters_overdue']}件。"
    )


def _by_unit(told: Supervised) -> Iterator[Block]:
    rows = touched(told.letters)
    if overdue := overdue_named(rows):
        yield Paragraph(f"逾期未回复督办函的单位：{overdue}，责令立即回复。")
    if rows:
        columns = list(LETTERS)
        yield Table(
            ("单位", *LETTERS.values()),
            tuple((row.name, *(or_dash(getattr(row, column)) for column in columns)) for row in rows),
            (2.4, *[1.0] * len(columns)),
            frozenset({0}),
            frozenset((at, len(columns)) for at, row in enumerate(rows) if row.overdue),
            ("合计", *(or_dash(sum(getattr(row, column) for row in rows)) for column in columns)),
            "整改督办函办理情况",
        )


def _late(items: Sequence[LateItem], count: int) -> Iterator[Block]:
    if not items:
        return
    which = f"，最久的{LATE_LISTED}件如下" if count > LATE_LISTED else ""
    yield Paragraph(f"逾期未回复的督办函{count}件{which}：")
    rows = tuple(
        (item.number, item.unit_name, limit_day(item.due), f"{item.days_late}天")
        for item in items[:LATE_LISTED]
    )
    alarming = frozenset((at, 3) for at in range(len(rows)))
    yield Table(("文号", "单位", "回复期限", "已超期"), rows, (2, 2, 1, 1), frozenset({1}), alarming)


def _listings(n: Mapping[str, int]) -> str:
    if not (n["listings_open"] or n["listings_opened"] or n["listings_struck_off"]):
        return "挂牌督办：本期无挂牌督办事项。"
    return (
        f"挂牌督办：本期新增{n['listings_opened']}项，报送进展{n['listings_progressed']}次，"
        f"销号{n['listings_struck_off']}项；"
        f"截至期末，在督{n['listings_open']}项，逾期未报进展{n['listings_silent']}项。"
    )


def _listed(items: Sequence[ListedItem], count: int) -> Iterator[Block]:
    if not items:
        return
    which = f"，最早的{LATE_LISTED}项如下" if count > LATE_LISTED else ""
    yield Paragraph(f"在督的挂牌事项{count}项{which}：")
    shown = items[:LATE_LISTED]
    rows = tuple(
        (
            short(item.text, 30),
            item.unit_name,
            f"{item.post_title} {item.holder}" if item.holder else item.post_title,
            short_day(item.since),
            limit_day(item.report_due) if item.report_due else "待定",
        )
        for item in shown
    )
    headings = ("事项", "责任单位", "责任人", "挂牌日期", "下次报进展")
    alarming = frozenset((at, 4) for at, item in enumerate(shown) if item.silent)
    yield Table(headings, rows, (2.6, 1.6, 1.8, 1, 1.1), frozenset({0, 1, 2}), alarming)


def _gaming(signs: Sequence[GamingSign]) -> Iterator[Block]:
    """Where somebody should look; the public edition has no units."""
    found = [sign for sign in signs if sign.count]
    if not found:
        return
    told = "；".join(f"{sign.zh}{sign.count}起{with_counts(sign.units)}" for sign in found)
    yield Paragraph(f"疑似弄虚作假线索：{told}。以上线索由督查机构核查，未经核实不作认定。")
