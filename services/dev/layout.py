"""A printed official document held against GB/T 9704-2012, which is told here a second time.

What is measured is the PDF alone: nothing of the layout that made it is asked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import Final, Literal, NamedTuple, TypeVar

from services.dev.paper import POINT_MM, Glyph, Rule, Sheet

Form = Literal["file", "letter"]
"""文件, or 信函 (10.1)."""

PAPER_MM: Final = (210.0, 297.0)
LEFT_MM, TOP_MM, RIGHT_MM, BOTTOM_MM = 28.0, 37.0, 26.0, 35.0
TEXT_MM: Final = (156.0, 225.0)
LINES, CHARACTERS = 22, 28
BODY_PT, TITLE_PT, FOLIO_PT = 16.0, 22.0, 14.0
LEAST_HEAD_PT: Final = 30.0
SMALL_PRINT_PT: Final = 12.0
"""Tables, charts and remarks aren't larger, body text is."""
EM_MM: Final = BODY_PT * POINT_MM
PITCH_MM: Final = TEXT_MM[1] / LINES
ASCENT: Final = 0.88
"""Of a character's height, above the baseline."""
CLOSE_MM: Final = 0.5
FANGSONG: Final = re.compile("fang ?song|仿宋", re.IGNORECASE)
DAY: Final = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
MISSING: Final = "\0"
OPENING: Final = frozenset("（《〈“‘〔「『【")

Found = TypeVar("Found")


class Measure(NamedTuple):
    """What the standard rules, what was measured, whether it holds; None: there was nothing to judge."""

    what: str
    rule: str
    measured: str
    holds: bool | None


def measured(pages: Sequence[Sheet], form: Form) -> list[Measure]:
    """Every measure of a document in its form."""
    heads = _letter_head(pages[0]) if form == "letter" else _file_head(pages[0])
    return [
        *_page(pages, form),
        *_text(pages),
        *heads,
        _title(pages[0]),
        _folios(pages, first=2 if form == "letter" else 1),
        _closing(pages),
        _glyphs(pages),
    ]


def _page(pages: Sequence[Sheet], form: Form) -> Iterator[Measure]:
    sizes = {(round(page.width), round(page.height)) for page in pages}
    said = "、".join(f"{width} × {height} mm" for width, height in sorted(sizes))
    yield Measure("纸张 paper", "210 × 297 mm", said, sizes == {PAPER_MM})
    boxes = [_box(page, headed=form == "letter" and at == 0) for at, page in enumerate(pages)]
    right, bottom = pages[0].width - max(one.right for one in boxes), max(one.bottom for one in boxes)
    yield _near("左（订口） left", LEFT_MM, min(one.left for one in boxes))
    yield _top([one.top for one in boxes[1:]])
    yield _near("右 right", RIGHT_MM, right)
    below = pages[0].height - bottom
    yield Measure("下 bottom", f"≥ {BOTTOM_MM:g} mm", f"{below:.1f} mm", below >= BOTTOM_MM - CLOSE_MM)


def _top(tops: Sequence[float]) -> Measure:
    """Of the pages after the first, which begins with the head."""
    if not tops:
        return Measure("上（天头） top", f"{TOP_MM:g} mm", "– 无续页", None)
    return _near("上（天头） top", TOP_MM, min(tops))


def _box(page: Sheet, *, headed: bool) -> Rule:
    """What stands in the text area: all but the page number, and a letter's head and double lines."""
    apart = {*_folio(page), *(one for one in page.glyphs if headed and one.size > TITLE_PT)}
    doubles = _doubles(page) if headed else []
    edges = [_edges(one) for one in page.glyphs if one not in apart]
    edges += [one for one in page.rules if one not in doubles]
    return Rule(
        min(one.left for one in edges),
        min(one.top for one in edges),
        max(one.right for one in edges),
        max(one.bottom for one in edges),
    )


