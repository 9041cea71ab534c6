"""Bodies that are files: text."""

from services.kit.http import Problem


def utf8(body: bytes, remedy: str) -> str:
    """The text of a body. Raises Problem 422; `remedy` says how to save the file."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as unreadable:
        detail = f"byte {unreadable.start} isn't UTF-8"
        raise Problem(422, "Unprocessable Content", detail, field="body", remedy=remedy) from unreadable
    if "\0" in text:
        raise Problem(422, "Unprocessable Content", "a NUL character", field="body", remedy="take it out")
    return text
