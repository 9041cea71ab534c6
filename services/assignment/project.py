"""The project and what may happen to it: which act is legal in which state. Pure; tables at the end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.contracts.project import (
    CaseLinkedToProject,
    CaseUnlinkedFromProject,
    LinkedHow,
    MilestoneReached,
    Plan,
    ProgressReported,
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectEvent,
    ProjectOpened,
    ProjectReplaced,
    project_id_of,
)
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import ProjectState


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its facts left it. `reached`: the milestones of the plan that were, by name."""

    project_id: UUID
    ledger: str
    version: int
    state: ProjectState
    plan: Plan
    opened_at: datetime
    reached: tuple[str, ...] = ()
    percent: int | None = None
    done_on: date | None = None
    replaced_by: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Change:
    """Another plan, with the reason that all may read, and the post that approved it.

    `finding_id`: what an inspection round found, where that is why.
    """

    plan: Plan
    reason: PublicText
    approver: str
    finding_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How far the work is; `percent` of all of it, from 0 to 100."""

    text: PublicText
    evidence: PublicText | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """A milestone, by its name in the plan, was reached on a local day."""

    milestone: PublicText
    on: date
    evidence: PublicText | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The whole was done on a local day."""

    on: date
    text: PublicText
    evidence: PublicText | None = None


@dataclass(frozen=True, slots=True)
class Replace:
    """Another project takes the place of this one."""

    by: Project
    reason: PublicText
    approver: str
    finding_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """It is given up, without another one in its place."""

    reason: PublicText
    approver: str


@dataclass(frozen=True, slots=True)
class Link:
    """The project answers a case."""

    case_id: UUID
    demand_id: UUID
    how: LinkedHow
    why: PublicText


@dataclass(frozen=True, slots=True)
class Unlink:
    """The project doesn't answer a case after all."""

    case_id: UUID
    demand_id: UUID
    reason: PublicText


Act = Change | Report | Reach | Finish | Replace | Drop | Link | Unlink


@dataclass(frozen=True, slots=True)
class Moved:
    """The act was done: the project after it, and the event that says so."""

    project: Project
    event: ProjectEvent


@dataclass(frozen=True, slots=True)
class ActNotAllowed:
    """The act doesn't follow from the state the project is in."""

    project: Project
    act: str
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was given: the field, what, and the remedy; in Chinese, for people."""

    field: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """What was given can't be taken as it is."""

    faults: tuple[Fault, ...]


def opened(ledger: str, plan: Plan, now: datetime, today: date) -> Moved:
    """A new project; one whose start has come is under way. `today` is the local day of `now`."""
    state: ProjectState = "under_way" if plan.start <= today else "planned"
    project = Project(project_id_of(ledger), ledger, 1, state, plan, now)
    return Moved(project, ProjectOpened(**_head(project), plan=plan))


def move(project: Project, act: Act, today: date) -> Moved | ActNotAllowed | Faulty:
    """The project after an act, with its event; or what would be allowed, or what is wrong with the act."""
    name = NAMES[type(act)]
    state = TRANSITIONS.get((project.state, name))
    if state is None:
        return ActNotAllowed(project, name, allowed_acts(project.state))
    if fault := _fault(project, act, today):
        return Faulty((fault,))
    after = replace(project, version=project.version + 1, state=state, **_effect(project, act))
    return Moved(after, EVENTS[type(act)](**_head(after), **_said(project, act)))


def link_all(project: Project, links: Iterable[Link], today: date) -> list[Moved]:
    """An open project with some cases linked to it, one after the other."""
    found: list[Moved] = []
    for link in links:
        outcome = move(found[-1].project if found else project, link, today)
        assert isinstance(outcome, Moved)  # noqa: S101  the table links any case to an open project
        found.append(outcome)
    return found


def allowed_acts(state: ProjectState) -> tuple[str, ...]:
    """What is possible in a state, in the table's order."""
    return tuple(name for name in NAMES.values() if (state, name) in TRANSITIONS)


def changed_fields(before: Plan, after: Plan) -> tuple[str, ...]:
    """The names of the plan's fields that differ, in their order."""
    return tuple(name for name in Plan.model_fields if getattr(before, name) != getattr(after, name))


def _head(project: Project) -> dict[str, Any]:
    return {"project_id": project.project_id, "ledger": project.ledger, "version": project.version}


def _effect(project: Project, act: Act) -> dict[str, Any]:
    """What becomes of the project besides version and state."""
    match act:
        case Change(plan=plan):
            return {"plan": plan}
        case Report(percent=int(percent)):
            return {"percent": percent}
        case Reach(milestone=milestone):
            return {"reached": (*project.reached, milestone)}
        case Finish(on=on):
            return {"done_on": on, "percent": 100}
        case Replace(by=by):
            return {"replaced_by": by.ledger}
    return {}


