"""What a plan must fulfil to enter the project list: known codes, days in order, funds that add up."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from services.assignment.directory import Directory, repeated
from services.assignment.project import Fault
from services.assignment.project_labels import DirectoryLabels, Labels
from services.contracts.project import Plan

LEDGER: Final = r"[^\x00-\x20/?#%]{1,64}"
"""台账编号: it stands in addresses, so without blanks, slashes, question marks, # and %."""
LONGEST_NAME: Final = 200
LONGEST_CONTENT: Final = 5000
LONGEST_PART: Final = 100
"""Characters of a fund's source or a milestone's name."""
MOST_PARTS: Final = 50
"""Funds, and milestones, of one plan."""
FIRST_YEAR: Final = 1949
LAST_YEAR: Final = 2200
"""Bounds of what is handed in, the same for the API and a spreadsheet."""


def plan_faults(plan: Plan, directory: Directory, labels: DirectoryLabels) -> list[Fault]:
    """Everything wrong with a plan, in the order of its fields. `labels` are those of the directory."""
    return [fault for check in CHECKS for fault in check(plan, directory, labels)]


def _post_faults(plan: Plan, directory: Directory, labels: DirectoryLabels) -> Iterator[Fault]:
    if plan.owner not in directory.posts_by_code:
        yield Fault("owner", f"名录中没有职务 {plan.owner}", _known(plan.owner, labels.posts))


def _unit_faults(plan: Plan, directory: Directory, labels: DirectoryLabels) -> Iterator[Fault]:
    for field, codes in (("lead_unit", (plan.lead_unit,)), ("assisting_units", plan.assisting_units)):
        for code in codes:
            if code not in directory.units_by_code:
                yield Fault(field, f"名录中没有单位 {code}", _known(code, labels.units))
    if plan.lead_unit in plan.assisting_units:
        yield Fault("assisting_units", f"牵头单位 {plan.lead_unit} 又列为协办单位", "从协办单位中删去")
    if repeated(plan.assisting_units):
        yield Fault("assisting_units", "同一协办单位写了两次", "删去多余的")


def _scope_faults(plan: Plan, directory: Directory, labels: DirectoryLabels) -> Iterator[Fault]:
    if plan.category is not None and plan.category not in directory.category_parents:
        yield Fault(
            "category",
            f"名录中没有类别 {plan.category}",
            _known(plan.category, labels.categories),
        )
    if plan.place is not None and plan.place not in directory.places_by_code:
        yield Fault("place", f"名录中没有地点 {plan.place}", _known(plan.place, labels.places))


def _fund_faults(plan: Plan, directory: Directory, labels: DirectoryLabels) -> Iterator[Fault]:
    total = sum((fund.amount for fund in plan.funds), Decimal(0))
    if total != plan.budget:
        yield Fault(
            "funds",
            f"资金来源合计 {total:,.2f} 元，与预算 {plan.budget:,.2f} 元不符",
            f"相差 {abs(total - plan.budget):,.2f} 元：改正预算，或补齐各项资金",
        )


def _day_faults(plan: Plan, directory: Directory, labels: DirectoryLabels) -> Iterator[Fault]:
    if plan.completion < plan.start:
        yield Fault("completion", f"完成期限 {plan.completion} 早于开工日期 {plan.start}", "改正其中一个日期")
    for milestone in plan.milestones:
        if not plan.start <= milestone.due <= max(plan.completion, plan.start):
            what = f"节点 {milestone.name} 的日期 {milestone.due} 不在开工日期与完成期限之间"
            yield Fault("milestones", what, "改正节点的日期")
    for position in repeated(milestone.name for milestone in plan.milestones):
        yield Fault("milestones", f"节点 {plan.milestones[position].name} 写了两次", "每个节点用不同的名称")


def _known(unknown: str, labels: Labels) -> str:
    """What could have been meant."""
    close = labels.close_to(unknown)
    meant = f"是否为：{'、'.join(close)}？" if close else ""
    return f"{meant}写名录中已有的名称或代码，或先在名录中增加"


CHECKS: Final[tuple[Callable[[Plan, Directory, DirectoryLabels], Iterator[Fault]], ...]] = (
    _post_faults,
    _unit_faults,
    _scope_faults,
    _fund_faults,
    _day_faults,
)
