"""Forms that bring files along (multipart/form-data, RFC 7578)."""

from typing import Final, NamedTuple

from fastapi import Request

from services.kit.large_body import bounded

MOST_FIELDS: Final = 2200
"""A round may go to two thousand places, each chosen by itself."""
MOST_FILES: Final = 20
MOST_UPLOADED: Final = 24 * 1024 * 1024
"""Bytes of a form with files: half a dozen photographs."""


class Upload(NamedTuple):
    """A file that was chosen in a form."""

    field: str
    media_type: str
    content: bytes


async def read_upload(request: Request) -> tuple[dict[str, list[str]], list[Upload]]:
    """The fields of a form (multipart/form-data, RFC 7578) and its files that aren't empty."""
    request.scope["yinuo.stream"] = True
    whole = Request(request.scope, bounded(request.receive, MOST_UPLOADED, "choose fewer or smaller files"))
    fields: dict[str, list[str]] = {}
    files: list[Upload] = []
    async with whole.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
            elif content := await value.read():
                files.append(Upload(name, value.content_type or "application/octet-stream", content))
    return fields, files
