"""Every figure of a circular: its names and the condition that a row fulfils to be counted in it.

The value of a figure and the list of its rows come from the same condition, so they can't differ. A figure
may be sliced: `completed.unit.water_bureau` counts what of `completed` fulfils `unit = 'water_bureau'`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.contracts.vocabulary import BAD_RATINGS
from services.reporting.figure import Figure, Source
from services.reporting.list_figures import LIST_FIGURES


@dataclass(frozen=True, slots=True)
class Sliced:
    """A figure, or the part of it whose `dimension` has a value; None where no value was given there."""

    figure: Figure
    dimension: str | None = None
    value: str | None = None


class UnknownFigure(LookupError):
    """No figure has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no figure {name}")
        self.name = name


NONE: Final = "-"
"""The value of a slice for rows that have none, such as cases without a place."""

_OPEN: Final = "closed_as IS NULL"
_OPENED: Final = "NOT carried AND NOT settling"
_NEW: Final = f"{_OPENED} AND origin = 'assigned'"
_ON_TIME: Final = "closed_as = 'completed' AND closed_at <= complete_due"
_LATE: Final = "closed_as = 'completed' AND closed_at > complete_due"
_OVERDUE: Final = f"{_OPEN} AND complete_due <= $2"
_RETURNED_OVERDUE: Final = "closed_as = 'returned' AND closed_at > complete_due"

_LATECOMER: Final = "late AND at < $1::date::timestamp AT TIME ZONE 'Asia/Shanghai'"


def _book(name: str, zh: str, en: str, condition: str) -> Figure:
    return Figure(name, zh, en, "ledger", condition)


def _fact(name: str, zh: str, en: str, condition: str) -> Figure:
    return Figure(name, zh, en, "facts", condition)


LEDGER: Final = (
    _book("carried_over", "上期结转", "carried over", "carried"),
    _book("dispatched", "本期交办", "dispatched", _OPENED),
    _book("assigned", "新交办", "newly assigned", _NEW),
    _book("redispatched", "退回、转办、重办、拆分", "dispatched anew", f"{_OPENED} AND origin <> 'assigned'"),
    _book("signed", "签收", "signed for", "signed_within"),
    _book(
        "signed_in_time", "按时签收", "signed for in time", "NOT sign_judged AND signed_at <= sign_for_due"
    ),
    _book("signed_late", "超时签收", "signed for late", "NOT sign_judged AND signed_at > sign_for_due"),
    _book(
        "signed_unjudged",
        "签收待判定",
        "signed for, without a limit yet",
        "NOT sign_judged AND signed_at IS NOT NULL AND sign_for_due IS NULL AND complete_due IS NULL",
    ),
    _book(
        "unsigned_overdue",
        "逾期未签收",
        "not signed for, overdue",
        f"{_OPEN} AND signed_at IS NULL AND sign_for_due <= $2",
    ),
    _book("completed", "办结", "completed", "NOT settling AND closed_as = 'completed'"),
    _book("completed_on_time", "按期办结", "completed on time", _ON_TIME),
    _book("completed_late", "超期办结", "completed late", _LATE),
    _book(
        "unjudged_before",
        "上期待判定",
        "completed before, not judged",
        "settling AND closed_as = 'completed'",
    ),
    _book(
        "judged_afterwards",
        "补判",
        "completed before, judged now",
        "settling AND closed_as = 'completed' AND complete_due IS NOT NULL",
    ),
    _book(
        "unjudged",
        "待判定",
        "completed, without a limit yet",
        "closed_as = 'completed' AND complete_due IS NULL",
    ),
    _book("returned", "退回", "returned", "NOT settling AND closed_as = 'returned'"),
    _book("returned_overdue", "逾期退回", "returned past the limit", _RETURNED_OVERDUE),
    _book("reassigned", "转办", "reassigned", "NOT settling AND closed_as = 'reassigned'"),
    _book("redone", "重办", "sent back to be done anew", f"{_OPENED} AND origin = 'redone'"),
    _book("withdrawn", "撤回", "withdrawn by the citizen", "NOT settling AND closed_as = 'withdrawn'"),
    _book("refused", "不予受理", "refused", "NOT settling AND closed_as = 'refused'"),
    _book("merged", "并办", "merged into a lead case", "NOT settling AND closed_as = 'merged'"),
    _book("parted", "拆分", "parted from a lead case", f"{_OPENED} AND origin = 'parted'"),
    _book("closed", "本期销账", "closed", "NOT settling AND closed_as IS NOT NULL"),
    _book("carried_forward", "结转下期", "carried forward", _OPEN),
    _book("overdue", "超期未办结", "overdue", _OVERDUE),
    _book(
        "due",
        "应办结",
        "due for completion",
        f"({_ON_TIME}) OR ({_LATE}) OR ({_OVERDUE}) OR ({_RETURNED_OVERDUE})",
    ),
    _book(
        "without_limit",
        "时限待定或已挂起",
        "without a limit yet, or suspended",
        f"{_OPEN} AND complete_due IS NULL",
    ),
    _book("repeats", "重复反映", "repeats", f"{_NEW} AND repeat_of IS NOT NULL"),
    _book("backstop", "兜底交办", "to the backstop unit", f"{_NEW} AND backstop"),
)
FACTS: Final = (
    _fact("received", "受理诉求", "demands received", "kind = 'registered'"),
    _fact("notices", "发出督办单", "notices sent", "kind = 'notice' AND outcome = 'sent'"),
    _fact(
        "notices_collapsed", "并入督办单", "notices collapsed", "kind = 'notice' AND outcome = 'collapsed'"
    ),
    _fact("acknowledged", "督办单回执", "notices acknowledged", "kind = 'acknowledged'"),
    _fact("rated", "群众评价", "replies rated", "kind = 'rated'"),
    _fact(
        "rated_badly",
        "差评",
        "replies rated badly",
        f"kind = 'rated' AND outcome IN {BAD_RATINGS}",
    ),
    _fact("latecomers", "迟到补记", "latecomers", _LATECOMER),
)
FIGURES: Final[Mapping[str, Figure]] = {figure.name: figure for figure in (*FACTS, *LEDGER, *LIST_FIGURES)}

_OF_LISTS: Final = {"tier": "tier", "unit": "unit", "limit": "tier", "measure": "tier"}
DIMENSIONS: Final[Mapping[Source, Mapping[str, str]]] = {
    "ledger": {
        "unit": "unit",
        "kind": "case_kind",
        "category": "category",
        "town": "town",
        "channel": "channel",
        "urgency": "urgency",
    },
    "facts": {
        "channel": "channel",
        "colour": "colour",
        "unit": "unit",
        "level": "outcome",
        "limit": "limit_kind",
    },
    **dict.fromkeys(("lists", "standing", "closed", "ended"), _OF_LISTS),
}
"""Source → dimension → column. A category contains its sub-categories; a further limit's tier is its kind, a
consequence's its measure."""


def named(name: str) -> Sliced:
    """The figure of a name, `figure` or `figure.dimension.value`; no NUL is in one. Raises UnknownFigure."""
    base, dot, rest = name.partition(".")
    dimension, _, value = rest.partition(".")
    figure = FIGURES.get(base)
    if figure is None or "\0" in name or (dot and (not value or dimension not in DIMENSIONS[figure.source])):
        raise UnknownFigure(name)
    return Sliced(figure, dimension, None if value == NONE else value) if rest else Sliced(figure)


def sliced(figure: str, dimension: str, value: str | None) -> str:
    """The name of a part of a figure."""
    return f"{figure}.{dimension}.{value or NONE}"
