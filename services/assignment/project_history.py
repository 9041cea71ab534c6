"""What happened to a project, as anybody may read it: each fact once, each change with before and after."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from services.contracts.project import (
    Fund,
    Milestone,
    MilestoneReached,
    Plan,
    ProgressReported,
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectEvent,
    ProjectOpened,
    ProjectReplaced,
)

Kind = Literal["opened", "changed", "progress", "milestone", "done", "replaced", "dropped"]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact with the business time at which it became known."""

    event: ProjectEvent
    at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of the plan that a change altered, both values as text; None: nothing stood there."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One public fact. `text`: report, or reason of a change; `on`: the day that it speaks of.

    `approver`: the post, by code, that approved a change or an end without being done. `finding`: what an
    inspection round found, where that was why.
    """

    version: int
    at: datetime
    kind: Kind
    text: str | None = None
    on: date | None = None
    milestone: str | None = None
    evidence: str | None = None
    percent: int | None = None
    by_ledger: str | None = None
    approver: str | None = None
    finding: UUID | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class MilestoneStanding:
    """A milestone of the plan; `reached_on` None: still to come."""

    name: str
    due: date
    reached_on: date | None
    evidence: str | None


def history(facts: Iterable[Told]) -> Iterator[Entry]:
    """In the order of the facts. Links to cases are not among them: cases belong to citizens."""
    plan: Plan | None = None
    for told in facts:
        head, event = (told.event.version, told.at), told.event
        match event:
            case ProjectOpened():
                yield Entry(*head, "opened")
                plan = event.plan
            case ProjectChanged():
                differences = _differences(plan, event)
                yield Entry(
                    *head,
                    "changed",
                    event.reason,
                    approver=event.approver,
                    finding=event.finding_id,
                    differences=differences,
                )
                plan = event.plan
            case ProgressReported():
                yield Entry(*head, "progress", event.text, evidence=event.evidence, percent=event.percent)
            case MilestoneReached():
                yield Entry(*head, "milestone", None, event.on, event.milestone, event.evidence)
            case ProjectDone():
                yield Entry(*head, "done", event.text, event.on, evidence=event.evidence)
            case ProjectReplaced():
                yield Entry(
                    *head,
                    "replaced",
                    event.reason,
                    by_ledger=event.by_ledger,
                    approver=event.approver,
                    finding=event.finding_id,
                )
            case ProjectDropped():
                yield Entry(*head, "dropped", event.reason, approver=event.approver)


def milestones(plan: Plan, entries: Sequence[Entry]) -> list[MilestoneStanding]:
    """The plan's milestones in its order, with the day on which each was reached."""
    reached = {entry.milestone: (entry.on, entry.evidence) for entry in entries if entry.kind == "milestone"}
    return [
        MilestoneStanding(one.name, one.due, *reached.get(one.name, (None, None))) for one in plan.milestones
    ]


def _differences(before: Plan | None, event: ProjectChanged) -> tuple[Difference, ...]:
    return tuple(
        Difference(name, as_text(getattr(before, name, None)), as_text(getattr(event.plan, name)))
        for name in event.changed
    )


def as_text(value: Any) -> str | None:
    """A value of a plan as one line of text; None for nothing."""
    match value:
        case None | ():
            return None
        case tuple():
            return SEPARATOR.join(str(as_text(one)) for one in value)
        case Fund():
            return f"{value.source} {value.year} {value.amount}"
        case Milestone():
            return f"{value.name} {value.due}"
        case Decimal():
            return f"{value:.2f}"
    return str(value)


SEPARATOR: Final = "；"
