"""A circular on paper: an official document of its authority. The same edition has the same bytes.

Some tenths of a second of work: not for an event loop.
"""

from dataclasses import replace

from services.kit.documents import docx, pdf
from services.kit.documents.official import Heading, OfficialDocument
from services.reporting.circular import Edition
from services.reporting.render.outline import outline


def to_pdf(edition: Edition) -> bytes:
    """To file."""
    return pdf.to_pdf(official(edition))


def to_docx(edition: Edition) -> bytes:
    """To quote from and to work on."""
    return docx.to_docx(official(edition))


def official(edition: Edition) -> OfficialDocument:
    """The circular in the form of an official document; the proof closes its annex."""
    told = outline(edition)
    sections = ((Heading(1, one.title), *one.blocks) for one in told.sections)
    proven = (*told.annex.blocks, Heading(2, told.proof.title), *told.proof.blocks)
    return OfficialDocument(
        head=told.head,
        number=told.number,
        title=told.title,
        addressee=told.addressee,
        body=(*told.corrected, *told.summary, *(block for blocks in sections for block in blocks)),
        attachments=(replace(told.annex, blocks=proven),),
        signed_by=told.issuer,
        dated=told.dated,
        printed_by=told.issuer,
        printed_on=told.dated,
    )
