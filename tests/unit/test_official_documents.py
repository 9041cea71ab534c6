"""An official document on paper, measured against GB/T 9704-2012, and the same bytes wherever it is made."""

import hashlib
import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from itertools import pairwise
from zipfile import ZipFile

import pytest
from docx import Document
from docx.shared import Mm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.dev.paper import sheets
from services.kit.documents.docx import to_docx
from services.kit.documents.official import (
    Attachment,
    Bar,
    Bars,
    Column,
    Columns,
    Entry,
    Heading,
    Level,
    Numbering,
    OfficialDocument,
    Paragraph,
    Picture,
    Remark,
    Table,
    Tile,
    Tiles,
    numeral,
    single,
)
from services.kit.documents.pdf import to_pdf
from services.kit.documents.workbook import Share, Sheet, to_xlsx

BODY, TITLE, FOLIO = 16.0, 22.0, 14.0
PITCH = 225 / 22
EM = 16 * 25.4 / 72
ASCENT = 0.88 * EM + (PITCH - EM) / 2
"""From the top of a line's strip to its baseline."""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c494441"
    "54789c633890a000000324014149d4c9250000000049454e44ae426082"
)

LETTER = OfficialDocument(
    head="凤县督查室文件",
    number="凤督函〔2026〕12号",
    title="关于整改供水问题的督办函",
    addressee="县水利局党组",
    body=(Paragraph("请于三月底前整改。"),),
    signed_by="凤县督查室",
    dated=date(2026, 3, 2),
    copies=("县委办公室", "县政府办公室"),
    printed_by="凤县督查室",
    printed_on=date(2026, 3, 2),
)
LONG = replace(LETTER, body=(Paragraph("督" * 28 * 40),), copies=(), printed_by="")
"""Forty lines of nothing but characters: the second page is full, the third begins."""
EVERYTHING = replace(
    LETTER,
    body=(
        Tiles((Tile("85.4%", "按期办结率", "标准85%"), Tile("12", "超期未办结", "较上周 +3", alarming=True))),
        Columns(
            (Column("领先", (Entry("水利局", "100%", "三件"),)), Column("末位", (), "没有", alarming=True))
        ),
        Heading(1, "情况"),
        Paragraph("第一行\n第二行"),
        Bars((Bar("供水", 3, "3件"), Bar("道路", 0, "0件", alarming=True)), mark=2, caption="热点"),
        Table(("单位", "件数"), (("水利局", "3"), ("住建局", "0")), left=frozenset({0}), total=("合计", "3")),
        Table(
            ("层级", "在诺", "兑现", "失诺"), (("镇", "1", "2", "3\n4"),), groups=("", "期末", "本期", "本期")
        ),
        Remark("注：件数。"),
        Picture(PNG, "png", "现场"),
    ),
    attachments=(Attachment("各单位情况", (Paragraph("甲"),)), Attachment("照片", (Paragraph("乙"),))),
    annotation="此件公开发布",
)


def test_the_paper_is_a4_and_a_letter_of_a_few_lines_fills_one_page() -> None:
    [page] = sheets(to_pdf(LETTER))
    assert (page.width, page.height) == pytest.approx((210, 297), abs=0.1)


def test_the_text_area_begins_37_mm_from_the_top_and_28_mm_from_the_left_and_measures_156_by_225_mm() -> None:
    page = sheets(to_pdf(LONG))[1]
    body = [glyph for glyph in page.glyphs if round(glyph.size, 1) == BODY]
    lines = page.baselines(BODY)
    assert lines[0] - ASCENT == pytest.approx(37, abs=0.3)
    assert lines[-1] - ASCENT + PITCH == pytest.approx(37 + 225, abs=0.3)
    assert min(glyph.left for glyph in body) == pytest.approx(28, abs=0.3)
    assert max(glyph.left for glyph in body) + EM == pytest.approx(28 + 156, abs=0.3)


def test_a_full_page_has_22_lines_of_28_characters_in_16_points() -> None:
    _, full, _ = sheets(to_pdf(LONG))
    assert full.lines(BODY) == ["督" * 28] * 22


def test_the_first_line_of_a_paragraph_is_indented_by_two_characters() -> None:
    first = sheets(to_pdf(LETTER))[0].of("请")
    assert first.left == pytest.approx(28 + 2 * 156 / 28, abs=0.2)


