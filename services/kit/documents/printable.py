"""What paper can show and XML can hold."""

import re
from typing import Final

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """A text without control characters, halves of characters and what Unicode reserves."""
    return _UNPRINTABLE.sub("", text)
