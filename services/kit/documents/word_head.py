"""The heads of a file and of a letter in WordprocessingML, down to the title."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, RGBColor

from services.kit.documents import layout
from services.kit.documents.official import Form, OfficialDocument
from services.kit.documents.word_text import RED, XIAOBIAOSONG, line_in, pinned, ruled, width_of

LONGEST_HEAD_PT: Final = 46.0
DOUBLE_PT: Final = 4.5
"""A letter's double line with its gap."""


def _file_head(word: Any, document: OfficialDocument) -> None:
    """Ten lines of the first page: 35 mm, the red head, the number, the red line, room."""
    line_in(word).paragraph_format.line_spacing = Mm(layout.HEAD_MM)
    _mark(word, document.head).line_spacing = Mm(7 * layout.PITCH_MM - layout.HEAD_MM)
    number = line_in(word, document.number)
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    ruled(number, bottom=(1.6, RED, layout.RULE_MM / layout.POINT_MM))
    line_in(word)
    line_in(word)


def _letter_head(word: Any, document: OfficialDocument) -> None:
    """The red head over a double line above the text, the number on the right (GB/T 9704-2012, 10.1).

    Another double line stands at the foot of the first page, in place of its number.
    """
    _mark(word, document.head)
    head = word.paragraphs[-1]
    pinned(head, layout.LETTER_HEAD_MM, layout.DOUBLE_MM)
    gap = layout.RULE_MM / layout.POINT_MM
    ruled(head, bottom=(DOUBLE_PT, RED, gap), style="thickThinSmallGap")
    number = line_in(word, document.number)
    number.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    strip = (layout.PITCH_MM - layout.BODY_PT * layout.POINT_MM) / 2
    number.paragraph_format.space_before = Mm(layout.LETTER_NUMBER_MM - strip)
    line_in(word)
    line_in(word)
    section = word.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_footer.is_linked_to_previous = False
    foot = section.first_page_footer.paragraphs[0]
    foot.paragraph_format.line_spacing = Pt(1)
    pinned(foot, layout.PAPER_MM[1] - layout.DOUBLE_FOOT_MM, layout.DOUBLE_MM)
    ruled(foot, top=(DOUBLE_PT, RED, 0), style="thinThickSmallGap")


def _mark(word: Any, issuer: str) -> Any:
    """The red head in the middle of its line; the form of its paragraph, as high as its characters."""
    size = min(LONGEST_HEAD_PT, layout.TEXT_MM[0] / layout.POINT_MM / max(width_of(issuer), 1))
    head = line_in(word, issuer, XIAOBIAOSONG, int(size * 2) / 2)
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.runs[0].font.color.rgb = RGBColor.from_string(RED)
    head.paragraph_format.line_spacing = Pt(int(size * 2) / 2)
    return head.paragraph_format


HEADS: Final[Mapping[Form, Callable[[Any, OfficialDocument], None]]] = {
    "file": _file_head,
    "letter": _letter_head,
}
