"""What each step of a letter asks for on its page; pure."""

from collections.abc import Mapping
from typing import Any, Final

from services.console.typed import Unfit

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign": ("reply_by",),
    "discard": ("reason",),
    "receive": (),
    "reply": ("reply",),
    "accept": ("note",),
    "return": ("reason", "reply_by"),
    "strike_off": ("note",),
    "void": ("reason",),
}
"""Step → its inputs. `reply_by` is a day and may be left out: then the policy's working days count."""
WRITING: Final = (
    *("letter_id", "unit", "addressed", "title", "found", "required", "reply_by", "project", "case_id"),
)
"""A letter that the office writes; the page made its id, and `case_id` is typed as a receipt number."""
SETTLEMENT: Final = ("how", "note", "title", "found", "required", "reply_by")
"""What settles a proposal; the last four are the special letter that follows it."""
NEEDED: Final = ("reason", "reply")


def letter_body(step: str, typed: Mapping[str, str]) -> dict[str, str] | None:
    """The body of a step; None for one without words. Raises Unfit for a needed one that is empty."""
    given = {name: typed.get(name, "") for name in WORDS[step]}
    for name, text in given.items():
        if name in NEEDED and not text:
            raise Unfit(name)
    return {name: text for name, text in given.items() if text} or None


def settlement_body(typed: Mapping[str, str]) -> dict[str, Any]:
    """`how` followed, waived, or letter: followed by one that is written now. Raises Unfit."""
    how = typed.get("how", "")
    needed = ("note", "found", "required") if how == "letter" else ("note",)
    for name in needed:
        if not typed.get(name):
            raise Unfit(name)
    if how != "letter":
        return {"how": how, "note": typed["note"]}
    words = ("title", "found", "required", "reply_by")
    letter = {name: typed[name] for name in words if typed.get(name)}
    return {"how": "followed", "note": typed["note"], "letter": letter}


def writing_body(typed: Mapping[str, str], case_id: str | None) -> dict[str, str]:
    """Raises Unfit for a needed field that is empty."""
    for name in ("unit", "title", "found", "required"):
        if not typed.get(name):
            raise Unfit(name)
    given = {name: typed[name] for name in WRITING if typed.get(name) and name != "case_id"}
    return {**given, "case_id": case_id} if case_id else given
