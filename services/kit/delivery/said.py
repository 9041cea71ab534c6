"""What a stranger's server said, as a line that can be stored, logged and shown. Pure."""

import re
from typing import Final

MOST: Final = 500
"""Characters; what comes behind is cut."""
_BYTES: Final = re.compile("[\udc80-\udcff]")
_NEVER_BYTES: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def one_line(said: str, without: str | None = None, most: int = MOST) -> str:
    """Printable characters alone, since PostgreSQL, JSON and the log refuse others; `without` isn't quoted.

    aiosmtplib keeps bytes that aren't UTF-8 as lone surrogates. They are read as GB 18030, which many a
    Chinese mail server answers in.
    """
    if without:
        said = re.sub(re.escape(without), "<address>", said, flags=re.IGNORECASE)
    raw = _NEVER_BYTES.sub("?", said).encode("utf-8", "surrogateescape")
    text = raw.decode("gb18030", "replace") if _BYTES.search(said) else raw.decode()
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:most]
