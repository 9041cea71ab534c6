"""Queue an issued circular for everybody who has an address here, in the transaction that issues it."""

import asyncio
from functools import partial

from services.kit.connection import Connection
from services.kit.delivery.message import Attachment, Outgoing
from services.kit.delivery.store import enqueue, reachable
from services.reporting.circular import Circular, Edition, number_zh
from services.reporting.public import public_edition
from services.reporting.render.html import to_html
from services.reporting.render.paper import to_pdf
from services.reporting.render.wording import TITLES_ZH, day, percent, short_day
from services.reporting.store_circulars import find

TYPE = "yinuo.circular.issued"


async def send_circular(connection: Connection, reference: str | None) -> int:
    """How many messages were queued: none where nothing was issued, or nobody has an address."""
    known = await reachable(connection) if reference else {}
    edition = await find(connection, reference) if known and reference else None
    if edition is None:
        return 0
    # Laying out the PDF takes a core for a while, and others' work shall not wait for it.
    message = await asyncio.to_thread(circular_message, edition, tuple(known))
    return await enqueue(connection, known, [message])


def circular_message(edition: Edition, recipients: tuple[str, ...]) -> Outgoing:
    """The issued circular as an e-mail with its page beside and the PDF attached, and as a webhook.

    It is the public edition: a mail goes on to whoever it is passed to.
    """
    edition = public_edition(edition)
    circular, issue = edition.circular, edition.issue
    assert issue.number is not None and issue.issued_at is not None  # noqa: S101, PT018
    title = f"{circular.authority.name}诉求办理{TITLES_ZH[circular.kind]}{number_zh(issue.number)}"
    page = to_html(edition, files=False)
    return Outgoing(
        about=f"circular/{issue.number}/{edition.figures_sha256}",
        recipients=recipients,
        type=TYPE,
        at=issue.issued_at,
        subject=f"{title}（{short_day(circular.first)}至{short_day(circular.last)}）",
        body=_body(title, edition),
        data={
            "number": issue.number,
            "kind": circular.kind,
            "first": circular.first,
            "last": circular.last,
            "corrects": circular.correction.corrects if circular.correction else None,
            "issued_at": issue.issued_at,
            "figures_sha256": edition.figures_sha256,
        },
        html=page,
        page=f"/circulars/{issue.number}",
        attachments=(Attachment(f"{title}.pdf", "application/pdf", to_pdf(edition)),),
    )


def _count(circular: Circular, figure: str) -> int:
    return circular.counts.get(figure, 0)


def _body(title: str, edition: Edition) -> str:
    c = edition.circular
    n = partial(_count, c)
    names = {unit.code: unit.name for unit in c.units}
    below = "、".join(names.get(code, code) for code in c.below_threshold) or "无"
    return "\n".join(
        [
            title,
            f"{day(c.first)}至{day(c.last)}",
            "",
            f"本期交办 {n('dispatched')} 件，办结 {n('completed')} 件，期末超期未办结 {n('overdue')} 件。",
            f"按期办结率 {percent(c.on_time_rate)}。",
            f"按期办结率低于 {percent(c.authority.threshold, 0)} 的单位：{below}",
            "",
            "通报全文见附件。",
            f"数据指纹（SHA-256）：{edition.figures_sha256}",
            "",
        ]
    )
