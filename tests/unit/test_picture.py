"""Photographs: which bytes are a whole picture."""

import pytest

from services.supervision.picture import JPEG, PNG, kind_of

SMALL = b"\xff\xd8\xff\xda small \xff\xd9"
"""The small picture that a telephone puts into the head of a large one."""
HEAD = b"\xff\xd8\xff\xe1" + (2 + len(SMALL)).to_bytes(2, "big") + SMALL
WHOLE = HEAD + b"\xff\xda\x00\x02 data \xff\x00 data \xff\xd9"
A_PNG = b"\x89PNG\r\n\x1a\n data IEND\xaeB`\x82"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (WHOLE, JPEG),
        (WHOLE + b"\0\0", JPEG),
        (WHOLE + b"....ftypmp42 a moving picture SEFT", JPEG),
        (WHOLE[:-3], None),
        (HEAD, None),
        (b"\xff\xd8", None),
        (b"\xff\xd8\xff\xe1\xff\xff", None),
        (A_PNG, PNG),
        (A_PNG + b"more", PNG),
        (A_PNG[:-2], None),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_a_picture_is_whole_to_its_end_whatever_a_telephone_writes_after_it(
    content: bytes, kind: str | None
) -> None:
    assert kind_of(content) == kind
