"""A circular as one value: what its page, its PDF and its Word file are all made from.

A new section is one more line of SECTIONS; what it says is a function of the circular.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.kit.documents.official import Attachment, Block
from services.reporting.circular import Circular, Edition, number_zh
from services.reporting.render.passages import annex
from services.reporting.render.passages.basics import basics
from services.reporting.render.passages.boards import boards
from services.reporting.render.passages.corrected import corrected
from services.reporting.render.passages.hot import hot
from services.reporting.render.passages.named import named
from services.reporting.render.passages.progress import progress
from services.reporting.render.passages.proof import proof
from services.reporting.render.passages.satisfaction import satisfaction
from services.reporting.render.passages.supervised import supervised
from services.reporting.render.passages.supervision import supervision
from services.reporting.render.read import Read, read
from services.reporting.render.summary import summary
from services.reporting.render.wording import TITLES_ZH, dated, day, short_day

DRAFT: Final = "草稿（未签发）"

Passage = Callable[[Read], Iterator[Block]]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands beneath."""

    title: str
    english: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Head, number and title; the first page's summary; sections; annex; how the figures can be checked.

    `corrected`: what it mends, or what mended it. `title`: its lines are parted by a line break.
    """

    head: str
    number: str
    title: str
    addressee: str
    issuer: str
    dated: date
    corrected: tuple[Block, ...]
    summary: tuple[Block, ...]
    sections: tuple[Section, ...]
    annex: Attachment
    proof: Section


def outline(edition: Edition) -> Outline:
    """The circular as it stands, or its draft."""
    circular, issue = edition.circular, edition.issue
    one = read(circular)
    sections = (Section(title, english, tuple(passage(one))) for title, english, passage in SECTIONS)
    return Outline(
        head=f"{circular.authority.name}诉求办理{TITLES_ZH[circular.kind]}",
        number=number_zh(issue.number) if issue.number else DRAFT,
        title=_title(circular),
        addressee="、".join(f"各{kind}" for kind in annex.kinds(one)),
        issuer=circular.authority.issuer,
        dated=dated(edition),
        corrected=tuple(corrected(edition)),
        summary=tuple(summary(one)),
        sections=tuple(section for section in sections if section.blocks),
        annex=Attachment(annex.TITLE, tuple(annex.units(one))),
        proof=Section("数据核验", "Proof", tuple(proof(edition))),
    )


def _title(circular: Circular) -> str:
    first, until = circular.first, circular.last
    last = short_day(until) if first.year == until.year else day(until)
    return f"关于{day(first)}至{last}\n诉求办理情况的{'更正' if circular.correction else ''}通报"


SECTIONS: Final[Sequence[tuple[str, str, Passage]]] = (
    ("基本情况", "Basics", basics),
    ("点名通报", "Units below the threshold", named),
    ("回访与评价", "Call-backs and ratings", satisfaction),
    ("热点与重复反映", "Hot subjects, repeats", hot),
    ("承诺与项目", "Promises and projects", progress),
    ("督办情况", "Supervision", supervision),
    ("督办清单", "Rounds, letters, listings", supervised),
    ("红黑榜", "Red and black lists", boards),
)
