"""A signed letter as an official document, in PDF and DOCX. The same letter has the same bytes."""

from services.kit.documents import docx, pdf
from services.kit.documents.official import OfficialDocument, Paragraph
from services.supervision.letter import Letter
from services.supervision.render.letter import letter_text


def official(letter: Letter) -> OfficialDocument:
    """Raises Unsigned for a draft."""
    text = letter_text(letter)
    return OfficialDocument(
        head=text.issuer,
        number=text.number,
        title=text.title,
        addressee=text.addressee,
        body=tuple(map(Paragraph, text.paragraphs)),
        signed_by=text.signature,
        dated=text.day,
        annotation="已作废" if text.void else "",
        copies=text.copies,
        form="letter",
    )


def to_pdf(letter: Letter) -> bytes:
    """Some tenths of a second of work: not for an event loop. Raises Unsigned for a draft."""
    return pdf.to_pdf(official(letter))


def to_docx(letter: Letter) -> bytes:
    """Some tenths of a second of work: not for an event loop. Raises Unsigned for a draft."""
    return docx.to_docx(official(letter))