def _said(project: Project, act: Act) -> dict[str, Any]:
    """What the event says of the act, beside the head: mostly the act's own fields."""
    match act:
        case Change(plan, reason, approver, finding_id):
            why = {"reason": reason, "approver": approver, "finding_id": finding_id}
            return {"plan": plan, "changed": changed_fields(project.plan, plan), **why}
        case Replace(by, reason, approver, finding_id):
            why = {"reason": reason, "approver": approver, "finding_id": finding_id}
            return {"by_project_id": by.project_id, "by_ledger": by.ledger, **why}
    return {one.name: getattr(act, one.name) for one in fields(act)}


def _fault(project: Project, act: Act, today: date) -> Fault | None:
    match act:
        case Change(plan=plan):
            return _change_fault(project, plan)
        case Report(percent=int(percent)):
            return _percent_fault(percent)
        case Reach(milestone=milestone, on=on):
            return _reach_fault(project, milestone) or _day_fault(project, on, today)
        case Finish(on=on):
            return _day_fault(project, on, today)
        case Replace(by=by):
            return _replace_fault(project, by)
    return None


def _change_fault(project: Project, plan: Plan) -> Fault | None:
    if not changed_fields(project.plan, plan):
        return Fault("plan", "与现在的内容相同，没有变更", "写明要变更的内容")
    kept = {milestone.name for milestone in plan.milestones}
    if gone := [name for name in project.reached if name not in kept]:
        return Fault("milestones", f"节点 {'、'.join(gone)} 已完成，不能删去", "保留已完成的节点")
    return None


def _percent_fault(percent: int) -> Fault | None:
    if not 0 <= percent <= 100:
        return Fault("percent", f"进度 {percent}% 不在 0 到 100 之间", "写 0 到 100 的整数，或不写")
    return None


def _reach_fault(project: Project, milestone: str) -> Fault | None:
    names = [one.name for one in project.plan.milestones]
    if milestone not in names:
        known = "、".join(names) or "无"
        return Fault("milestone", f"计划中没有节点 {milestone}", f"计划中的节点：{known}")
    if milestone in project.reached:
        return Fault("milestone", f"节点 {milestone} 已报过完成", "不必再报")
    return None


def _day_fault(project: Project, on: date, today: date) -> Fault | None:
    if on > today:
        return Fault("on", f"{on} 还没有到（今天是 {today}）", "写实际完成的日期")
    if on < project.plan.start:
        what = f"{on} 早于开工日期 {project.plan.start}"
        return Fault("on", what, "写实际完成的日期；确实提前开工的，先变更开工日期")
    return None


def _replace_fault(project: Project, by: Project) -> Fault | None:
    if by.project_id == project.project_id:
        return Fault("by", "项目不能由自己替代", "写替代它的另一个项目的台账编号")
    if not by.is_open:
        return Fault("by", f"项目 {by.ledger} 已结束，不能替代别的项目", "写一个在办项目的台账编号")
    return None


OPEN: Final[frozenset[ProjectState]] = frozenset({"planned", "under_way"})
"""States in which work is still to come."""

NAMES: Final[Mapping[type, str]] = {
    Change: "change",
    Report: "report",
    Reach: "milestone",
    Finish: "done",
    Replace: "replace",
    Drop: "drop",
    Link: "link",
    Unlink: "unlink",
}

TRANSITIONS: Final[Mapping[tuple[ProjectState, str], ProjectState]] = {
    ("planned", "change"): "planned",
    ("planned", "report"): "under_way",
    ("planned", "milestone"): "under_way",
    ("planned", "done"): "done",
    ("planned", "replace"): "replaced",
    ("planned", "drop"): "dropped",
    ("planned", "link"): "planned",
    ("planned", "unlink"): "planned",
    ("under_way", "change"): "under_way",
    ("under_way", "report"): "under_way",
    ("under_way", "milestone"): "under_way",
    ("under_way", "done"): "done",
    ("under_way", "replace"): "replaced",
    ("under_way", "drop"): "dropped",
    ("under_way", "link"): "under_way",
    ("under_way", "unlink"): "under_way",
    ("done", "unlink"): "done",
    ("replaced", "unlink"): "replaced",
    ("dropped", "unlink"): "dropped",
}
"""What was reported leads out of `planned`; what has ended stays so, only a wrong link goes."""

EVENTS: Final[Mapping[type, type[ProjectEvent]]] = {
    Change: ProjectChanged,
    Report: ProgressReported,
    Reach: MilestoneReached,
    Finish: ProjectDone,
    Replace: ProjectReplaced,
    Drop: ProjectDropped,
    Link: CaseLinkedToProject,
    Unlink: CaseUnlinkedFromProject,
}
"""Act → the fact that it becomes. Their fields have the same names, so that one fills the other."""
