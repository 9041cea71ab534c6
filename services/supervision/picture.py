"""Whether bytes are a whole picture: its kind, and that it goes on to its end. Pure."""

from typing import Final

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
_START: Final = b"\xff\xd8"
_SCAN: Final = 0xDA
_END: Final = b"\xff\xd9"
_PNG: Final = (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82")


def kind_of(content: bytes) -> str | None:
    """The media type of a whole JPEG or PNG; None for anything else, and for one that breaks off.

    Telephones write more after the end of a picture (a video, their own data); that is no fault of it.
    """
    if content.startswith(_PNG[0]):
        return PNG if _PNG[1] in content else None
    scan = _scan_of(content) if content.startswith(_START) else None
    return JPEG if scan is not None and _END in content[scan:] else None


def _scan_of(content: bytes) -> int | None:
    """Where a JPEG's first scan begins, past what its head may hold (ISO/IEC 10918-1, B.1)."""
    at = len(_START)
    while at + 4 <= len(content) and content[at] == _END[0]:
        if content[at + 1] == _SCAN:
            return at
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
