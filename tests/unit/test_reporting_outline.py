"""A circular on paper: the same figures as the page, first and last on the first page, units in the annex."""

import io
import re
from datetime import timedelta
from uuid import UUID

import pytest
from docx import Document
from openpyxl import load_workbook

from services.kit.documents.official import Heading, Paragraph, Table
from services.reporting.circular import Edition
from services.reporting.compose import OpenLate
from services.reporting.render.docx import to_docx
from services.reporting.render.html import to_html
from services.reporting.render.outline import outline
from services.reporting.render.pdf import to_pdf
from services.reporting.render.xlsx import to_xlsx
from tests.contract.reporting_histories import FIRST, UNITS
from tests.paper import sheets
from tests.unit.test_reporting_circular import CUT_AT, circular, edition, figures

BY_UNIT = {
    "water": figures(assigned=20, dispatched=20, completed=17, completed_on_time=17, overdue=3, due=20),
    "roads": figures(assigned=20, dispatched=20, completed=12, completed_on_time=12, overdue=8, due=20),
    "town_east": figures(assigned=3, dispatched=3, completed=3, completed_on_time=3, due=3),
}
LATE = tuple(
    OpenLate(
        UUID(int=at), 1, f"YN{at}", "roads", "roads.head", "road.damage", None, CUT_AT, CUT_AT, signed=False
    )
    for at in range(1, 9)
)
FIRST_ONE = circular(BY_UNIT)
SECOND = edition(circular(BY_UNIT, before=FIRST_ONE, overdue=LATE, week=FIRST + timedelta(days=7)))


def sentences(html: str) -> set[str]:
    """What the page says in its paragraphs, without its marks."""
    body = html[html.index("<h2>") : html.index('<section class="annex">')]
    return {re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<p(?: [^>]*)?>(.*?)</p>", body)}


@pytest.mark.parametrize("of", [edition(FIRST_ONE), edition(circular()), SECOND])
def test_paper_says_what_the_page_says_word_for_word(of: Edition) -> None:
    said = {block.text for block in outline(of).body if isinstance(block, Paragraph)}
    assert sentences(to_html(of)) - said == set()


def test_the_first_page_shows_who_is_first_who_is_last_and_what_burns() -> None:
    first, *_ = sheets(to_pdf(SECOND))
    text = "".join(first.lines())
    for words in ("凤县诉求办理周通报", "〔2021〕第3期", "领先单位", "末位单位", "急办事项"):
        assert words in text
    assert "roads单位60.0%" in text


def test_towns_and_departments_stand_apart_with_their_sums() -> None:
    [annex] = outline(SECOND).annexes
    headings = [block.text for block in annex.blocks if isinstance(block, Heading)]
    towns, departments = (block for block in annex.blocks if isinstance(block, Table))
    assert headings == ["镇", "部门"]
    assert len(towns.rows) + len(departments.rows) == len(UNITS) + 1
    assert departments.total[towns.headings.index("应办结")] == "40"
    assert departments.total[towns.headings.index("按期办结率")] == "72.5%"


def test_a_draft_says_so_where_its_number_would_stand() -> None:
    draft = edition(FIRST_ONE, number=None)
    assert outline(draft).number == "草稿（未签发）"
    assert "草稿（未签发）" in "".join(sheets(to_pdf(draft))[0].lines())


def test_the_proof_closes_the_annex_on_paper() -> None:
    text = "".join(line for page in sheets(to_pdf(SECOND)) for line in page.lines())
    assert SECOND.figures_sha256 in text
    assert SECOND.circular.cut_sha256 in text


def test_the_word_file_has_the_headings_of_all_sections() -> None:
    lines = [line.text for line in Document(io.BytesIO(to_docx(SECOND))).paragraphs]
    for heading in ("一、基本情况", "二、点名通报", "三、热点与重复反映", "四、督办情况"):
        assert heading in lines


def test_the_spreadsheet_holds_each_unit_and_each_figure_to_reckon_with() -> None:
    book = load_workbook(io.BytesIO(to_xlsx(SECOND)))
    units, all_figures = book.worksheets
    head, *rows = [list(row) for row in units.iter_rows(values_only=True)]
    by_name = {row[head.index("单位代码")]: row for row in rows}
    assert set(UNITS) <= set(by_name)
    assert by_name["roads"][head.index("按期办结率")] == 0.6
    assert by_name["archives"][head.index("按期办结率")] is None
    told = {row[0]: row[3] for row in all_figures.iter_rows(min_row=2, values_only=True)}
    assert told == dict(SECOND.circular.counts)
