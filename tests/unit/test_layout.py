"""The measuring of a paper: what is printed holds, and what stands elsewhere is seen."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from services.dev.layout import Form, measured
from services.dev.paper import Glyph, Rule, Sheet, sheets
from services.kit.documents.official import OfficialDocument, Paragraph, Remark, Table
from services.kit.documents.pdf import to_pdf
from tests.unit.test_official_documents import EVERYTHING, LETTER, LONG

Tamper = Callable[[Sequence[Sheet]], Sequence[Sheet]]
FORMS: tuple[Form, ...] = ("file", "letter")


@pytest.fixture(scope="module")
def pages() -> Sequence[Sheet]:
    return sheets(to_pdf(LONG))


@pytest.fixture(scope="module")
def letter() -> Sequence[Sheet]:
    return sheets(to_pdf(replace(LONG, form="letter")))


def not_holding(pages: Sequence[Sheet], form: Form = "file") -> set[str]:
    return {one.what.split()[0] for one in measured(pages, form) if one.holds is False}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("document", [LETTER, LONG, EVERYTHING])
def test_what_is_printed_holds(document: OfficialDocument, form: Form) -> None:
    assert not_holding(sheets(to_pdf(replace(document, form=form))), form) == set()


def test_a_bracket_that_begins_a_line_stands_at_the_text_area_s_edge() -> None:
    pages = sheets(to_pdf(replace(LETTER, body=(Paragraph("水" * 26 + "（一件）。"),))))
    assert any(line.startswith("（一件）") for page in pages for line in page.lines())
    assert not_holding(pages) == set()


def test_what_has_no_place_to_end_a_line_is_broken_and_read_whole() -> None:
    signature, fingerprint, receipt = "0a" * 64, "1b" * 32, "YN20210307-00000017"
    table = Table(("回执号", "事项"), ((receipt, "供水"),), widths=(1, 4))
    body = (Remark(f"签名 {signature}，指纹 {fingerprint}。"), Paragraph(signature), table)
    pages = sheets(to_pdf(replace(LETTER, body=body)))
    assert not_holding(pages) == set()
    text = "".join(line for page in pages for line in page.lines())
    assert text.count(signature) == 2
    assert fingerprint in text
    assert "00000017" in {line for page in pages for line in page.lines()}


def test_a_short_table_stays_in_one_piece_and_goes_with_the_signature() -> None:
    table = Table(("单位", "件数"), (("水利局", "3"),) * 7, total=("合计", "21"))
    first, second = sheets(to_pdf(replace(LETTER, body=(Paragraph("前" * 28 * 4), table))))
    assert "单位件数" not in first.lines()
    assert {"单位件数", "合计21", "凤县督查室"} <= set(second.lines())


def test_a_face_that_stands_for_fangsong_is_named_and_not_judged(pages: Sequence[Sheet]) -> None:
    [font] = [one for one in measured(pages, "file") if "仿宋" in one.rule]
    assert (font.measured, font.holds) == ("NotoSerifSC-Regular（代仿宋）", None)


def everywhere(change: Callable[[Glyph], Glyph]) -> Tamper:
    return lambda pages: [replace(one, glyphs=tuple(map(change, one.glyphs))) for one in pages]


def _blank(glyph: Glyph) -> Glyph:
    return replace(glyph, text="\0") if glyph.text == "县" else glyph


TAMPERED: dict[str, tuple[Tamper, set[str]]] = {
    "a millimetre further left": (
        everywhere(lambda one: replace(one, left=one.left - 1)),
        {"左（订口）"},
    ),
    "a millimetre further right": (
        everywhere(lambda one: replace(one, left=one.left + 1, right=one.right + 1)),
        {"右"},
    ),
    "a millimetre further down": (
        everywhere(lambda one: replace(one, down=one.down + 1)),
        {"上（天头）", "下", "发文机关标志"},
    ),
    "half a point smaller": (
        everywhere(lambda one: replace(one, size=15.5) if one.size == 16 else one),
        {"正文字号"},
    ),
    "wider lines": (everywhere(lambda one: replace(one, down=one.down * 0.99)), {"每面行数"}),
    "wider characters": (everywhere(lambda one: replace(one, left=one.left * 1.01)), {"每行字数"}),
    "letters that no font has": (everywhere(_blank), {"缺字"}),
    "pages in another order": (lambda pages: [*pages[1:], pages[0]], {"页码"}),
    "another paper": (lambda pages: [replace(one, height=279.4) for one in pages], {"纸张"}),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_stands_elsewhere_is_seen(how: str, pages: Sequence[Sheet]) -> None:
    tamper, seen = TAMPERED[how]
    assert seen <= not_holding(tamper(pages))


def test_a_file_is_no_letter_and_a_letter_no_file(pages: Sequence[Sheet], letter: Sequence[Sheet]) -> None:
    assert {"发文机关标志", "双线", "页码"} <= not_holding(pages, "letter")
    assert {"发文机关标志", "红线长", "页码"} <= not_holding(letter, "file")


def test_a_letter_s_lines_stand_in_their_places(letter: Sequence[Sheet]) -> None:
    first, *others = letter
    moved = [replace(one, top=one.top + 1, bottom=one.bottom + 1) for one in first.rules]
    assert not_holding([replace(first, rules=tuple(moved)), *others], "letter") == {
        "标志至双线",
        "下双线距下页边",
        "双线至文号",
    }
    short = tuple(Rule(one.left + 7, one.top, one.right - 7, one.bottom) for one in first.rules)
    assert "双线" in not_holding([replace(first, rules=short), *others], "letter")
