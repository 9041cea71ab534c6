"""督办清单: rounds, letters, listings, consequences; then what looks like gaming."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from services.kit.documents.official import Block, Paragraph
from services.reporting.render.passages.late import LISTED, OF_LETTERS, late
from services.reporting.render.read import Read
from services.reporting.render.table import Column, counted, sum_of, table, touched
from services.reporting.render.wording import if_any, limit_day, person, short, short_day, some
from services.reporting.sections import GamingSign, LetterRow, ListedItem
from services.reporting.words import SUBJECTS_ZH

UNITS_NAMED: Final = 12


def supervised(one: Read) -> Iterator[Block]:
    """A paragraph each, with its table."""
    told, n = one.circular.supervised, one.n
    yield Paragraph(_rounds(n))
    yield Paragraph(_letters(n))
    yield from _by_unit(touched(told.letters))
    yield from late("逾期未回复的督办函", "件", told.late_letters, n["letters_overdue"], OF_LETTERS)
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
    voided = if_any(n, "letters_voided", "，作废{}件")
    return (
        f"整改督办函：本期发出{n['letters_issued']}件，签收{n['letters_received']}件，"
        f"回复{n['letters_answered']}件，验收{n['letters_accepted']}件，退回{n['letters_returned']}件，"
        f"销号{n['letters_struck_off']}件{voided}；"
        f"截至期末，未销号{n['letters_open']}件，逾期未回复{n['letters_overdue']}件。"
    )


def _by_unit(rows: Sequence[LetterRow]) -> Iterator[Block]:
    if overdue := [f"{row.name}（{row.overdue}件）" for row in rows if row.overdue]:
        yield Paragraph(f"逾期未回复督办函的单位：{some(overdue, UNITS_NAMED)}，责令立即回复。")
    if rows:
        yield table(rows, LETTERS, "整改督办函办理情况（件）")


def _listings(n: Mapping[str, int]) -> str:
    if not (n["listings_open"] or n["listings_opened"] or n["listings_struck_off"]):
        return "挂牌督办：本期无挂牌督办事项。"
    return (
        f"挂牌督办：本期新增{n['listings_opened']}项，报送进展{n['listings_progressed']}次，"
        f"销号{n['listings_struck_off']}项；"
        f"截至期末，在督{n['listings_open']}项，逾期未报进展{n['listings_silent']}项。"
    )


def _listed(items: Sequence[ListedItem], count: int) -> Iterator[Block]:
    if items:
        which = f"，最早的{LISTED}项如下" if count > LISTED else ""
        yield Paragraph(f"在督的挂牌事项{count}项{which}：")
        yield table(items[:LISTED], LISTINGS)


def _gaming(signs: Sequence[GamingSign]) -> Iterator[Block]:
    """Where somebody should look; the public edition has no units."""
    found = [sign for sign in signs if sign.count]
    if found:
        told = "；".join(f"{sign.zh}{sign.count}起{_whose(sign)}" for sign in found)
        yield Paragraph(f"疑似弄虚作假线索：{told}。以上线索由督查机构核查，未经核实不作认定。")


def _whose(sign: GamingSign) -> str:
    units = [f"{unit.name}{unit.count}起" for unit in sign.units]
    return f"（{some(units, UNITS_NAMED)}）" if units else ""


LETTERS: Final[Sequence[Column[LetterRow]]] = (
    Column("单位", lambda row: row.name, 2.4, left=True, total=sum_of),
    counted("发出", lambda row: row.issued, "本期"),
    counted("回复", lambda row: row.answered, "本期"),
    counted("销号", lambda row: row.struck_off, "本期"),
    counted("未销号", lambda row: row.open, "期末"),
    counted("逾期未回复", lambda row: row.overdue, "期末", alarming=True),
)
LISTINGS: Final[Sequence[Column[ListedItem]]] = (
    Column("事项", lambda item: short(item.text, 30) or SUBJECTS_ZH[item.subject], 2.6, left=True),
    Column("责任单位", lambda item: item.unit_name, 1.6, left=True),
    Column("责任人", lambda item: person(item.post_title, item.holder), 1.8, left=True),
    Column("挂牌日期", lambda item: short_day(item.since), 1.1),
    Column(
        "下次报进展",
        lambda item: limit_day(item.report_due) if item.report_due else "待定",
        1.2,
        alarming=lambda item: item.silent,
    ),
)
