"""Who may read what a citizen sent. Rules over values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from services.kit.auth import Staff

UNIT_ROLES: Final = frozenset({"handler", "unit_head", "clerk"})


@dataclass(frozen=True, slots=True)
class Original:
    """A sealed demand. `unit` has its case now; None until one has."""

    demand_id: UUID
    receipt: str
    citizen_ref: UUID
    key_wrapped: bytes
    text: bytes
    contact: bytes | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of an original, a contact, or a line of a caller's history, at a business instant."""

    what: Literal["original", "contact", "history"]
    subject: str
    role: str
    unit: str | None
    read_at: datetime


def may_read(staff: Staff, original: Original) -> bool:
    """Call-back clerks always; others only while the case lies with their own unit."""
    if staff.role == "callback_clerk":
        return True
    return staff.role in UNIT_ROLES and staff.unit is not None and staff.unit == original.unit
