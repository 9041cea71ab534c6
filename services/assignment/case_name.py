"""How people name a case: by its id, or by the receipt number of its demand. Pure."""

from uuid import UUID

CaseName = UUID | str
"""An id, or a receipt number."""


def case_name(text: str) -> CaseName:
    """What is no id is taken for a receipt number."""
    try:
        return UUID(text)
    except ValueError:
        return text
