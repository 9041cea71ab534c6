"""Queue a letter for its addressee, with its PDF, in the transaction that signs it."""

import asyncio
from collections.abc import Sequence

from services.kit.connection import Connection
from services.kit.delivery.message import Attachment, Outgoing
from services.kit.delivery.store import enqueue, reachable
from services.kit.documents.official import chinese_day
from services.supervision.letter import Letter
from services.supervision.notices import committee_of
from services.supervision.render.document import to_pdf
from services.supervision.render.letter import letter_text
from services.supervision.store_directory import PostgresCopy

TYPE = "yinuo.letter.issued"


async def send_letter(connection: Connection, letter: Letter) -> int:
    """How many messages were queued: none where the addressee has no address."""
    to = await _addressees(connection, letter)
    known = await reachable(connection, to)
    if not known:
        return 0
    # Laying out the PDF takes a core for a while, and others' work shall not wait for it.
    message = await asyncio.to_thread(letter_message, letter, to)
    return await enqueue(connection, known, [message])


async def _addressees(connection: Connection, letter: Letter) -> tuple[str, ...]:
    """The unit, and its Party committee where that one is meant."""
    unit = letter.matter.unit
    if letter.matter.addressed == "unit":
        return (f"unit:{unit}",)
    above = await PostgresCopy(connection).above([unit])
    committees = (committee_of(unit, one) for one in above.values())
    return tuple(dict.fromkeys([f"unit:{unit}", *filter(None, committees)]))


def letter_message(letter: Letter, recipients: Sequence[str]) -> Outgoing:
    """A signed letter as an e-mail with its PDF attached, and as a webhook."""
    text, signature, issued_at = letter_text(letter), letter.signature, letter.issued_at
    assert signature is not None and issued_at is not None  # noqa: S101, PT018  it has a text
    matter = letter.matter
    return Outgoing(
        about=f"letter/{letter.letter_id}",
        recipients=tuple(recipients),
        type=TYPE,
        at=issued_at,
        subject=f"【督办函】{text.number}：{text.title}",
        body="\n".join(
            [
                f"{text.number} {text.title}",
                f"主送：{text.addressee}",
                f"书面回复：{chinese_day(signature.reply_by)}前",
                "",
                *text.paragraphs,
                "",
                "全文见附件。请登录系统签收，并按期书面回复。",
                "",
            ]
        ),
        data={
            "letter_id": letter.letter_id,
            "number": text.number,
            "title": text.title,
            "unit": matter.unit,
            "addressee": text.addressee,
            "receipt_due": signature.receipt_due,
            "reply_by": signature.reply_by,
            "finding_id": matter.finding_id,
            "project_id": matter.project_id,
            "case_id": matter.case_id,
        },
        page=f"/letters/{letter.letter_id}",
        attachments=(Attachment(f"{text.number}.pdf", "application/pdf", to_pdf(letter)),),
    )