def test_the_title_stands_in_22_points_two_lines_below_the_red_line_and_the_head_35_mm_down() -> None:
    [page] = sheets(to_pdf(LETTER))
    head = next(glyph for glyph in page.glyphs if glyph.text == "凤")
    assert head.size > 2 * BODY
    assert head.down - 0.88 * head.size * 25.4 / 72 == pytest.approx(37 + 35, abs=0.3)
    assert page.of("关").size == TITLE


def test_the_page_number_stands_7_mm_below_on_the_right_of_odd_pages_and_the_left_of_even_ones() -> None:
    pages = sheets(to_pdf(LONG))
    for at, page in enumerate(pages, start=1):
        [folio] = page.lines(FOLIO)
        assert folio == f"—{at}—"
        dashes = [glyph for glyph in page.glyphs if glyph.text == "—"]
        assert dashes[0].down - 0.35 * 14 * 25.4 / 72 == pytest.approx(37 + 225 + 7, abs=1.0)
        assert (dashes[0].left > 105) is (at % 2 == 1)


def test_the_date_ends_four_characters_from_the_edge_and_the_signature_is_centred_on_it() -> None:
    [page] = sheets(to_pdf(replace(LETTER, printed_on=None)))
    day = next(glyph for glyph in page.glyphs if glyph.text == "日")
    assert day.left + EM == pytest.approx(28 + 156 - 4 * 156 / 28, abs=0.6)


@pytest.mark.parametrize("lines", range(5, 11))
def test_the_signature_never_stands_on_a_page_without_text(lines: int) -> None:
    body = (Paragraph("前" * 28 * (lines - 3)), Paragraph("督" * 28 * 3))
    *_, last = sheets(to_pdf(replace(LETTER, body=body, copies=(), printed_by="")))
    assert "凤县督查室" in last.lines(BODY)
    assert any("督督" in line for line in last.lines(BODY))


def test_the_printing_block_closes_the_last_page_however_many_there_are() -> None:
    *_, last = sheets(to_pdf(replace(LONG, copies=("县委办公室",), printed_by="县督查室")))
    copies, printed, _ = last.lines(FOLIO)
    assert copies == "抄送：县委办公室。"
    assert printed == "县督查室2026年3月2日印发"
    assert last.of("抄").down > 37 + 225 - 25


def test_a_letter_stands_between_double_lines_and_its_first_page_has_no_number() -> None:
    first, second, _ = sheets(to_pdf(replace(LONG, form="letter")))
    long = [(round(rule.left), round(rule.right)) for rule in first.rules]
    assert long == [(20, 190)] * 4
    assert first.lines(FOLIO) == []
    assert second.lines(FOLIO) == ["—2—"]
    assert second.rules == ()


@pytest.mark.parametrize("lines", range(6, 12))
def test_whom_a_letter_is_copied_to_stands_at_the_foot_of_the_page_that_is_signed(lines: int) -> None:
    body = (Paragraph("前" * 28 * lines), Paragraph("特此函告。"))
    *_, last = sheets(to_pdf(replace(LETTER, form="letter", body=body)))
    assert {"凤县督查室", "2026年3月2日"} <= set(last.lines(BODY))
    assert last.lines(FOLIO)[0] == "抄送：县委办公室，县政府办公室。"
    assert last.of("抄").down == pytest.approx(37 + 225 - 3, abs=1)


def test_a_chart_without_bars_is_left_out() -> None:
    assert "热点" not in "".join(sheets(to_pdf(replace(LETTER, body=(Bars((), caption="热点"),))))[0].lines())


