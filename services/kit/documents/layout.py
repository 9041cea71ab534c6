"""The measures of an official document on paper. Source: GB/T 9704-2012, the clause behind each."""

from typing import Final

PAPER_MM: Final = (210.0, 297.0)
"""A4 (5.1)."""
TOP_MM: Final = 37.0
LEFT_MM: Final = 28.0
TEXT_MM: Final = (156.0, 225.0)
"""Width and height of the text area (5.2.1)."""
RIGHT_MM: Final = PAPER_MM[0] - LEFT_MM - TEXT_MM[0]
BOTTOM_MM: Final = PAPER_MM[1] - TOP_MM - TEXT_MM[1]
LINES: Final = 22
CHARACTERS: Final = 28
"""Lines of a page, characters of a line (5.2.3)."""
PITCH_MM: Final = TEXT_MM[1] / LINES
ADVANCE_MM: Final = TEXT_MM[0] / CHARACTERS
"""From line to line, from character to character."""
BODY_PT: Final = 16.0
"""3号 (5.2.2)."""
TITLE_PT: Final = 22.0
"""2号 (7.3.1)."""
SMALL_PT: Final = 14.0
"""4号: page numbers (7.5), copies, who printed (7.4)."""
HEAD_MM: Final = 35.0
"""From the top of the text area to the red head (7.2.4)."""
RULE_MM: Final = 4.0
"""From the number down to the red line (7.2.7)."""
THICK_MM: Final = 0.35
THIN_MM: Final = 0.25
"""The lines of the printing block (7.4.1)."""
FOLIO_MM: Final = 7.0
"""From the bottom of the text area down to the page number (7.5)."""
LETTER_HEAD_MM: Final = 30.0
"""From the paper's edge down to the head of a letter (10.1)."""
DOUBLE_MM: Final = 170.0
"""The length of a letter's double lines; they stand in the middle of the paper (10.1)."""
DOUBLE_FOOT_MM: Final = 20.0
"""From the second double line down to the paper's edge (10.1)."""
POINT_MM: Final = 25.4 / 72
LETTER_NUMBER_MM: Final = BODY_PT * POINT_MM * 7 / 8
"""From the first double line down to the number of a letter: 7/8 of a 3号 character (10.1)."""
