"""A circular as PDF: an official document of its authority. The same edition has the same bytes."""

from services.kit.documents import pdf
from services.reporting.circular import Edition
from services.reporting.render.outline import official


def to_pdf(edition: Edition) -> bytes:
    """Some tenths of a second of work: not for an event loop."""
    return pdf.to_pdf(official(edition))