def test_the_same_document_has_the_same_bytes_in_another_process() -> None:
    made = {name: hashlib.sha256(make(EVERYTHING)).hexdigest() for name, make in MAKERS.items()}
    script = (
        "import hashlib; from tests.unit import test_official_documents as t;"
        "print({n: hashlib.sha256(make(t.EVERYTHING)).hexdigest() for n, make in t.MAKERS.items()})"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == str(made)


def test_every_kind_of_block_comes_onto_paper_with_its_words() -> None:
    text = "".join(line for page in sheets(to_pdf(EVERYTHING)) for line in page.lines())
    for words in (
        "85.4%",
        "领先",
        "三件",
        "没有",
        "本期",
        "一、情况",
        "热点",
        "水利局",
        "合计",
        "注：件数。",
        "现场",
        "附件2",
    ):
        assert words in text


def test_what_is_written_is_text_and_no_mark_up() -> None:
    text = "".join(
        sheets(to_pdf(replace(LETTER, body=(Paragraph("#panic() $x$ *粗* \x00\x0b尾"),))))[0].lines()
    )
    assert "#panic()$x$*粗*尾" in text


def test_headings_are_numbered_where_they_stand_and_each_begins_those_below_it_anew() -> None:
    numbering = Numbering()
    levels: list[Level] = [1, 2, 2, 3, 4, 1, 2]
    told = [numbering.next(level) for level in levels]
    assert told == ["一、", "（一）", "（二）", "1. ", "（1）", "二、", "（一）"]


def test_a_text_whose_highest_heading_is_of_the_second_level_begins_with_the_first() -> None:
    blocks = single([Heading(2, "镇"), Heading(3, "甲"), Heading(2, "部门")])
    assert list(blocks) == [Heading(1, "一、镇"), Heading(2, "（一）甲"), Heading(1, "二、部门")]


@given(st.integers(min_value=1, max_value=99))
def test_no_two_numbers_are_written_alike(number: int) -> None:
    written = numeral(number)
    assert written not in {numeral(other) for other in range(1, number)}


def test_the_word_file_has_the_same_page_and_line_and_says_the_same() -> None:
    word = Document(io.BytesIO(to_docx(EVERYTHING)))
    section = word.sections[0]
    lengths = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round((length or 0) / Mm(1)) for length in lengths] == [210, 297, 37, 28]
    assert word.styles["Normal"].paragraph_format.line_spacing == pytest.approx(Mm(PITCH), abs=Pt(0.06))
    assert word.styles["Normal"].font.size == Pt(BODY)
    lines = [line.text for line in word.paragraphs]
    for words in (
        "凤县督查室文件",
        "凤督函〔2026〕12号",
        "县水利局党组：",
        "一、情况",
        "2026年3月2日",
        "附件1",
    ):
        assert words in lines
    assert "抄送：县委办公室，县政府办公室。" in lines
    assert [[cell.text for cell in row.cells] for row in word.tables[3].rows][-1] == ["合计", "3"]
    assert [[cell.text for cell in row.cells] for row in word.tables[4].rows] == [
        ["层级", "期末", "本期", "本期"],
        ["层级", "在诺", "兑现", "失诺"],
        ["镇", "1", "2", "3\n4"],
    ]


def test_a_letter_in_word_is_pinned_to_the_paper_and_its_first_page_has_a_line_for_a_number() -> None:
    word = Document(io.BytesIO(to_docx(replace(EVERYTHING, form="letter"))))
    [footer] = word.sections[0].first_page_footer.paragraphs
    for line, style in ((word.paragraphs[0], "thickThin"), (footer, "thinThick")):
        assert f'w:val="{style}SmallGap"' in line._p.xml
        assert 'w:vAnchor="page"' in line._p.xml
    lines = [line.text for line in word.paragraphs]
    assert lines[:2] == ["凤县督查室文件", "凤督函〔2026〕12号"]
    assert not any("印发" in line for line in lines)


def test_word_does_not_take_two_tables_for_one() -> None:
    body = Document(io.BytesIO(to_docx(EVERYTHING))).element.body
    kinds = [child.tag.rpartition("}")[2] for child in body]
    assert ("tbl", "tbl") not in set(pairwise(kinds))


def test_an_office_file_carries_no_time_but_the_documents_own() -> None:
    with ZipFile(io.BytesIO(to_docx(LETTER))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-03-02T00:00:00Z</dcterms:modified>" in archive.read("docProps/core.xml")


def test_a_spreadsheet_holds_texts_as_texts_and_numbers_as_numbers() -> None:
    rows = [("=1+1", 3, Share(0.85), date(2026, 3, 2), None), ("甲\x0b", 0, Share(1.0), None, "尾")]
    book = load_workbook(io.BytesIO(to_xlsx([Sheet("各单位/情况", ["a", "b", "c", "d", "e"], rows)])))
    sheet = book["各单位情况"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert cells[0][:3] == ["=1+1", 3, 0.85]
    assert sheet["A2"].data_type == "s"
    assert sheet["C2"].number_format == "0.00%"
    assert cells[1][0] == "甲"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.integers(0, 10**9)), max_size=5))
def test_the_same_cells_have_the_same_bytes(rows: list[tuple[str, int]]) -> None:
    assert to_xlsx([Sheet("表", ["a", "b"], rows)]) == to_xlsx([Sheet("表", ["a", "b"], rows)])


def _sheet_of(document: OfficialDocument) -> bytes:
    return to_xlsx([Sheet(document.title, ["a"], [(document.number,)])], document.dated)


MAKERS = {"pdf": to_pdf, "docx": to_docx, "xlsx": _sheet_of}
