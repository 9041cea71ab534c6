"""数据核验: the fingerprints by which anybody can tell that these are the figures that were issued."""

from collections.abc import Iterator
from typing import Final

from services.kit.documents.official import Remark
from services.reporting.circular import Edition
from services.reporting.render.wording import moment

SHOWN: Final = "每项数字均可逐条列出明细，下列指纹供核验。"


def proof(edition: Edition) -> Iterator[Remark]:
    """A line each; the last says when it was made and issued, and by whom."""
    circular, head = edition.circular, edition.circular.promise_head
    yield Remark(f"本期数据截至{moment(circular.cut_at)}（北京时间），{SHOWN}")
    yield Remark(f"数据指纹（SHA-256）：{edition.figures_sha256}")
    yield Remark(f"截取位置指纹（SHA-256，{len(circular.cut)}个分区）：{circular.cut_sha256}")
    if head is not None:
        yield Remark(f"承诺链：第{head.seq}号 {head.hash}，签名 {head.signature}（公钥 {head.key}）。")
    yield Remark(_signed(edition))


def _signed(edition: Edition) -> str:
    drafted, issue = f"生成于{moment(edition.drafted_at)}", edition.issue
    if issue.issued_at is None:
        return f"{drafted}，尚未签发。"
    how = "按规定自动签发" if issue.issued_by == "policy" else f"由{issue.issued_by}签发"
    return f"{drafted}，{moment(issue.issued_at)}{how}。"
