"""A circular as DOCX, to be quoted from and worked on. The same edition has the same bytes."""

from services.kit.documents import docx
from services.reporting.circular import Edition
from services.reporting.render.outline import official


def to_docx(edition: Edition) -> bytes:
    """Some tenths of a second of work: not for an event loop."""
    return docx.to_docx(official(edition))
