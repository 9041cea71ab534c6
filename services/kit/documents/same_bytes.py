"""Office files are zip archives that carry the moment of writing; without it they can be compared."""

import io
import re
from datetime import UTC, date, datetime, time
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CORE: Final = "docProps/core.xml"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip archive can name."""
_MOMENTS: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def without_time(archive: bytes, dated: date) -> bytes:
    """The same DOCX or XLSX file, as if it had been written on a day: the same content, the same bytes."""
    made = io.BytesIO()
    with ZipFile(io.BytesIO(archive)) as source, ZipFile(made, "w", ZIP_DEFLATED) as target:
        for member in source.namelist():
            data = source.read(member)
            info = ZipInfo(member, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            target.writestr(info, _dated(data, dated) if member == CORE else data)
    return made.getvalue()


def _dated(core: bytes, dated: date) -> bytes:
    moment = datetime.combine(dated, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return _MOMENTS.sub(rb"\g<1>" + moment, core)
