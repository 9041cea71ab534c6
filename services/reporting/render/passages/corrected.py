"""更正说明: what this edition mends, or which one mended it; said before anything else."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.kit.documents.official import Block, Paragraph
from services.reporting.circular import Change, Edition, number_zh
from services.reporting.render.table import Column, table


def corrected(edition: Edition) -> Iterator[Block]:
    """Nothing for an edition that neither corrects nor is corrected."""
    if edition.issue.corrected_by is not None:
        yield Paragraph(f"本通报已由{_named(edition.issue.corrected_by)}更正，以更正为准；原文保留如下。")
    correction = edition.circular.correction
    if correction is None:
        return
    signed = f"批准：{edition.issue.signed_by}。" if edition.issue.signed_by else ""
    yield Paragraph(
        f"本期更正{_named(correction.corrects)}。原因：{correction.reason.rstrip('。')}。{signed}"
        f"数字出自同一台账、同一截点，按更正后的目录重新编制"
        f"{'，更正之处如下' if correction.changes else '，各项数字不变'}。"
    )
    if correction.changes:
        yield table(correction.changes, COLUMNS)
    if correction.remark:
        yield Paragraph(correction.remark)


def _named(number: str) -> str:
    return f"{number_zh(number)}（{number}）"


COLUMNS: Final[Sequence[Column[Change]]] = (
    Column("更正之处", lambda change: change.name, 2.4, left=True),
    Column("原", lambda change: change.old, 1.6),
    Column("更正为", lambda change: change.new, 1.6, alarming=lambda _: True),
)
