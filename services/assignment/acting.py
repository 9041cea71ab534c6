"""Which staff act for which units: for all of them, or for the one that their token names. Pure."""

from typing import Final

from services.contracts.vocabulary import Role
from services.kit.auth import Staff

FOR_ALL_UNITS: Final[frozenset[Role]] = frozenset({"clerk", "administrator"})
FOR_THEIR_UNIT: Final[frozenset[Role]] = frozenset({"handler", "unit_head"})
"""Who keeps promises and projects. The latter see the cases of their unit alone, too.

Who takes a step of a case is said by the table of `transitions`.
"""


def acts_for(staff: Staff, unit: str) -> bool:
    """Whether a member of staff keeps what is a unit's."""
    return staff.role in FOR_ALL_UNITS or (staff.role in FOR_THEIR_UNIT and staff.unit == unit)
