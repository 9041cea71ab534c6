"""A PDF measured as it lies on the table: where each character stands, and how large it is."""

import ctypes
from collections import defaultdict
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

POINT_MM = 25.4 / 72


@dataclass(frozen=True)
class Glyph:
    """A character: the left end of its baseline in mm from the paper's left and top edges, its size in pt."""

    text: str
    left: float
    down: float
    size: float


@dataclass(frozen=True)
class Sheet:
    """A page of paper: width and height in mm, and what is written there."""

    width: float
    height: float
    glyphs: tuple[Glyph, ...]

    def lines(self, size: float | None = None) -> list[str]:
        """The lines of the page from above, or those in one size."""
        found: dict[float, list[Glyph]] = defaultdict(list)
        for glyph in self.glyphs:
            if size is None or round(glyph.size, 1) == size:
                found[round(glyph.down, 1)].append(glyph)
        ordered = (sorted(found[down], key=lambda glyph: glyph.left) for down in sorted(found))
        return ["".join(glyph.text for glyph in line) for line in ordered]

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


def _sheet(page: pypdfium2.PdfPage) -> Sheet:
    width, height = page.get_size()
    text = page.get_textpage()
    glyphs = [_glyph(text.raw, at, height) for at in range(text.count_chars())]
    written = tuple(glyph for glyph in glyphs if glyph.text.strip())
    return Sheet(width * POINT_MM, height * POINT_MM, written)


def _glyph(text: pdfium.FPDF_TEXTPAGE, at: int, height: float) -> Glyph:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, at, x, y)
    return Glyph(
        chr(pdfium.FPDFText_GetUnicode(text, at)),
        x.value * POINT_MM,
        (height - y.value) * POINT_MM,
        pdfium.FPDFText_GetFontSize(text, at),
    )
