"""The blocks of a document's text in WordprocessingML; a chart becomes a table with bars of full blocks."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt

from services.kit.documents import layout
from services.kit.documents.official import (
    Bars,
    Block,
    Columns,
    Heading,
    Paragraph,
    Picture,
    Remark,
    Table,
    Tiles,
)
from services.kit.documents.word_text import ADVANCE, FANGSONG, GREY, HEITI, KAITI, RED, element, said

RIGHT_TAB: Final = WD_TAB_ALIGNMENT.RIGHT
LONGEST_BAR: Final = 24
FULL: Final = "█"
CAPTION_PT: Final = 12.0
REMARK_PT: Final = 10.0
TILE_PT: Final = 22.0
GAP: Final = Pt(6)
_LEVEL_FONTS: Final = {1: HEITI, 2: KAITI, 3: FANGSONG, 4: FANGSONG}
_GRID: Final = "Table Grid"


def _paragraph(word: Any, block: Paragraph) -> None:
    line = word.add_paragraph()
    said(line, block.text, FANGSONG, layout.BODY_PT)
    line.paragraph_format.first_line_indent = 2 * ADVANCE
    line.paragraph_format.keep_with_next = block.leads


def _heading(word: Any, block: Heading) -> None:
    line = word.add_paragraph()
    said(line, block.text, _LEVEL_FONTS[block.level], layout.BODY_PT)
    line.paragraph_format.first_line_indent = 2 * ADVANCE
    line.paragraph_format.keep_with_next = True
    # So that Word's navigation shows the headings, without the looks of its own heading styles.
    line._p.get_or_add_pPr().append(element("w:outlineLvl", val=block.level - 1))


def _remark(word: Any, block: Remark) -> None:
    _small(word.add_paragraph(), block.text, REMARK_PT, colour=GREY)


def _table(word: Any, block: Table) -> None:
    size = 7.5 if len(block.headings) > 10 else 9.0 if len(block.headings) > 5 else 10.5
    _caption(word, block.caption)
    table = _grid(word, len(block.headings), block.shares, _GRID)
    _headings(table, block, size)
    for at, row in enumerate(block.rows):
        cells = [
            (text, FANGSONG, RED if (at, column) in block.alarming else None, column in block.left)
            for column, text in enumerate(row)
        ]
        _row(table, cells, size)
    if block.total:
        _row(table, [(text, HEITI, None, False) for text in block.total], size)
    _gap(word)


def _headings(table: Any, block: Table, size: float) -> None:
    """One row, or two where some headings have a group; they stand again on each page."""
    upper, lower = list[str](), list[str]()
    for group, names in block.heads:
        upper += (group, *("" for _ in names[1:])) if group else names
        lower += names if group else ("" for _ in names)
    for texts in (upper, lower) if any(lower) else (upper,):
        _row(table, [(text, HEITI, None, False) for text in texts], size)
        table.rows[-1]._tr.get_or_add_trPr().append(element("w:tblHeader"))
    if any(lower):
        _merge(table, block)


def _merge(table: Any, block: Table) -> None:
    """A group spans its columns, a heading without one both rows."""
    at = 0
    for group, names in block.heads:
        places = range(at, at + len(names))
        if group:
            _span([table.cell(0, place) for place in places])
        else:
            for place in places:
                _span([table.cell(0, place), table.cell(1, place)])
        at += len(names)


def _span(cells: Sequence[Any]) -> None:
    """One cell of several, with the text of the first."""
    first, *others = cells
    for other in others:
        other.paragraphs[0].clear()
    if others:
        first.merge(others[-1])


def _bars(word: Any, block: Bars) -> None:
    _caption(word, block.caption)
    table = _grid(word, 3, (0.28, 0.5, 0.22), None)
    for bar in block.bars:
        full = FULL * round(min(1.0, bar.length / block.full) * LONGEST_BAR)
        colour = RED if bar.alarming else None
        cells = [(bar.name, FANGSONG, None, False), (full, FANGSONG, colour or "7D8A99", True)]
        _row(table, [*cells, (bar.said, FANGSONG, colour, True)], 9.0)
    _gap(word)


def _tiles(word: Any, block: Tiles) -> None:
    table = _grid(word, len(block.tiles), (1.0,) * len(block.tiles), _GRID)
    cells = table.add_row().cells
    for cell, tile in zip(cells, block.tiles, strict=True):
        _small(cell.paragraphs[0], tile.figure, TILE_PT, HEITI, RED if tile.alarming else None, centred=True)
        _small(cell.add_paragraph(), tile.name, REMARK_PT, HEITI, centred=True)
        _small(cell.add_paragraph(), tile.remark, 9.0, colour=GREY, centred=True)
    _gap(word)


def _columns(word: Any, block: Columns) -> None:
    table = _grid(word, len(block.columns), (1.0,) * len(block.columns), _GRID)
    for cell, column in zip(table.add_row().cells, block.columns, strict=True):
        colour = RED if column.alarming else None
        _small(cell.paragraphs[0], column.heading, CAPTION_PT, HEITI, colour)
        for one in column.entries:
            line = cell.add_paragraph()
            _small(line, f"{one.what}　", REMARK_PT)
            said(line, one.much, HEITI, REMARK_PT, RED if one.alarming else None)
            said(line, f"　{one.remark}" if one.remark else "", FANGSONG, 9.0, GREY)
        if not column.entries:
            _small(cell.add_paragraph(), column.otherwise, REMARK_PT, colour=GREY)
    _gap(word)


def _picture(word: Any, block: Picture) -> None:
    line = word.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # A line of fixed height would cut the picture.
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    line.add_run().add_picture(io.BytesIO(block.data), width=Mm(min(block.width, layout.TEXT_MM[0])))
    _caption(word, block.caption)


def _gap(word: Any) -> None:
    """Word takes two tables with nothing between them for one."""
    word.add_paragraph().paragraph_format.line_spacing = GAP


def _caption(word: Any, text: str) -> None:
    if text:
        _small(word.add_paragraph(), text, CAPTION_PT, HEITI, centred=True)


def _small(
    line: Any,
    text: str,
    size: float,
    font: str = FANGSONG,
    colour: str | None = None,
    *,
    centred: bool = False,
) -> None:
    said(line, text, font, size, colour)
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    if centred:
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _grid(word: Any, columns: int, shares: Sequence[float], style: str | None) -> Any:
    table = word.add_table(rows=0, cols=columns, style=style)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Mm(layout.TEXT_MM[0] * share / sum(shares))
    return table


def _row(table: Any, cells: Iterable[tuple[str, str, str | None, bool]], size: float) -> None:
    """A row of cells: text, font, colour, whether it stands on the left."""
    row = table.add_row()
    row._tr.get_or_add_trPr().append(element("w:cantSplit"))
    for cell, (text, font, colour, left) in zip(row.cells, cells, strict=True):
        _small(cell.paragraphs[0], text, size, font, colour, centred=not left)


WRITERS: Final[Mapping[type[Block], Callable[[Any, Any], None]]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    Remark: _remark,
    Table: _table,
    Bars: _bars,
    Tiles: _tiles,
    Columns: _columns,
    Picture: _picture,
}
