"""An official document as DOCX, to be worked on in Word or WPS; the same document has the same bytes."""

from services.kit.documents.official import OfficialDocument
from services.kit.documents.same_bytes import without_time


def to_docx(document: OfficialDocument) -> bytes:
    """The document with the page, the styles and the fonts of GB/T 9704-2012, by the names that offices know.

    Raises docx.image.exceptions.UnrecognizedImageError where a picture can't be read.
    """
    # Here, so that a service that writes nothing doesn't carry the writer in its memory.
    from services.kit.documents.word import written

    return without_time(written(document), document.dated)
