"""Further limits (争议裁定, 延期审批, 整改, 协办) as they stand at a cut, as supervision has them. Pure.

Which event opens, meets or ends which of them stands in the tables at the end;
services/supervision/further.py says the same of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from services.reporting.standing import Folded, Item

FURTHER: Final = "further"


class Act(NamedTuple):
    """A fact about a case that may open, meet or end further limits. `unit`: the one it lies with then."""

    case_id: UUID
    version: int
    kind: str
    at: datetime
    day: date
    unit: str
    about: str | None


class Due(NamedTuple):
    """What supervision told of a further limit: the version of the act that opened it, and when it is due."""

    case_id: UUID
    part: str
    opened_by: int
    version: int
    due: datetime | None


def fold_further(before: Iterable[Item], acts: Iterable[Act]) -> Folded:
    """The further limits after some acts, each case's in the order of their versions."""
    cases: dict[UUID, dict[str, Item]] = {}
    for one in before:
        cases.setdefault(one.item, {})[one.part] = one
    closed: list[Item] = []
    for act in sorted(acts, key=lambda one: (one.case_id, one.version)):
        limits = cases.get(act.case_id, {})
        ended = [one for one in limits.values() if _end(one, act) is not None]
        closed += (_closed(limits.pop(limit.part), act) for limit in ended)
        if act.kind in ("returned", "reassigned"):
            limits |= {part: _follows(one, act) for part, one in limits.items()}
        if opens := OPENS.get(act.kind):
            cases.setdefault(act.case_id, limits)[_part(opens, act.about)] = _begun(opens, act)
    standing = [one for limits in cases.values() for one in limits.values()]
    return Folded(sorted(standing, key=lambda one: (one.item, one.part)), closed)


def with_dues(items: Iterable[Item], told: Iterable[Due]) -> list[Item]:
    """Each limit with the due instant that supervision told last of its opening."""
    newest: dict[tuple[UUID, str, int], Due] = {}
    for one in sorted(told, key=lambda due: due.version):
        newest[one.case_id, one.part, one.opened_by] = one
    found = ((item, newest.get((item.item, item.part, item.opening))) for item in items)
    return [item._replace(due=due.due) if due else item for item, due in found]


def _part(kind: str, about: str | None) -> str:
    return f"{kind}:{about}" if about else kind


def _begun(kind: str, act: Act) -> Item:
    unit = act.about if kind == "assist" else act.unit
    return Item(
        FURTHER, act.case_id, _part(kind, act.about), act.version, act.version, "open", act.at, unit=unit
    )._replace(tier=kind)


def _follows(limit: Item, act: Act) -> Item:
    """A case that is passed on takes its limits along; who assists goes on doing so."""
    return limit if limit.tier == "assist" else limit._replace(unit=act.unit)


def _end(limit: Item, act: Act) -> str | None:
    """How an act ends a limit; None if it doesn't."""
    end = ENDS.get(act.kind, {}).get(limit.tier or "")
    if end is None or limit.tier != "assist":
        return end
    who = act.about if act.kind in ("assist_done", "assist_released") else None
    if act.kind in ("reassigned", "returned"):
        who = act.unit  # who assisted has the case now
    return end if who is None or limit.part == _part("assist", who) else None


def _closed(limit: Item, act: Act) -> Item:
    return limit._replace(
        state=_end(limit, act) or "ended", version=act.version, closed_at=act.at, closed_in=act.day
    )


OPENS: Final[Mapping[str, str]] = {
    "returned": "dispute",
    "extension_asked": "extension",
    "assist_asked": "assist",
    "rectification_opened": "rectification",
}
_ALL: Final = {"dispute": "ended", "extension": "ended", "assist": "ended"}
ENDS: Final[Mapping[str, Mapping[str, str]]] = {
    "reassigned": {"dispute": "met", "extension": "ended", "assist": "ended"},
    "signed_for": {"dispute": "met"},
    "extension_granted": {"extension": "met"},
    "extension_refused": {"extension": "met"},
    "completed": {"extension": "ended"},
    "returned": {"extension": "ended", "assist": "ended"},
    "assist_done": {"assist": "met"},
    "assist_released": {"assist": "ended"},
    "rectified": {"rectification": "met"},
    "redone": {"rectification": "ended"},
    "withdrawn": _ALL,
    "refused": _ALL,
    "merged": _ALL,
}
KINDS: Final[Sequence[str]] = sorted(OPENS.keys() | ENDS.keys())
"""The facts that are asked about."""
