"""A PDF measured as it lies on the table: where each character and each line stands, and how large it is."""

import ctypes
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pypdfium2
import pypdfium2.raw as pdfium

POINT_MM: Final = 25.4 / 72
LONGEST_NAME: Final = 200
"""Of a font, in bytes."""


@dataclass(frozen=True)
class Glyph:
    """A character: the left end of its baseline in mm from the paper's left and top edges, its size in pt,

    the right edge of its ink in mm. One that its font doesn't have reads as NUL.
    """

    text: str
    left: float
    down: float
    size: float
    right: float = 0.0
    font: str = ""


@dataclass(frozen=True)
class Rule:
    """A line or an area, its edges in mm from the paper's left and top edges, without the pen's breadth."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Sheet:
    """A page of paper: width and height in mm, what is written there and what is ruled."""

    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...] = ()

    def lines(self, size: float | None = None) -> list[str]:
        """The lines of the page from above, or those in one size."""
        return ["".join(glyph.text for glyph in line) for line in self.rows(size)]

    def rows(self, size: float | None = None) -> list[list[Glyph]]:
        """The same, glyph by glyph from the left."""
        found: dict[float, list[Glyph]] = defaultdict(list)
        for glyph in self.glyphs:
            if size is None or round(glyph.size, 1) == size:
                found[round(glyph.down, 1)].append(glyph)
        return [sorted(found[down], key=lambda glyph: glyph.left) for down in sorted(found)]

    def baselines(self, size: float) -> list[float]:
        """Where the lines of a size stand, in mm from the top."""
        return sorted({round(glyph.down, 1) for glyph in self.glyphs if round(glyph.size, 1) == size})

    def of(self, text: str) -> Glyph:
        """The first of a character on the page."""
        return next(glyph for glyph in self.glyphs if glyph.text == text)


def sheets(pdf: bytes) -> list[Sheet]:
    """The pages of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_sheet(page) for page in document]
    finally:
        document.close()


def draw(pdf: bytes, folder: Path, name: str, scale: float = 2.0) -> list[Path]:
    """Writes each page as `name-1.png`, …; `scale` in pixels a point. The files in their order."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        files = [folder / f"{name}-{number}.png" for number in range(1, len(document) + 1)]
        for page, file in zip(document, files, strict=True):
            page.render(scale=scale).to_pil().save(file)
    finally:
        document.close()
    return files


def _sheet(page: pypdfium2.PdfPage) -> Sheet:
    width, height = page.get_size()
    text = page.get_textpage()
    glyphs = [_glyph(text.raw, at, height) for at in range(text.count_chars())]
    written = tuple(glyph for glyph in glyphs if glyph.text.strip())
    return Sheet(width * POINT_MM, height * POINT_MM, written, tuple(_rules(page, height)))


def _glyph(text: pdfium.FPDF_TEXTPAGE, at: int, height: float) -> Glyph:
    x, y, left, right, bottom, top = (ctypes.c_double() for _ in range(6))
    pdfium.FPDFText_GetCharOrigin(text, at, x, y)
    pdfium.FPDFText_GetCharBox(text, at, left, right, bottom, top)
    return Glyph(
        chr(pdfium.FPDFText_GetUnicode(text, at)),
        x.value * POINT_MM,
        (height - y.value) * POINT_MM,
        pdfium.FPDFText_GetFontSize(text, at),
        right.value * POINT_MM,
        _font(text, at),
    )


def _font(text: pdfium.FPDF_TEXTPAGE, at: int) -> str:
    """Its name without the mark of a part of a font (RSRGCA+)."""
    name = ctypes.create_string_buffer(LONGEST_NAME)
    pdfium.FPDFText_GetFontInfo(text, at, name, LONGEST_NAME, ctypes.c_int())
    return name.value.decode("utf-8", "replace").rpartition("+")[2]


def _rules(page: pypdfium2.PdfPage, height: float) -> Iterator[Rule]:
    for path in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = path.get_bounds()
        pen = _pen(path)
        edges = (left + pen, height - top + pen, right - pen, height - bottom - pen)
        yield Rule(*(edge * POINT_MM for edge in edges))


def _pen(path: pypdfium2.PdfObject) -> float:
    """By which the bounds of what is drawn stand out beyond its geometry, in points."""
    filled, stroked, width = ctypes.c_int(), ctypes.c_int(), ctypes.c_float()
    pdfium.FPDFPath_GetDrawMode(path, filled, stroked)
    pdfium.FPDFPageObj_GetStrokeWidth(path, width)
    return width.value if stroked.value else 0.0