def _edges(glyph: Glyph) -> Rule:
    """The strip of its line for a character of body text, the height of the character for others.

    An opening bracket is the right half of its character; the empty half goes before the line's beginning.
    """
    height = glyph.size * POINT_MM
    left = glyph.left + (height / 2 if glyph.text in OPENING else 0)
    spare = (PITCH_MM - EM_MM) / 2 if round(glyph.size, 1) == BODY_PT else 0
    top = glyph.down - ASCENT * height - spare
    return Rule(left, top, glyph.right, top + height + 2 * spare)


def _text(pages: Sequence[Sheet]) -> Iterator[Measure]:
    body = [one for page in pages for one in page.glyphs if one.size > SMALL_PRINT_PT]
    size = _commonest((round(one.size, 1) for one in body), 0.0)
    yield Measure("正文字号 body", "3号 16 pt", f"{size:g} pt", size == BODY_PT)
    font = _commonest((one.font for one in body if round(one.size, 1) == size), "")
    ours = bool(FANGSONG.search(font))
    yield Measure("正文字体 font", "仿宋 FangSong", font if ours else f"{font}（代仿宋）", ours or None)
    rows = [page.rows(size) for page in pages]
    yield _lines(rows)
    yield _characters(row for page in rows for row in page)


def _lines(rows: Sequence[Sequence[Sequence[Glyph]]]) -> Measure:
    """As many as fit at the commonest distance from line to line; no page has more."""
    most = max(len(one) for one in rows)
    pitches = (round(after[0].down - before[0].down, 2) for page in rows for before, after in pairwise(page))
    pitch = _commonest(pitches, inf)
    lines = TEXT_MM[1] / pitch
    said = f"{lines:.1f} 行，行距 {pitch:.2f} mm，最满一面 {most} 行"
    return Measure("每面行数 lines", f"{LINES} 行", said, abs(lines - LINES) < 0.1 and most <= LINES)


def _characters(rows: Iterable[Sequence[Glyph]]) -> Measure:
    """As many as fit at the commonest distance: lines with punctuation or numerals are spaced out."""
    advances = (
        round(after.left - before.left, 2)
        for row in rows
        for before, after in pairwise(row)
        if _is_chinese(before) and _is_chinese(after)
    )
    advance = _commonest(advances, inf)
    fitting = TEXT_MM[0] / advance
    said = f"{fitting:.1f} 字，字距 {advance:.2f} mm"
    return Measure("每行字数 characters", f"{CHARACTERS} 字", said, abs(fitting - CHARACTERS) < 0.1)


def _file_head(first: Sheet) -> Iterator[Measure]:
    """The red head begins 35 mm below the top of the text area; a line as wide as it stands below (7.2)."""
    yield _near("发文机关标志 head", TOP_MM + 35, _top_of_head(first))
    widths = [one.right - one.left for one in first.rules if one.top < first.height / 2]
    yield _near("红线长 red line", TEXT_MM[0], max(widths, default=0.0))


def _letter_head(first: Sheet) -> Iterator[Measure]:
    """The head and a double line above the text, the number on the right, a double line below (10.1)."""
    head = [one for one in first.glyphs if one.size > TITLE_PT]
    foot = max((_edges(one).bottom for one in head), default=0.0)
    yield _near("发文机关标志 head", 30, _top_of_head(first))
    doubles = sorted(_doubles(first), key=lambda one: one.top)
    if len(doubles) != 4:
        yield Measure("双线 double lines", "2 条", f"{len(doubles) / 2:g} 条", False)
        return
    thick, thin, *lower = doubles
    yield _near("双线长 double lines", 170, max(one.right - one.left for one in doubles))
    yield _near("标志至双线 head to line", 4, thick.top - foot)
    yield _near("下双线距下页边 second line", 20, first.height - lower[-1].bottom)
    number = next((row for row in first.rows(BODY_PT) if row[0].down > thin.bottom), first.rows()[-1])
    top = number[0].down - ASCENT * EM_MM
    yield _near("双线至文号 line to number", EM_MM * 7 / 8, top - thin.bottom)
    yield _near("文号右边 number's right", RIGHT_MM, first.width - number[-1].right)


