"""A circular on paper: the same figures as the page, first and last on the first page, units in the annex."""

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html import unescape
from uuid import UUID

import pytest
from docx import Document
from openpyxl import load_workbook

from services.dev.paper import sheets
from services.kit.documents.official import Block, Heading, Paragraph, Remark, Table
from services.reporting.circular import Edition
from services.reporting.compose import Again, OpenLate
from services.reporting.list_figures import SLICES
from services.reporting.lists import Late, Listed
from services.reporting.public import public_edition
from services.reporting.render.html import to_html
from services.reporting.render.outline import outline
from services.reporting.render.paper import to_docx, to_pdf
from services.reporting.render.xlsx import to_xlsx
from tests.contract.reporting_histories import FIRST, UNITS
from tests.unit.test_reporting_circular import CUT_AT, circular, edition, figures
from tests.unit.test_reporting_sections import answered, told

TIERED = [figure for figure, by in SLICES.items() if by == ("tier",)]
LETTERED = [
    figure for figure, by in SLICES.items() if by == ("unit",) and figure[:7] in ("letters", "red_sli")
]
LIMITED = [figure for figure, by in SLICES.items() if by == ("limit",) and figure != "notices"]
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

COUNTS = {
    **answered(water=(20, 17), roads=(20, 16), archives=(9, 9), town_east=(2, 1)),
    **{f"{figure}{part}": 3 for figure in TIERED for part in ("", ".tier.town")},
    **{f"{figure}{part}": 2 for figure in LIMITED for part in ("", ".limit.assist")},
    **{f"{figure}{part}": 12 for figure in LETTERED for part in ("", ".unit.town_east")},
    **dict.fromkeys(("rounds_held", "findings", "letters_of_findings", "projects_updated"), 5),
    **dict.fromkeys(("consequences_drawn", "consequences_drawn.measure.interview", "listings_opened"), 2),
    **dict.fromkeys(("promises_made", "projects_rated", "projects_rated_badly"), 4),
    **dict.fromkeys(("repeats_answered", "repeats_satisfied", "notices.limit.complete"), 1),
    **dict.fromkeys(("rated.level.satisfied", "rated.level.dissatisfied"), 1),
}
OVERDUE_ITEM = Late("promise", "N7", "town", "town_east", None, "甲", CUT_AT, "修路")
LISTED = Listed("project", "water", "water.head", "老城区供水改造", CUT_AT, "listed", CUT_AT)
FULL = edition(
    told(
        COUNTS,
        {unit: {**one, "repeats": 1} for unit, one in BY_UNIT.items()},
        whole={"rated": 2, "rated_badly": 1, "notices": 1},
        overdue=LATE,
        repeats=(Again(UUID(int=2), "YN2-X", "YN3-X", "water", "water", completed=False),),
        late_promises=(OVERDUE_ITEM,),
        late_projects=(OVERDUE_ITEM,),
        late_letters=(Late("letter", "凤督函〔2021〕1号", None, "town_east", None, None, CUT_AT, None),),
        listings=(LISTED, replace(LISTED, state="undated")),
        gaming={"closed_unheard": {"water": 2, "roads": 1}},
        money={"town": (Decimal(120000), Decimal(50000))},
    )
)
"""One in which every section has something to say."""


def body(of: Edition) -> tuple[Block, ...]:
    """The blocks of all sections."""
    return tuple(block for section in outline(of).sections for block in section.blocks)


@pytest.mark.parametrize("of", [edition(circular()), SECOND, FULL, public_edition(FULL)])
def test_the_page_says_every_sentence_and_every_cell_of_the_outline(of: Edition) -> None:
    page = unescape(to_html(of))
    for block in body(of):
        match block:
            case Paragraph() | Remark():
                assert f">{block.text}</p>" in page
            case Table():
                assert all(f">{cell}</td>" in page for row in (*block.rows, block.total) for cell in row)
                assert all(f">{heading}</th>" in page for heading in block.headings)


def test_a_section_with_nothing_to_say_has_no_heading() -> None:
    titles = [section.title for section in outline(edition(circular())).sections]
    assert "红黑榜" not in titles
    assert "红黑榜" in [section.title for section in outline(FULL).sections]


def test_columns_of_one_group_stand_under_its_heading() -> None:
    [letters] = [block for block in body(FULL) if isinstance(block, Table) and "整改督办函" in block.caption]
    assert letters.heads == (
        ("", ("单位",)),
        ("本期", ("发出", "回复", "销号")),
        ("期末", ("未销号", "逾期未回复")),
    )
    assert '<th colspan="3">本期</th><th colspan="2">期末</th>' in to_html(FULL)


def test_the_public_edition_on_paper_names_no_single_matter() -> None:
    whole, open_to_all = body(FULL), body(public_edition(FULL))
    for receipt in ("YN1", "YN2-X", "YN3-X"):
        assert receipt in str(whole)
        assert receipt not in str(open_to_all)
    assert "回执号" not in str(open_to_all)


def test_the_supervision_list_tells_rounds_letters_listings_and_who_owes_a_reply() -> None:
    [section] = [one for one in outline(FULL).sections if one.title == "督办清单"]
    text = "".join(block.text for block in section.blocks if isinstance(block, Paragraph))
    for words in (
        *("完成巡回指导5轮，发现问题5个", "推动更新项目5个", "逾期未回复督办函的单位：town_east单位（12件）"),
        *("督办升级：本期提请约谈2次。", "办结未回访、群众再次反映3起（water单位2起、roads单位1起）"),
    ):
        assert words in text
    rows = [row for block in section.blocks if isinstance(block, Table) for row in block.rows]
    assert any("凤督函〔2021〕1号" in row for row in rows)
    assert [row[-1] for row in rows if "老城区供水改造" in row] == ["3月7日", "待定"]


def test_the_public_edition_counts_signs_of_gaming_and_names_nobody() -> None:
    text = str(body(public_edition(FULL)))
    assert "办结未回访、群众再次反映3起。" in text
    assert "water单位2起" not in text + to_html(public_edition(FULL))


def test_the_first_page_shows_who_is_first_who_is_last_and_what_burns() -> None:
    first, *_ = sheets(to_pdf(SECOND))
    text = "".join(first.lines())
    for words in ("凤县诉求办理周通报", "〔2021〕第3期", "谁在前", "谁在后", "什么最急"):
        assert words in text
    assert "roads单位60.0%" in text


def test_all_that_burns_fits_on_the_first_page_however_much_it_is() -> None:
    text = "".join(sheets(to_pdf(FULL))[0].lines())
    burning = FULL.circular.burning
    assert len(burning) > 7
    assert all(one.zh in text and f"{one.count}{one.unit}" in text for one in burning)


def test_towns_and_departments_stand_apart_with_their_sums() -> None:
    annex = outline(SECOND).annex
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
    for heading in (
        *("一、基本情况", "二、点名通报", "三、回访与评价", "四、热点与重复反映"),
        *("五、承诺与项目", "六、督办情况", "七、督办清单", "八、红黑榜"),
    ):
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
