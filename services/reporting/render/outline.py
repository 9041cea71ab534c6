"""A circular as one value: what every printed edition (PDF, DOCX, XLSX annex) is made from.

A new section is one more line of SECTIONS; what it says is a function of the circular.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.kit.clock import LOCAL
from services.kit.documents.official import Attachment, Block, Heading, OfficialDocument, Paragraph, Remark
from services.reporting.circular import Circular, Correction, Edition, number_zh
from services.reporting.render import annex, passages, passages_lists, passages_supervised
from services.reporting.render.html import TITLES_ZH, day, moment, short_day
from services.reporting.render.summary import Read, read, summary

DRAFT: Final = "草稿（未签发）"
PROOF: Final = "数据核验"
SHOWN: Final = "每项数字均可逐条列出明细，下列指纹供核验。"

Passage = Callable[[Read], Iterator[Block]]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands beneath."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Head, number and title; the first page's summary; sections; annexes; how the figures can be checked.

    `dated` is the local day of the issue, of drafting where it isn't issued.
    """

    head: str
    number: str
    title: str
    issuer: str
    dated: date
    summary: tuple[Block, ...]
    sections: tuple[Section, ...]
    annexes: tuple[Attachment, ...]
    proof: tuple[Block, ...]
    addressee: str

    @property
    def body(self) -> tuple[Block, ...]:
        """Everything before the signature, in its order."""
        sections = ((Heading(1, one.title), *one.blocks) for one in self.sections)
        return (*self.summary, *(block for blocks in sections for block in blocks))


def outline(edition: Edition) -> Outline:
    """The circular as it stands, or its draft."""
    circular, issue = edition.circular, edition.issue
    one = read(circular)
    at = issue.issued_at or edition.drafted_at
    return Outline(
        head=f"{circular.authority.name}诉求办理{TITLES_ZH[circular.kind]}",
        number=number_zh(issue.number) if issue.number else DRAFT,
        title=_title(circular),
        issuer=circular.authority.issuer,
        dated=at.astimezone(LOCAL).date(),
        summary=(*_corrected(edition), *summary(one)),
        sections=tuple(Section(title, tuple(passage(one))) for title, passage in SECTIONS),
        annexes=tuple(Attachment(title, tuple(passage(one))) for title, passage in ANNEXES),
        proof=tuple(map(Remark, _proof(edition))),
        addressee="、".join(f"各{kind}" for kind in annex.kinds(one)),
    )


def official(edition: Edition) -> OfficialDocument:
    """The circular in the form of an official document; the proof closes the last annex."""
    told = outline(edition)
    *others, last = told.annexes
    proven = Attachment(last.title, (*last.blocks, Heading(2, PROOF), *told.proof))
    return OfficialDocument(
        head=told.head,
        number=told.number,
        title=told.title,
        addressee=told.addressee,
        body=told.body,
        attachments=(*others, proven),
        signed_by=told.issuer,
        dated=told.dated,
        printed_by=told.issuer,
        printed_on=told.dated,
    )


def _title(circular: Circular) -> str:
    first, until = circular.first, circular.last
    last = short_day(until) if first.year == until.year else day(until)
    return f"关于{day(first)}至{last}\n诉求办理情况的{'更正' if circular.correction else ''}通报"


def _corrected(edition: Edition) -> Iterator[Block]:
    """What this edition mends, or which one mended it: before anything else is read."""
    correction, by = edition.circular.correction, edition.issue.corrected_by
    if correction is not None:
        what = "；".join(_differences(correction))
        yield Paragraph(f"本期更正{number_zh(correction.corrects)}。原因：{correction.reason}。{what}。")
        if correction.remark:
            yield Paragraph(correction.remark)
    if by is not None:
        yield Paragraph(f"本期已由{number_zh(by)}更正，以更正为准。")


def _differences(correction: Correction) -> Iterator[str]:
    yield from (f"{one.name}由{one.old}更正为{one.new}" for one in correction.changes)
    if not correction.changes:
        yield "各项数字不变"


def _proof(edition: Edition) -> Sequence[str]:
    """The fingerprints by which anybody can tell that these are the figures that were issued."""
    circular, head = edition.circular, edition.circular.promise_head
    chain = f"承诺链：第{head.seq}号 {head.hash}，签名 {head.signature}（公钥 {head.key}）。" if head else ""
    said = (
        f"本期数据截至{moment(circular.cut_at)}（北京时间），{SHOWN}",
        f"数据指纹（SHA-256）：{edition.figures_sha256}",
        f"截取位置指纹（SHA-256，{len(circular.cut)}个分区）：{circular.cut_sha256}",
        chain,
        _signed(edition),
    )
    return [line for line in said if line]


def _signed(edition: Edition) -> str:
    drafted, issue = f"生成于{moment(edition.drafted_at)}", edition.issue
    if issue.issued_at is None:
        return f"{drafted}，尚未签发。"
    how = "按规定自动签发" if issue.issued_by == "policy" else f"{issue.issued_by} 签发"
    return f"{drafted}，{moment(issue.issued_at)}{how}。"


SECTIONS: Final[Sequence[tuple[str, Passage]]] = (
    ("基本情况", passages.basics),
    ("点名通报", passages.named),
    ("回访与评价", passages_lists.satisfaction),
    ("热点与重复反映", passages.hot),
    ("承诺与项目", passages_lists.progress),
    ("督办情况", passages.supervision),
    ("督办清单", passages_supervised.supervised),
    ("红黑榜", passages_lists.boards),
)
ANNEXES: Final[Sequence[tuple[str, Passage]]] = (("各单位诉求办理情况", annex.units),)
