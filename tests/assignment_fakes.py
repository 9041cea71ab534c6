"""Assignment's stores in memory; they pass the contract tests of those in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.assignment.assign import NewCase, Registered
from services.assignment.case import Case, Taken
from services.assignment.lapse import BY_DISPUTE, History
from services.assignment.publish import Edition
from services.assignment.repeats import Matter
from services.assignment.respond import Rated
from services.contracts.supervision import LimitPassed

NO_LEAD = UUID(int=0)
"""Stands for the lead of a case that has none."""


@dataclass(slots=True)
class CasesInMemory:
    """Cases, their steps, and the demands that wait."""

    opened: dict[UUID, tuple[NewCase, datetime]] = field(default_factory=dict)
    cases: dict[UUID, Case] = field(default_factory=dict)
    steps: list[Taken] = field(default_factory=list)
    waiting: dict[UUID, Registered] = field(default_factory=dict)
    ratings: dict[UUID, Rated] = field(default_factory=dict)
    passed: list[LimitPassed] = field(default_factory=list)
    locked: list[tuple[set[UUID], bool]] = field(default_factory=list)
    """What was locked in each round, and whether for regrouping."""

    async def earlier(self, citizens: Sequence[UUID], since: datetime, most: int) -> list[Matter]:
        found: list[Matter] = []
        for citizen in citizens:
            theirs = [
                matter_of(new, at)
                for new, at in self.opened.values()
                if new.event.citizen_ref == citizen and at >= since
            ]
            found += sorted(theirs, key=_by_time)[-most:]
        return sorted(found, key=_by_time)

    async def open(self, cases: Sequence[NewCase], now: datetime) -> None:
        for new in cases:
            event = new.event
            if event.case_id not in self.opened:
                self.opened[event.case_id] = (new, now)
                self.cases[event.case_id] = Case(
                    event.case_id, event.demand_id, event.unit, event.post, "dispatched", 1, 1, now
                )

    async def keep_waiting(self, demands: Sequence[Registered]) -> None:
        for one in demands:
            self.waiting.setdefault(one.demand.demand_id, one)

    async def take_waiting(self, most: int) -> list[Registered]:
        oldest = sorted(self.waiting.values(), key=lambda one: (one.at, one.demand.demand_id))[:most]
        for one in oldest:
            del self.waiting[one.demand.demand_id]
        return sorted(oldest, key=lambda one: (one.at, one.demand.receipt))

    async def lock(self, case_ids: Sequence[UUID], regrouping: bool = False) -> dict[UUID, Case]:
        self.locked.append((set(case_ids), regrouping))
        leads = {self.cases[one].lead or one for one in case_ids if one in self.cases}
        found = [case for one, case in self.cases.items() if one in leads or case.lead in leads]
        states = {case.case_id: case.state for case in found}
        return {case.case_id: replace(case, lead_state=states.get(case.lead or NO_LEAD)) for case in found}

    async def of_receipts(self, receipts: Sequence[str]) -> dict[str, UUID]:
        events = (new.event for new, _ in self.opened.values())
        return {event.receipt: event.case_id for event in events if event.receipt in receipts}

    async def record(self, taken: Sequence[Taken]) -> None:
        self.steps += taken
        self.cases.update({one.case.case_id: one.case for one in taken})

    async def histories(self, case_ids: Sequence[UUID]) -> dict[UUID, History]:
        found: dict[UUID, History] = {}
        for one in self.steps:
            case, act = one.case, one.act
            asked, given_back = found.get(case.case_id, History())
            if act.step == "ask_extension":
                asked = case.version
            if act.step == "reassign" and act.by == BY_DISPUTE:
                given_back |= {case.unit}
            if case.case_id in case_ids:
                found[case.case_id] = History(asked, given_back)
        return found

    async def note_passed(self, limits: Sequence[LimitPassed], now: datetime) -> None:
        self.passed += limits

    async def keep_ratings(self, rated: Sequence[Rated]) -> None:
        for one, at in rated:
            self.ratings.setdefault(one.case_id, (one, at))


def matter_of(new: NewCase, at: datetime) -> Matter:
    event = new.event
    text = f"{new.title}\n{new.body}"
    return Matter(str(event.case_id), str(event.citizen_ref), event.category, event.place, text, at)


def _by_time(matter: Matter) -> tuple[datetime, str]:
    return matter.at, matter.case_id


@dataclass(slots=True)
class DirectoriesInMemory:
    """The versions of a directory."""

    editions: list[Edition] = field(default_factory=list)
    chains: set[str] = field(default_factory=set)

    async def promising(self) -> set[str]:
        return self.chains

    async def lock(self) -> None:
        return None

    async def version(self) -> int | None:
        return self.editions[-1].version if self.editions else None

    async def current(self) -> Edition | None:
        return self.editions[-1] if self.editions else None

    async def add(self, edition: Edition) -> None:
        self.editions.append(edition)