def _top_of_head(first: Sheet) -> float:
    return min((_edges(one).top for one in first.glyphs if one.size > TITLE_PT), default=0.0)


def _doubles(page: Sheet) -> list[Rule]:
    """Lines and areas longer than the text is wide."""
    return [one for one in page.rules if one.right - one.left > TEXT_MM[0] + 5]


def _title(first: Sheet) -> Measure:
    sizes = (round(one.size, 1) for one in first.glyphs if BODY_PT < one.size < LEAST_HEAD_PT)
    size = _commonest(sizes, 0.0)
    return Measure("标题字号 title", "2号 22 pt", f"{size:g} pt", size == TITLE_PT)


def _folio(page: Sheet) -> list[Glyph]:
    """The page's number: what stands below the text area."""
    return [one for one in page.glyphs if one.down > TOP_MM + TEXT_MM[1] + CLOSE_MM]


def _folios(pages: Sequence[Sheet], first: int) -> Measure:
    """4号, — 1 —, on the right of odd pages, on the left of even ones, 7 mm below the text area (7.5)."""
    wrong = [str(at) for at, page in enumerate(pages, start=1) if not _numbered(page, at, shown=at >= first)]
    rule = "单右双左，版心下 7 mm" + ("，首页无" if first > 1 else "")
    said = f"第{'、'.join(wrong)}面不符" if wrong else f"{len(pages)} 面相符"
    return Measure("页码 folio", rule, said, not wrong)


def _numbered(page: Sheet, at: int, *, shown: bool) -> bool:
    folio = sorted(_folio(page), key=lambda one: one.left)
    if not shown or not folio:
        return not shown and not folio
    middle = folio[0].down - 0.35 * FOLIO_PT * POINT_MM
    below = middle - TOP_MM - TEXT_MM[1]
    right = page.width - RIGHT_MM - folio[-1].right
    from_edge = right if at % 2 else folio[0].left - LEFT_MM
    return (
        "".join(one.text for one in folio) == f"—{at}—"
        and {round(one.size, 1) for one in folio} == {FOLIO_PT}
        and abs(below - 7) < 1
        and abs(from_edge - EM_MM) < 1
    )


def _closing(pages: Sequence[Sheet]) -> Measure:
    """Signature and date stand on one axis, the date in Arabic numerals (7.3.5)."""
    what, rule = "署名、成文日期 closing", "同轴居中，右空二至四字"
    for page in pages:
        for signature, dated in pairwise(page.rows(BODY_PT)):
            if DAY.fullmatch("".join(one.text for one in dated)):
                apart = abs(_middle(signature) - _middle(dated))
                spare = (page.width - RIGHT_MM - max(signature[-1].right, dated[-1].right)) / EM_MM
                said = f"轴差 {apart:.1f} mm，右空 {spare:.1f} 字"
                return Measure(what, rule, said, apart < CLOSE_MM and 1.5 < spare < 4.5)
    return Measure(what, rule, "– 未见", False)


def _middle(row: Sequence[Glyph]) -> float:
    return (row[0].left + row[-1].right) / 2


def _glyphs(pages: Sequence[Sheet]) -> Measure:
    missing = sum(one.text == MISSING for page in pages for one in page.glyphs)
    return Measure("缺字 missing characters", "0", str(missing), missing == 0)


def _near(what: str, rule: float, found: float, within: float = CLOSE_MM) -> Measure:
    return Measure(what, f"{rule:.3g} mm", f"{found:.1f} mm", abs(found - rule) <= within)


def _is_chinese(glyph: Glyph) -> bool:
    return "\u4e00" <= glyph.text <= "\u9fff"


def _commonest(found: Iterable[Found], otherwise: Found) -> Found:
    most = Counter(found).most_common(1)
    return most[0][0] if most else otherwise
