"""Figures beside those of the cases' books: what citizens answered, and the progress of the lists.

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
    ("limits_acted_on", "逾期由系统处置", "limits passed, acted on by rule", "kind = 'limit_passed'"),
)
HAPPENED: Final = _figures(
    "lists",
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

SLICES: Final[Mapping[str, tuple[str, ...]]] = {
    "rated": ("level", "unit"),
    "notices": ("limit",),
    **dict.fromkeys(("called_back", "called_back_answered", "called_back_satisfied"), ("unit",)),
    "further_set": ("limit",),
    **dict.fromkeys(("projects_opened", "projects_changed"), ("tier",)),
    **{one.name: ("tier",) for one in (*STANDING, *CLOSED, *ENDED) if "further" not in one.name},
    **{one.name: ("limit",) for one in (*STANDING, *CLOSED) if "further" in one.name},
}
"""Along what each figure is told in parts, besides the whole."""
