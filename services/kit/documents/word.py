"""The parts of an official document in WordprocessingML, from the head to the printing block.

Fonts go by the names that Chinese offices have installed (仿宋_GB2312, 方正小标宋简体 …), none is embedded.
"""

import io
from datetime import datetime, time
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from services.kit.documents import layout, word_blocks
from services.kit.documents.official import Block, OfficialDocument, chinese_day, listed, single
from services.kit.documents.printable import printable
from services.kit.documents.word_head import HEADS
from services.kit.documents.word_text import (
    ADVANCE,
    FANGSONG,
    HEITI,
    PITCH,
    SONG,
    XIAOBIAOSONG,
    element,
    fonts,
    framed,
    line_in,
    ruled,
    said,
    twips,
    width_of,
)

LONGEST_PROPERTY: Final = 255
"""In characters, as python-docx takes them."""


def written(document: OfficialDocument) -> bytes:
    """The file, with the moment of writing still in it."""
    word = Document()
    _page(word)
    _normal(word)
    _folios(word)
    HEADS[document.form](word, document)
    _title(word, document.title)
    line_in(word)
    if document.addressee:
        line_in(word, f"{document.addressee}：")
    _blocks(word, document.body)
    _closing(word, document)
    for at, one in enumerate(document.attachments, start=1):
        _attachment(word, one.title, one.blocks, at if len(document.attachments) > 1 else None)
    _printing_block(word, document)
    _properties(word, document)
    made = io.BytesIO()
    word.save(made)
    return made.getvalue()


def _page(word: Any) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = map(Mm, layout.PAPER_MM)
    section.top_margin, section.bottom_margin = Mm(layout.TOP_MM), Mm(layout.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(layout.LEFT_MM), Mm(layout.RIGHT_MM)
    section.footer_distance = Mm(layout.BOTTOM_MM - layout.FOLIO_MM) - Pt(layout.SMALL_PT)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    advance_pt = layout.ADVANCE_MM / layout.POINT_MM
    section._sectPr.append(
        element(
            "w:docGrid",
            type="linesAndChars",
            linePitch=twips(layout.PITCH_MM),
            charSpace=int((advance_pt - layout.BODY_PT) * 4096),
        )
    )


def _normal(word: Any) -> None:
    style = word.styles["Normal"]
    style.font.size = Pt(layout.BODY_PT)
    fonts(style.element.get_or_add_rPr(), FANGSONG)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, PITCH
    form.widow_control = False


def _folios(word: Any) -> None:
    """— 1 —: odd pages on the right, even ones on the left, one character from the edge."""
    word.settings.odd_and_even_pages_header_footer = True
    section = word.sections[0]
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        line.alignment = side
        line.paragraph_format.left_indent = line.paragraph_format.right_indent = ADVANCE
        said(line, "— ", SONG, layout.SMALL_PT)
        field = element("w:fldSimple", instr="PAGE")
        line._p.append(field)
        said(line, "1", SONG, layout.SMALL_PT)
        field.append(line.runs[-1]._r)
        said(line, " —", SONG, layout.SMALL_PT)


def _title(word: Any, title: str) -> None:
    line = line_in(word, title, XIAOBIAOSONG, layout.TITLE_PT)
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.keep_with_next = True


def _blocks(word: Any, blocks: tuple[Block, ...]) -> None:
    for block in single(blocks):
        word_blocks.WRITERS[type(block)](word, block)


def _closing(word: Any, document: OfficialDocument) -> None:
    """What is attached, signature, date, annotation."""
    names = listed(document.attachments)
    if names:
        line_in(word)
    for at, name in enumerate(names):
        form = line_in(word, f"附件：{name}" if at == 0 else name).paragraph_format
        form.left_indent, form.first_line_indent = 5 * ADVANCE, 0 if at else -3 * ADVANCE
    line_in(word)
    line_in(word)
    signature, dated = document.signed_by, chinese_day(document.dated)
    for text, right in zip((signature, dated), _ends(width_of(signature), width_of(dated)), strict=True):
        line = line_in(word, text)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = int(right * ADVANCE)
        line.paragraph_format.keep_with_next = text == signature
    if document.annotation:
        line_in(word, f"（{document.annotation}）").paragraph_format.first_line_indent = 2 * ADVANCE


def _ends(signature: float, dated: float) -> tuple[float, float]:
    """How far signature and date end from the edge, in characters: as GB/T 9704-2012, 7.3.5.1, or, where the
    signature is too long for that, it two characters from the edge and the date centred beneath.
    """
    over = (signature - dated) / 2
    return (4 - over, 4.0) if over <= 2 else (2.0, 2 + over)


def _attachment(word: Any, title: str, blocks: tuple[Block, ...], number: int | None) -> None:
    line = line_in(word, f"附件{number or ''}", HEITI)
    line.paragraph_format.page_break_before = True
    line_in(word)
    _title(word, title)
    line_in(word)
    _blocks(word, blocks)


def _printing_block(word: Any, document: OfficialDocument) -> None:
    """At the foot of the last page, in a frame that is anchored there; a letter's has no lines."""
    lines = _printed(document)
    for at, text in enumerate(lines):
        line = line_in(word, text, FANGSONG, layout.SMALL_PT)
        form = line.paragraph_format
        form.left_indent = form.right_indent = ADVANCE
        form.tab_stops.add_tab_stop(Mm(layout.TEXT_MM[0]) - ADVANCE, word_blocks.RIGHT_TAB)
        thick, thin = layout.THICK_MM / layout.POINT_MM, layout.THIN_MM / layout.POINT_MM
        last = at == len(lines) - 1
        if document.form == "file":
            ruled(
                line,
                top=(thick, "000000", 1) if at == 0 else None,
                bottom=(thick if last else thin, "000000", 1),
            )
        framed(line)


def _printed(document: OfficialDocument) -> list[str]:
    day = f"{chinese_day(document.printed_on)}印发" if document.printed_on else ""
    return [
        *([f"抄送：{'，'.join(document.copies)}。"] if document.copies else []),
        *([f"{document.printed_by}\t{day}"] if document.printed_by and document.form == "file" else []),
    ]


def _properties(word: Any, document: OfficialDocument) -> None:
    core = word.core_properties
    core.title = printable(document.title).replace("\n", "")[:LONGEST_PROPERTY]
    core.author = printable(document.signed_by)[:LONGEST_PROPERTY]
    core.comments, core.revision = "", 1
    core.created = core.modified = datetime.combine(document.dated, time())
