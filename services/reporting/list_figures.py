"""Figures beside those of the cases' books: what citizens answered, and how all lists stand.

As in `figures`, the value of a figure and the list of its rows come from the same condition. `$2` is the
instant of the cut.
"""

from collections.abc import Mapping
from typing import Final

from services.contracts.vocabulary import BAD_RATINGS
from services.reporting.figure import Figure, Source

BAD: Final = BAD_RATINGS
_REPEATS: Final = (
    "EXISTS (SELECT FROM facts AS asked WHERE asked.case_id = facts.case_id AND asked.kind = 'assigned'"
    " AND asked.repeat_of IS NOT NULL)"
)
_ANSWERED: Final = "kind = 'called_back' AND outcome IS NOT NULL"
_SATISFIED: Final = f"{_ANSWERED} AND outcome NOT IN {BAD}"
_FURTHER: Final = "kind IN ('returned', 'extension_asked', 'assist_asked', 'rectification_opened')"


def _figures(source: Source, *told: tuple[str, str, str, str]) -> tuple[Figure, ...]:
    return tuple(Figure(name, zh, en, source, condition) for name, zh, en, condition in told)


ANSWERS: Final = _figures(
    "facts",
    ("called_back", "回访", "called back", "kind = 'called_back'"),
    ("called_back_answered", "回访有评价", "called back, answered", _ANSWERED),
    ("called_back_satisfied", "回访满意", "called back, satisfied", _SATISFIED),
    ("repeats_answered", "重复反映回访", "repeats, answered", f"{_ANSWERED} AND {_REPEATS}"),
    ("repeats_satisfied", "重复反映回访满意", "repeats, satisfied", f"{_SATISFIED} AND {_REPEATS}"),
    ("further_set", "立限（裁定、延期、协办、整改）", "further limits set", _FURTHER),
    ("red_slips", "红色督办单", "red slips", "kind = 'notice' AND outcome = 'sent' AND colour = 'red'"),
    ("limits_acted_on", "逾期由系统处置", "limits passed, acted on by rule", "kind = 'limit_passed'"),
)
_UPDATED: Final = "list_facts.list = 'project' AND list_facts.finding IS NOT NULL"
_FIRST_UPDATE: Final = (
    "NOT EXISTS (SELECT FROM list_facts AS earlier WHERE earlier.list = 'project'"
    " AND earlier.finding IS NOT NULL AND earlier.item = list_facts.item"
    " AND earlier.version < list_facts.version AND earlier.day >= $1)"
)
HAPPENED: Final = _figures(
    "lists",
    ("letters_issued", "发出督办函", "letters issued", "list = 'letter' AND kind = 'issued'"),
    (
        "letters_of_findings",
        "巡回指导问题督办函",
        "letters on findings",
        "list = 'letter' AND kind = 'issued' AND finding IS NOT NULL",
    ),
    ("letters_received", "督办函签收", "letters signed for", "list = 'letter' AND kind = 'received'"),
    ("letters_answered", "督办函回复", "letters answered", "list = 'letter' AND kind = 'replied'"),
    ("letters_accepted", "督办函验收", "replies accepted", "list = 'letter' AND kind = 'accepted'"),
    ("letters_returned", "督办函退回", "replies returned", "list = 'letter' AND kind = 'returned'"),
    ("rounds_held", "巡回指导", "rounds held", "list = 'round' AND kind = 'closed'"),
    ("findings", "巡回指导发现问题", "findings", "list = 'finding'"),
    ("projects_updated", "更新项目", "projects updated", f"{_UPDATED} AND {_FIRST_UPDATE}"),
    ("listings_opened", "新增挂牌督办", "listings opened", "list = 'listing' AND kind = 'opened'"),
    (
        "listings_progressed",
        "挂牌督办报进展",
        "listings reported on",
        "list = 'listing' AND kind = 'progressed'",
    ),
    ("consequences_drawn", "提请专函、约谈等处置", "consequences drawn", "list = 'consequence'"),
    ("promises_made", "新作承诺", "promises made", "list = 'promise' AND kind = 'made'"),
    ("promises_changed", "变更承诺", "promises changed", "list = 'promise' AND kind = 'changed'"),
    ("promises_aired", "电视亮诺", "promises aired", "list = 'promise' AND kind = 'aired'"),
    ("projects_opened", "新立项目", "projects opened", "list = 'project' AND kind = 'opened'"),
    ("projects_changed", "变更项目", "projects changed", "list = 'project' AND kind = 'changed'"),
    ("projects_progressed", "报送进展", "progress reported", "list = 'project' AND kind = 'progress'"),
    ("milestones_reached", "达到节点", "milestones reached", "list = 'project' AND kind = 'milestone'"),
    ("projects_rated", "项目评价", "projects rated", "list = 'project' AND kind = 'rated'"),
    (
        "projects_rated_badly",
        "项目差评",
        "projects rated badly",
        f"list = 'project' AND kind = 'rated' AND state IN {BAD}",
    ),
)
_UNANSWERED: Final = "list = 'letter' AND state IN ('issued', 'received', 'returned')"
STANDING: Final = _figures(
    "standing",
    ("promises_standing", "在诺", "promises standing", "list = 'promise'"),
    ("promises_overdue", "承诺到期未兑现", "promises past their day", "list = 'promise' AND due <= $2"),
    ("projects_open", "在办项目", "projects open", "list = 'project'"),
    ("projects_overdue", "超期项目", "projects past their day", "list = 'project' AND due <= $2"),
    (
        "milestones_overdue",
        "节点逾期项目",
        "projects with a milestone past its day",
        "list = 'project' AND milestone_due <= $2",
    ),
    ("letters_open", "未销号督办函", "letters open", "list = 'letter'"),
    (
        "letters_overdue",
        "逾期未回复督办函",
        "letters unanswered in time",
        f"{_UNANSWERED} AND due <= $2",
    ),
    ("listings_open", "在督挂牌", "listings open", "list = 'listing'"),
    (
        "listings_silent",
        "挂牌督办逾期未报进展",
        "listings whose report is late",
        "list = 'listing' AND state = 'listed' AND due <= $2",
    ),
    ("further_open", "未了时限", "further limits open", "list = 'further'"),
    ("further_passed", "逾期未了时限", "further limits passed", "list = 'further' AND due <= $2"),
)
_ENDS: Final = (
    ("promises_kept", "兑现", "promises kept", "list = 'promise' AND state = 'kept'"),
    ("promises_kept_late", "逾期兑现", "promises kept late", "list = 'promise' AND state = 'kept_late'"),
    ("promises_broken", "失诺", "promises broken", "list = 'promise' AND state = 'broken'"),
    ("promises_withdrawn", "撤回承诺", "promises withdrawn", "list = 'promise' AND state = 'withdrawn'"),
    ("projects_done", "办结项目", "projects done", "list = 'project' AND state = 'done'"),
    ("projects_replaced", "替代项目", "projects replaced", "list = 'project' AND state = 'replaced'"),
    ("projects_dropped", "终止项目", "projects dropped", "list = 'project' AND state = 'dropped'"),
    ("letters_struck_off", "督办函销号", "letters struck off", "list = 'letter' AND state = 'struck_off'"),
    ("letters_voided", "督办函作废", "letters voided", "list = 'letter' AND state = 'voided'"),
    ("listings_struck_off", "挂牌销号", "listings struck off", "list = 'listing' AND state = 'struck_off'"),
)
CLOSED: Final = (
    *_figures("closed", *_ENDS),
    *_figures(
        "closed",
        ("further_met", "按要求了结", "further limits met", "list = 'further' AND state = 'met'"),
        (
            "further_met_late",
            "其中逾期",
            "further limits met late",
            "list = 'further' AND state = 'met' AND closed_at > due",
        ),
        (
            "further_ended",
            "因故终止",
            "further limits ended otherwise",
            "list = 'further' AND state = 'ended'",
        ),
    ),
)
ENDED: Final = _figures(
    "ended", *((f"{name}_in_all", f"{zh}（累计）", f"{en}, in all", where) for name, zh, en, where in _ENDS)
)
LIST_FIGURES: Final = (*ANSWERS, *HAPPENED, *STANDING, *CLOSED, *ENDED)

_STOOD: Final = (*STANDING, *CLOSED, *ENDED)


def _along(name: str) -> str:
    """Further limits are told by kind, letters by unit, the rest by tier (of a listing: what is listed)."""
    return {"further": "limit", "letters": "unit"}.get(name.partition("_")[0], "tier")


SLICES: Final[Mapping[str, tuple[str, ...]]] = {
    "rated": ("level", "unit"),
    "notices": ("limit",),
    **dict.fromkeys(("called_back", "called_back_answered", "called_back_satisfied"), ("unit",)),
    "further_set": ("limit",),
    **dict.fromkeys(("projects_opened", "projects_changed"), ("tier",)),
    **dict.fromkeys(("red_slips", "letters_issued", "letters_answered", "findings"), ("unit",)),
    "consequences_drawn": ("measure",),
    **{one.name: (_along(one.name),) for one in _STOOD},
}
"""Along what each figure is told in parts, besides the whole."""
