"""What happens to promises, projects, letters and the like as facts of the lists: one flat row an event.

Adding an event of another list is adding its line to the table at the end, or to that of `supervised_facts`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from services.contracts.demand import ProjectRated
from services.contracts.envelope import Event, Record
from services.contracts.project import (
    UPDATES,
    MilestoneReached,
    Plan,
    ProgressReported,
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectOpened,
    ProjectReplaced,
)
from services.contracts.promise import PromiseAired, PromiseChanged, PromiseMade, PromiseSettled
from services.reporting.days import Midnight, end_of
from services.reporting.supervised_facts import SUPERVISED


class ListFact(NamedTuple):
    """One row of `list_facts`, in the table's column order.

    `item`: the promise, project, letter or whatever the list has. `due`: the instant at which its last day
    ends. `milestones`: JSON, a list of [name, instant]; `text`: its name or words, of a milestone reached its
    name. Amounts are in yuan. `finding`: what a round found, which a letter follows from, or by which the
    project was updated (项目更新).
    """

    event_id: UUID
    at: datetime
    day: date
    list: str
    kind: str
    topic: str
    partition: int
    offset: int
    late: bool
    item: UUID
    version: int = 1
    number: str | None = None
    unit: str | None = None
    post: str | None = None
    holder: str | None = None
    tier: str | None = None
    state: str | None = None
    due: datetime | None = None
    amount: Decimal | None = None
    funded: Decimal | None = None
    milestones: str | None = None
    text: str | None = None
    finding: UUID | None = None


COLUMNS: Final = ListFact._fields
Values = dict[str, Any]


def list_facts_of(placed: Iterable[tuple[Record, date]], midnight: Midnight) -> Iterator[ListFact]:
    """The facts of records with their days; what concerns no list is left out."""
    for record, day in placed:
        made = _MAKERS.get(type(record.event))
        if made is None:
            continue
        of, kind, values = made
        at = record.envelope.time
        place = (record.envelope.id, at, day, of, kind, record.topic, record.partition, record.offset)
        yield ListFact(*place, at < midnight(day), **values(record.event, midnight))


def _promise(event: Any, _: Midnight) -> Values:
    return {"item": event.promise_id, "version": event.version, "number": event.number}


def _made(event: PromiseMade, midnight: Midnight) -> Values:
    return _promise(event, midnight) | {
        "unit": event.unit,
        "post": event.post,
        "holder": event.holder,
        "tier": event.tier,
        "state": "standing",
        "due": end_of(event.due, midnight),
        "text": event.words,
    }


def _changed(event: PromiseChanged, midnight: Midnight) -> Values:
    return _promise(event, midnight) | {"due": end_of(event.due, midnight), "text": event.words}


def _settled(event: PromiseSettled, midnight: Midnight) -> Values:
    return _promise(event, midnight) | {"state": event.outcome}


def _project(event: Any, _: Midnight) -> Values:
    return {"item": event.project_id, "version": event.version, "number": event.ledger}


def _planned(event: ProjectOpened | ProjectChanged, midnight: Midnight) -> Values:
    return _project(event, midnight) | {"state": "open"} | _plan(event.plan, midnight)


def _changed_plan(event: ProjectChanged, midnight: Midnight) -> Values:
    updated = event.finding_id if UPDATES.intersection(event.changed) else None
    return _planned(event, midnight) | {"finding": updated}


def _replaced(event: ProjectReplaced, midnight: Midnight) -> Values:
    return _project(event, midnight) | {"state": "replaced", "finding": event.finding_id}


def _plan(plan: Plan, midnight: Midnight) -> Values:
    milestones = [[one.name, end_of(one.due, midnight)] for one in plan.milestones]
    return {
        "unit": plan.lead_unit,
        "post": plan.owner,
        "tier": plan.tier,
        "due": end_of(plan.completion, midnight),
        "amount": plan.budget,
        "funded": sum((fund.amount for fund in plan.funds), Decimal(0)),
        "milestones": orjson.dumps(milestones).decode(),
        "text": plan.name,
    }


def _reached(event: MilestoneReached, midnight: Midnight) -> Values:
    return _project(event, midnight) | {"text": event.milestone}


def _ended(state: str) -> Callable[[Any, Midnight], Values]:
    return lambda event, midnight: _project(event, midnight) | {"state": state}


def _project_rated(event: ProjectRated, _: Midnight) -> Values:
    return {"item": event.project_id, "state": event.level}


_MAKERS: Final[Mapping[type[Event], tuple[str, str, Callable[[Any, Midnight], Values]]]] = {
    PromiseMade: ("promise", "made", _made),
    PromiseChanged: ("promise", "changed", _changed),
    PromiseAired: ("promise", "aired", _promise),
    PromiseSettled: ("promise", "settled", _settled),
    ProjectOpened: ("project", "opened", _planned),
    ProjectChanged: ("project", "changed", _changed_plan),
    ProgressReported: ("project", "progress", _project),
    MilestoneReached: ("project", "milestone", _reached),
    ProjectDone: ("project", "done", _ended("done")),
    ProjectReplaced: ("project", "replaced", _replaced),
    ProjectDropped: ("project", "dropped", _ended("dropped")),
    ProjectRated: ("project", "rated", _project_rated),
    **SUPERVISED,
}
"""Event → the list, the fact's kind, and what makes its values."""
