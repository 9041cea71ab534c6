"""A county of four cases on the real stores: what assignment does reaches supervision, intake and reporting's
oracle by their own handlers, and what supervision sets comes back.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from services.assignment.assign import Registered, decide
from services.assignment.case import Taken
from services.assignment.respond import Responses, respond
from services.assignment.rulebook import Rulebook
from services.assignment.steps import Asked, take_steps
from services.assignment.store import PostgresCases
from services.assignment.store_directory import Rulebooks
from services.assignment.stream import supervised
from services.contracts.case import CaseEvent, CaseWithdrawn
from services.contracts.demand import DemandRated, DemandWithdrawn
from services.contracts.envelope import Envelope, Event, Record
from services.contracts.flow import FLOWS, topic_of
from services.contracts.vocabulary import Service
from services.intake.stream import HANDLERS
from services.kit.auth import Staff
from services.kit.postgres import Connection, Writing
from services.supervision.calendar import from_chinesecalendar
from services.supervision.calendars import Policies
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.stream import cases_moved, directory_recorded
from tests.builders import authority, demand
from tests.conftest import DatabaseOf
from tests.contract.grouping_model import BETWEEN, CASES, DAYS, MORNING, UNITS, Act
from tests.unit.directory_samples import county
from tests.unit.test_supervision_limits import PRESETS

RULEBOOK: Final = Rulebook.build(1, county())
CLERK: Final = Staff("职员", "clerk", None)
THEIR_OWN: Final = ("ask_extension", "assist_done")
"""Steps that a unit's own people take."""
NAMING: Final = ("reassign", "assist", "release_assist")
"""Steps that name a unit."""
SAYS: Final = {"complete": "答复", "rectify": "整改"}
"""With what the words of a step begin, where they are no reason."""
YEAR: Final = from_chinesecalendar(2021)
POLICIES: Final = Policies(PRESETS, [from_chinesecalendar(2020)])
READERS: Final = {flow.event: flow.readers for flow in FLOWS}


@dataclass(slots=True)
class County:
    """Four cases, and what the services make of their events."""

    assignment: Connection
    supervision: Connection
    intake: Connection
    ids: list[UUID] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    async def open(self) -> None:
        """The authority has chosen, a year is loaded, and the citizens have come."""
        chosen, at = authority(version=1_000_000), MORNING
        await directory_recorded(POLICIES, Writing(self.supervision, at), [_record(chosen, at)])
        await PostgresCalendars(self.supervision).load(YEAR, at, "某人")
        cases = PostgresCases(self.assignment)
        for number in range(CASES):
            at = MORNING + number * BETWEEN
            registered = Registered(demand(receipt=f"YN20210301-{number:08d}"), at)
            opened = list(decide(RULEBOOK, [registered], [], at))
            await cases.open(opened, at)
            self.ids.append(opened[0].event.case_id)
            await self._told([opened[0].event], at)

    async def play(self, act: Act, at: datetime) -> bool:
        """Whether the act was taken."""
        events = list[CaseEvent]()
        if act.name == "withdraw":
            gone = DemandWithdrawn(demand_id=self.demand(act.number), case_id=self.ids[act.number])
            await self._respond(events, Responses([gone]), at)
            taken = any(isinstance(event, CaseWithdrawn) for event in events)
        elif act.name == "rate":
            given = DemandRated(
                demand_id=self.demand(act.number),
                case_id=self.ids[act.number],
                unit="water",
                level="dissatisfied",
            )
            await self._respond(events, Responses((), [(given, at)]), at)
            taken = True
        else:
            taken = await self._step(events, act, at)
        await self._told(events, at)
        return taken

    def demand(self, number: int) -> UUID:
        cases = (one.event for one in self.records if isinstance(one.event, CaseEvent))
        return next(event.demand_id for event in cases if event.case_id == self.ids[number])

    async def _respond(self, events: list[CaseEvent], said: Responses, at: datetime) -> None:
        await respond(PostgresCases(self.assignment), events.append, RULEBOOK, said, at)

    async def _step(self, events: list[CaseEvent], act: Act, at: datetime) -> bool:
        name, number, other = act
        asked = Asked(
            self.ids[number],
            name,  # type: ignore[arg-type]
            f"{SAYS.get(name, '理由')}{number}于{at}",
            unit=UNITS[other] if name in NAMING else None,
            days=DAYS if name == "ask_extension" else None,
            into=self.ids[other] if name == "merge" else None,
        )
        staff = Staff("经办人", "handler", UNITS[other]) if name in THEIR_OWN else CLERK
        cases = PostgresCases(self.assignment)
        [outcome] = await take_steps(cases, events.append, RULEBOOK, [asked], staff, at)
        return isinstance(outcome, Taken)

    async def _told(self, events: Sequence[Event], at: datetime) -> None:
        """What leaves assignment reaches the others; what supervision sets reaches assignment, too."""
        records = [_record(event, at) for event in events]
        set_anew = Writing(self.supervision, at)
        await cases_moved(POLICIES, set_anew, _read_by("supervision", records))
        limits = [_record(event, at) for event, _ in set_anew.events]
        for topic, told in (("case", records), ("supervision", limits)):
            if theirs := _read_by("intake", told):
                await HANDLERS[topic](Writing(self.intake, at), theirs)
        await supervised(Rulebooks(RULEBOOK), Writing(self.assignment, at), limits)
        self.records += [*records, *limits]


def _read_by(service: Service, records: Sequence[Record]) -> list[Record]:
    return [one for one in records if service in READERS[type(one.event)]]


def _record(event: Event, at: datetime) -> Record:
    envelope = Envelope(event.event_id(), event.type, "/yinuo/test", event.subject(), at)
    return Record(envelope, event, topic_of(event), 0, 0)


@asynccontextmanager
async def fresh(database_of: DatabaseOf) -> AsyncIterator[County]:
    """Nothing of it is committed."""
    async with (
        database_of("assignment").pool.acquire() as assignment,
        database_of("supervision").pool.acquire() as supervision,
        database_of("intake").pool.acquire() as intake,
    ):
        transactions = [one.transaction() for one in (assignment, supervision, intake)]
        for one in transactions:
            await one.start()
        try:
            county = County(assignment, supervision, intake)
            await county.open()
            yield county
        finally:
            for one in transactions:
                await one.rollback()
