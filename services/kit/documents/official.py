"""An official document (公文) as a value; how it looks on paper is GB/T 9704-2012, see `layout`.

Texts stand as they are: no mark-up is read in them, and what no paper can show (control characters) is left
out. Headings carry no number of their own: they are numbered 一、 （一） 1. （1） where they stand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Final, Literal, get_args

NUMERALS: Final = "零一二三四五六七八九"

Level = Literal[1, 2, 3, 4]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
Media = Literal["png", "jpeg"]
Form = Literal["file", "letter"]
"""文件 with its red head and line; 信函 between double lines (GB/T 9704-2012, 10.1)."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, its first line indented by two characters; a line break in `text` begins another one."""

    text: str

    @property
    def leads(self) -> bool:
        """Whether it announces what comes next, and so stands on one page with its beginning."""
        return self.text.endswith("：")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the structure 一、 （一） 1. （1）, from the first level to the fourth."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Small print: what explains a table."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings, all of one length. `widths`: shares of the line by column, equal where empty.

    `left`: the columns that aren't centred. `alarming`: (row, column) of cells to be seen at once.
    `total`: a last row that sums up. `groups`: by column, a heading above the heading; neighbours of one name
    share it, "" has none. A line break in a cell begins a new line there.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    left: frozenset[int] = frozenset()
    alarming: frozenset[tuple[int, int]] = frozenset()
    total: tuple[str, ...] = ()
    caption: str = ""
    groups: tuple[str, ...] = ()

    @property
    def shares(self) -> tuple[float, ...]:
        """The widths, equal ones where none are given."""
        return self.widths or (1.0,) * len(self.headings)

    @property
    def heads(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The headings by their groups, from left to right; a group of no name for those that have none."""
        named = zip(self.groups or ("",) * len(self.headings), self.headings, strict=True)
        runs = groupby(named, key=lambda one: one[0])
        return tuple((group, tuple(heading for _, heading in run)) for group, run in runs)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: its name, its length (any unit, not negative), what is written behind it."""

    name: str
    length: float
    said: str
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart. `whole`: the length of a full bar, the longest one's where None. `mark`: a line across."""

    bars: tuple[Bar, ...]
    whole: float | None = None
    mark: float | None = None
    caption: str = ""

    @property
    def full(self) -> float:
        """The length of a full bar, never nought."""
        return self.whole or max((bar.length for bar in self.bars), default=0) or 1


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure to look at: the figure, its name, a remark beneath it."""

    figure: str
    name: str
    remark: str = ""
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Tiles:
    """Figures side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a short list: what, how much, and a remark in small print where there is room for it."""

    what: str
    much: str
    remark: str = ""
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A short list with a heading. `otherwise`: said where it is empty."""

    heading: str
    entries: tuple[Entry, ...]
    otherwise: str = ""
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Short lists side by side."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its bytes, `width` mm wide."""

    data: bytes
    media: Media
    caption: str = ""
    width: float = 120.0


Block = Paragraph | Heading | Remark | Table | Bars | Tiles | Columns | Picture


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is bound behind the text, each from a new page on; the document lists their titles by itself."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """A document of one issuer, to be sealed over signature and date.

    `head`: the red 发文机关标志 in full (凤县人民政府文件); `number`: 发文字号 (凤督函〔2026〕12号);
    `title`: where its lines are to be parted, it may say by a line break;
    `addressee`: 主送机关, without its colon; `dated`: 成文日期; `copies`: 抄送机关; `printed_by` and
    `printed_on`: 印发机关 and 印发日期, not shown in a letter. `annotation`: 附注, without its brackets.
    """

    head: str
    number: str
    title: str
    body: tuple[Block, ...]
    signed_by: str
    dated: date
    addressee: str = ""
    attachments: tuple[Attachment, ...] = ()
    annotation: str = ""
    copies: tuple[str, ...] = ()
    printed_by: str = ""
    printed_on: date | None = None
    form: Form = "file"


@dataclass(slots=True)
class Numbering:
    """Counts the headings of a text; a heading begins the levels below it anew."""

    counts: list[int] = field(default_factory=lambda: [0, 0, 0, 0])

    def next(self, level: Level) -> str:
        """The number of the next heading of a level, with its mark."""
        at = level - 1
        self.counts[at] += 1
        self.counts[level:] = [0] * (len(self.counts) - level)
        return _MARKS[level].format(self.counts[at], numeral(self.counts[at]))


_MARKS: Final = {1: "{1}、", 2: "（{1}）", 3: "{0}. ", 4: "（{0}）"}
"""GB/T 9704-2012, 7.3.3."""


def numeral(number: int) -> str:
    """1 → 一, 12 → 十二, 30 → 三十; from 1 to 99."""
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return (NUMERALS[tens] if tens > 1 else "") + "十" + (NUMERALS[ones] if ones else "")


def chinese_day(day: date) -> str:
    """2026年3月1日: 成文日期 in Arabic numerals, no noughts before (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """A text of several lines as paragraphs; empty lines are left out."""
    return tuple(Paragraph(line.strip()) for line in text.splitlines() if line.strip())


def single(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks: each line of a paragraph one of its own, headings numbered, no empty charts.

    Where no heading is of the first level, the highest take its place.
    """
    numbering = Numbering()
    above = min((one.level for one in blocks if isinstance(one, Heading)), default=1) - 1
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from paragraphs(block.text)
        elif isinstance(block, Heading):
            level: Level = LEVELS[block.level - above - 1]
            yield Heading(level, numbering.next(level) + block.text)
        elif not isinstance(block, Bars) or block.bars:
            yield block


def listed(attachments: Sequence[Attachment]) -> list[str]:
    """How the text lists what is attached: numbered where there are several (GB/T 9704-2012, 7.3.4)."""
    if len(attachments) == 1:
        return [attachments[0].title]
    return [f"{at}. {one.title}" for at, one in enumerate(attachments, start=1)]
