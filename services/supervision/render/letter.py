"""A letter as the parts of an official document, in the order of GB/T 9704-2012. Pure.

The same letter always gives the same text: everything comes from what was fixed when it was signed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.kit.documents.official import chinese_day
from services.supervision.calendar import LOCAL
from services.supervision.letter import Letter


@dataclass(frozen=True, slots=True)
class LetterText:
    """The parts: `issuer` heads and signs it, `paragraphs` are the body, `copies` who else gets it (抄送)."""

    issuer: str
    number: str
    title: str
    addressee: str
    paragraphs: tuple[str, ...]
    signature: str
    day: date
    copies: tuple[str, ...]
    void: bool


class Unsigned(ValueError):
    """A draft has no number, date or signature, and so no text."""


def letter_text(letter: Letter) -> LetterText:
    """Raises Unsigned for a draft."""
    signature, issued_at = letter.signature, letter.issued_at
    if signature is None or issued_at is None:
        raise Unsigned(f"letter {letter.letter_id} is {letter.state}")
    return LetterText(
        issuer=signature.issuer,
        number=signature.number,
        title=str(letter.matter.title),
        addressee=signature.addressee,
        paragraphs=_paragraphs(letter, signature.reply_by, signature.receipt_due),
        signature=signature.issuer,
        day=issued_at.astimezone(LOCAL).date(),
        copies=(signature.copy_to,) if signature.copy_to else (),
        void=letter.state == "voided",
    )


def _paragraphs(letter: Letter, reply_by: date, receipt_due: datetime | None) -> tuple[str, ...]:
    matter = letter.matter
    opening = "经巡回指导，发现你单位存在以下问题：" if matter.finding_id else "现就有关问题函告如下："
    by = f"于{chinese_day(_last_day(receipt_due))}前" if receipt_due else "收到本函后及时"
    closing = f"请你单位{by}签收，按要求逐项整改，并于{chinese_day(reply_by)}前书面回复整改情况。"
    required = _lines(matter.required)
    return (opening, *_lines(matter.found), "现提出以下整改要求：", *required, closing, "特此函告。")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _last_day(due: datetime) -> date:
    return (due - timedelta(microseconds=1)).astimezone(LOCAL).date()
