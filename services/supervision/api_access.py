"""Who may see and do what: pure, so that the table of rights can be read and tested."""

from collections.abc import Callable
from typing import Final

from services.contracts.vocabulary import Role
from services.kit.auth import Staff

SEES_ALL: Final[tuple[Role, ...]] = (
    "clerk",
    "callback_clerk",
    "leader",
    "inspector",
    "supervision_office",
    "administrator",
)
UNIT_STAFF: Final[tuple[Role, ...]] = ("handler", "unit_head")
OPENS_ANY_INBOX: Final[tuple[Role, ...]] = ("supervision_office", "administrator")
ACKNOWLEDGES: Final[tuple[Role, ...]] = (*UNIT_STAFF, "leader", "administrator")


def sees_unit(staff: Staff, unit: str) -> bool:
    """Whether somebody may look at what lies with a unit."""
    return staff.role in SEES_ALL or (staff.unit is not None and staff.unit == unit)


def sees_drafts(staff: Staff) -> bool:
    """A letter is nothing to its unit before it is signed, and nothing ever if it is given up."""
    return staff.role in SEES_ALL


def opens_unit_inbox(staff: Staff, unit: str) -> bool:
    return staff.role in OPENS_ANY_INBOX or (staff.role in UNIT_STAFF and staff.unit == unit)


def opens_heads_inbox(staff: Staff, unit: str | None) -> bool:
    """The inboxes of a unit's posts and of its Party committee are its leaders' and its head's."""
    own = staff.unit is not None and staff.unit == unit
    return staff.role in OPENS_ANY_INBOX or (own and staff.role in ("leader", "unit_head"))


def speaks_for(staff: Staff, own_posts: frozenset[str], recipient: str | None) -> Callable[[str], bool]:
    """For which recipients somebody acknowledges.

    By themselves unit staff speak for their unit and a leader for the posts of his unit and its Party
    committee; a unit head speaks for these, and an administrator for anybody, only where `recipient` names
    it. The supervision office sends notices and so acknowledges none.
    """

    def speaks(one: str) -> bool:
        if recipient is not None and one != recipient:
            return False
        if staff.role == "administrator":
            return recipient is not None
        to, _, code = one.partition(":")
        if to == "unit":
            return staff.role in UNIT_STAFF and code == staff.unit
        by_name = staff.role == "unit_head" and recipient is not None
        own = code == staff.unit if to == "committee" else code in own_posts
        return own and (staff.role == "leader" or by_name)

    return speaks
