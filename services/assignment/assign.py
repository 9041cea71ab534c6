"""Assign: demands become cases with unit and post. What comes before any directory waits for one."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from services.assignment.case import case_id_of
from services.assignment.repeats import WINDOW, Matter, repeated_case
from services.assignment.rulebook import Rulebook
from services.assignment.summary import summary
from services.contracts.case import CaseAssigned
from services.contracts.demand import DemandRegistered
from services.kit.masking import mask

LOOKED_BACK: Final = 20
"""The latest cases of a citizen that are compared: one who writes a thousand must not stop the rest."""
ASSIGNED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Registered:
    """A demand and the business time of its registration."""

    demand: DemandRegistered
    at: datetime


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as it is opened. The masked texts stay with it; its event carries the summary alone."""

    event: CaseAssigned
    title: str
    body: str
    registered_at: datetime


class Cases(Protocol):
    """Where cases and waiting demands are kept, within one transaction."""

    async def earlier(self, citizens: Sequence[UUID], since: datetime, most: int) -> Sequence[Matter]:
        """The latest cases of each citizen from an instant on, at most `most` each, oldest first."""
        ...

    async def open(self, cases: Sequence[NewCase], now: datetime) -> None: ...

    async def keep_waiting(self, demands: Sequence[Registered]) -> None: ...

    async def take_waiting(self, most: int) -> Sequence[Registered]:
        """Take the oldest waiting demands out."""
        ...


Publish = Callable[[CaseAssigned], None]


async def assign(
    cases: Cases, publish: Publish, rulebook: Rulebook | None, demands: Sequence[Registered], now: datetime
) -> int:
    """Open a case for each demand, or let them wait where there is no directory; how many were opened."""
    if not demands:
        return 0
    if rulebook is None:
        await cases.keep_waiting(demands)
        return 0
    citizens = list({one.demand.citizen_ref for one in demands})
    earlier = await cases.earlier(citizens, now - WINDOW, LOOKED_BACK)
    opened = list(decide(rulebook, demands, earlier, now))
    await cases.open(opened, now)
    for case in opened:
        publish(case.event)
    return len(opened)


async def assign_waiting(cases: Cases, publish: Publish, rulebook: Rulebook | None, now: datetime) -> int:
    """Assign a piece of what waits, oldest first; nothing while there is no directory."""
    if rulebook is None:
        return 0
    return await assign(cases, publish, rulebook, await cases.take_waiting(ASSIGNED_AT_ONCE), now)


def decide(
    rulebook: Rulebook, demands: Sequence[Registered], earlier: Sequence[Matter], now: datetime
) -> Iterator[NewCase]:
    """The cases of some demands, in their order. `earlier`: their citizens' cases, oldest first."""
    known = History.of(demands, earlier)
    for one in demands:
        yield _case(rulebook, one, known, now)


@dataclass(frozen=True, slots=True)
class History:
    """The matters of those citizens who have more than one, old and within the batch."""

    matters: Mapping[str, deque[Matter]]

    @classmethod
    def of(cls, demands: Sequence[Registered], earlier: Sequence[Matter]) -> "History":
        matters: defaultdict[str, deque[Matter]] = defaultdict(lambda: deque(maxlen=LOOKED_BACK))
        for matter in earlier:
            matters[matter.citizen_ref].append(matter)
        for citizen, times in Counter(one.demand.citizen_ref for one in demands).items():
            if times > 1:
                matters.setdefault(str(citizen), deque(maxlen=LOOKED_BACK))
        return cls(dict(matters))

    def repeated_by(self, matter: Matter) -> UUID | None:
        """The case that a matter repeats; the matter is remembered for the ones after it."""
        before = self.matters[matter.citizen_ref]
        found = repeated_case(matter, before)
        before.append(matter)
        return UUID(found) if found else None


def _case(rulebook: Rulebook, one: Registered, known: History, now: datetime) -> NewCase:
    demand = one.demand
    decision = rulebook.classifier.classify(demand.title, demand.body, demand.place or "")
    case_id, repeat_of, citizen = case_id_of(demand.demand_id), None, str(demand.citizen_ref)
    if citizen in known.matters:
        text = f"{demand.title}\n{demand.body}"
        repeat_of = known.repeated_by(
            Matter(str(case_id), citizen, decision.category, decision.place, text, now)
        )
    event = CaseAssigned(
        case_id=case_id,
        demand_id=demand.demand_id,
        version=1,
        dispatch=1,
        receipt=demand.receipt,
        citizen_ref=demand.citizen_ref,
        channel=demand.channel,
        kind=decision.kind,
        urgency=decision.urgency,
        category=decision.category,
        place=decision.place,
        town=rulebook.towns[decision.place] if decision.place else None,
        unit=decision.unit,
        post=decision.post,
        backstop=decision.backstop,
        summary=mask(summary(demand.title, demand.body)),
        repeat_of=repeat_of,
    )
    return NewCase(event, demand.title, demand.body, one.at)
