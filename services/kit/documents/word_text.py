"""Runs, fonts, rules: what python-docx leaves to the one who knows WordprocessingML."""

import unicodedata
from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from services.kit.documents import layout
from services.kit.documents.printable import printable

FANGSONG: Final = "仿宋_GB2312"
XIAOBIAOSONG: Final = "方正小标宋简体"
HEITI: Final = "黑体"
KAITI: Final = "楷体_GB2312"
SONG: Final = "宋体"
LATIN: Final = "Times New Roman"
RED: Final = "D01C14"
GREY: Final = "555555"
PITCH: Final = Mm(layout.PITCH_MM)
ADVANCE: Final = Mm(layout.ADVANCE_MM)

TWIPS: Final = 20
"""Of a point."""
_AFTER_BORDERS: Final = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr")
"""The schema knows one order of a paragraph's properties, and Word minds it."""

Rule = tuple[float, str, float]
"""A border: its thickness in points, its colour, its distance from the text in points."""


def element(name: str, **attributes: object) -> Any:
    """An element of the main namespace with its attributes."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def fonts(properties: Any, east_asian: str) -> None:
    """Sets the font of Chinese characters, and that of Latin letters and numerals."""
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, element("w:rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=east_asian, cs=LATIN))


def said(paragraph: Any, text: str, font: str, size: float, colour: str | None = None) -> Any:
    """A run of text at the end of a paragraph; `size` in points."""
    run = paragraph.add_run(printable(text))
    run.font.size = Pt(size)
    fonts(run._r.get_or_add_rPr(), font)
    if colour is not None:
        run.font.color.rgb = RGBColor.from_string(colour)
    return run


def line_in(word: Any, text: str = "", font: str = FANGSONG, size: float = layout.BODY_PT) -> Any:
    """A paragraph of one run at the end of the document."""
    line = word.add_paragraph()
    said(line, text, font, size)
    return line


def ruled(
    paragraph: Any, *, top: Rule | None = None, bottom: Rule | None = None, style: str = "single"
) -> None:
    """Lines above and below a paragraph; `style` is a border's in WordprocessingML."""
    borders = element("w:pBdr")
    for side, rule in (("top", top), ("bottom", bottom)):
        if rule is not None:
            thick, colour, space = rule
            borders.append(
                element(f"w:{side}", val=style, sz=round(thick * 8), space=round(space), color=colour)
            )
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *_AFTER_BORDERS)


def framed(paragraph: Any) -> None:
    """Takes a paragraph to the foot of the text area of the page on which it comes to stand."""
    _frame(paragraph, layout.TEXT_MM[0], hAnchor="margin", vAnchor="margin", xAlign="left", yAlign="bottom")


def pinned(paragraph: Any, top: float, width: float) -> None:
    """Takes a paragraph `width` mm wide to the middle of the paper, `top` mm from its upper edge."""
    _frame(paragraph, width, hAnchor="page", vAnchor="page", xAlign="center", y=twips(top))


def twips(mm: float) -> int:
    """Twentieths of a point."""
    return int(mm / layout.POINT_MM * TWIPS)


def _frame(paragraph: Any, width: float, **place: object) -> None:
    frame = element("w:framePr", w=twips(width), wrap="notBeside", **place)
    paragraph._p.get_or_add_pPr().insert_element_before(frame, "w:widowControl", "w:pBdr", *_AFTER_BORDERS)


def width_of(text: str) -> float:
    """How many characters wide a text is: a Chinese one counts 1, a Latin one a half."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.5 for one in text)
