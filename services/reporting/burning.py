"""What burns: what the first page says cannot wait, the most pressing first. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from services.reporting.circular import OverdueCase
from services.reporting.sections import Burning, LateItem, Progress, Satisfaction, Supervised

NAMED: Final = 3


def burning(
    counts: Mapping[str, int],
    overdue: Sequence[OverdueCase],
    answers: Satisfaction,
    lists: Progress,
    letters: Supervised,
) -> tuple[Burning, ...]:
    """Only what there is any of."""
    return tuple(one for one in _all(counts, overdue, answers, lists, letters) if one.count)


def _all(
    counts: Mapping[str, int],
    overdue: Sequence[OverdueCase],
    answers: Satisfaction,
    lists: Progress,
    letters: Supervised,
) -> Iterator[Burning]:
    longest = "".join(f"超{one.days_late}天，{one.unit_name}“{one.category_name}”" for one in overdue[:1])
    yield _one(counts, "overdue", "超期未办结", "overdue cases", "件", longest)
    yield _one(counts, "notices.colour.red", "红色督办单", "red slips", "份", "")
    named = [row.name for row in answers.units if row.below]
    yield Burning(
        kind="dissatisfied",
        zh="回访满意率不达标单位",
        en="units under the required satisfaction",
        count=len(named),
        unit="个",
        figure=None,
        worst="、".join(named[:NAMED]) + ("等" if len(named) > NAMED else ""),
    )
    yield _one(
        counts,
        "promises_overdue",
        "到期未兑现承诺",
        "promises past their day",
        "项",
        _worst(lists.late_promises),
    )
    yield _one(
        counts, "projects_overdue", "超期项目", "projects past their day", "个", _worst(lists.late_projects)
    )
    yield _one(counts, "milestones_overdue", "节点逾期项目", "projects behind a milestone", "个", "")
    late = "".join(f"超{one.days_late}天，{one.unit_name}{one.number}" for one in letters.late_letters[:1])
    yield _one(counts, "letters_overdue", "逾期未回复督办函", "letters unanswered in time", "件", late)
    yield _one(counts, "listings_open", "挂牌督办事项", "listings", "项", "")
    passed = "、".join(f"{row.name}{row.passed}项" for row in lists.further if row.passed)
    yield _one(counts, "further_passed", "逾期未了时限", "further limits passed", "项", passed)


def _one(counts: Mapping[str, int], figure: str, zh: str, en: str, unit: str, worst: str) -> Burning:
    kind = "red" if "." in figure else figure
    return Burning(
        kind=kind, zh=zh, en=en, count=counts.get(figure, 0), unit=unit, figure=figure, worst=worst
    )


def _worst(late: Sequence[LateItem]) -> str:
    return "".join(f"超{one.days_late}天，{one.unit_name}“{_short(one.text)}”" for one in late[:1])


def _short(text: str, most: int = 18) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
