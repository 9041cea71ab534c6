"""The law of groups: whatever was merged and parted in whatever order, the last grouping alone decides.

Random acts on assignment's real store; limits, citizens' tracking and the dispatches that reporting counts
follow from the events that come of them, and all is held against a plain model.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.assignment.assign import Registered, decide
from services.assignment.case import Taken
from services.assignment.respond import Responses, respond
from services.assignment.rulebook import Rulebook
from services.assignment.steps import Asked, take_steps
from services.assignment.store import PostgresCases
from services.contracts.case import CaseEvent, CaseWithdrawn
from services.contracts.demand import DemandRated, DemandWithdrawn
from services.contracts.envelope import Envelope, Record
from services.contracts.flow import FLOWS
from services.contracts.supervision import LimitsSet
from services.intake.stream import take_cases
from services.kit.auth import Staff
from services.kit.postgres import Connection, Writing
from services.supervision.limits import Pause, compute
from services.supervision.set_limits import set_limits
from tests.builders import demand
from tests.conftest import DatabaseOf
from tests.contract.grouping_model import ACTS, BETWEEN, UNDER_WAY, Demand, Model
from tests.contract.reporting_books import dispatches
from tests.supervision_fakes import FakeLimits
from tests.unit.directory_samples import county
from tests.unit.test_supervision_limits import policy

MORNING: Final = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
CASES: Final = 4
RULEBOOK: Final = Rulebook.build(1, county())
CLERK: Final = Staff("职员", "clerk", None)
POLICY: Final = policy()
WEEK: Final = date(2021, 3, 1)
SAYS: Final = {"complete": "答复", "rectify": "整改"}
"""With what the words of a step begin, where they are no reason."""
READERS: Final = {flow.event: flow.readers for flow in FLOWS if flow.topic == "case"}

numbers = st.integers(0, CASES - 1)
acts = st.one_of(
    st.tuples(st.just("merge"), numbers, numbers),
    st.tuples(st.sampled_from(sorted(ACTS)), numbers, st.just(0)),
)


@dataclass(slots=True)
class County:
    """Four cases in the real store, and what supervision, intake and reporting make of their events."""

    assignment: Connection
    intake: Connection
    ids: list[UUID] = field(default_factory=list)
    limits: FakeLimits = field(default_factory=FakeLimits)
    events: list[tuple[CaseEvent, datetime]] = field(default_factory=list)

    async def open(self) -> None:
        cases = PostgresCases(self.assignment)
        for number in range(CASES):
            at = MORNING + number * BETWEEN
            registered = Registered(demand(receipt=f"YN20210301-{number:08d}"), at)
            opened = list(decide(RULEBOOK, [registered], [], at))
            await cases.open(opened, at)
            self.ids.append(opened[0].event.case_id)
            await self.told([opened[0].event], at)

    async def told(self, events: list[CaseEvent], at: datetime) -> None:
        """What leaves assignment reaches the others."""
        happened = [(event, at) for event in events]
        self.events += happened
        await set_limits(self.limits, _nobody, POLICY, [one for one in happened if _limits(one[0])])
        records = [record(event, at) for event in events]
        await take_cases(Writing(self.intake, at), [one for one in records if _tracked(one.event)])

    async def step(self, name: str, number: int, into: int, at: datetime) -> bool:
        """Whether the act was taken."""
        cases, events, case = PostgresCases(self.assignment), list[CaseEvent](), self.ids[number]
        words = f"{SAYS.get(name, '理由')}{number}于{at}"
        if name == "withdraw":
            gone = DemandWithdrawn(demand_id=self.demand(number), case_id=case)
            await respond(cases, events.append, RULEBOOK, Responses([gone]), at)
            taken = any(isinstance(event, CaseWithdrawn) for event in events)
        elif name == "rate":
            given = DemandRated(
                demand_id=self.demand(number), case_id=case, unit="water", level="dissatisfied"
            )
            await respond(cases, events.append, RULEBOOK, Responses((), [(given, at)]), at)
            taken = True
        else:
            asked = Asked(case, name, words, into=self.ids[into] if name == "merge" else None)  # type: ignore[arg-type]
            [outcome] = await take_steps(cases, events.append, RULEBOOK, [asked], CLERK, at)
            taken = isinstance(outcome, Taken)
        await self.told(events, at)
        return taken

    def demand(self, number: int) -> UUID:
        return next(event.demand_id for event, _ in self.events if event.case_id == self.ids[number])


def _nobody(_: LimitsSet) -> None:
    """Dues are read off the limits here."""


def _limits(event: CaseEvent) -> bool:
    return "supervision" in READERS[type(event)]


def _tracked(event: object) -> bool:
    return "intake" in READERS[type(event)]  # type: ignore[index]


def record(event: CaseEvent, at: datetime) -> Record:
    envelope = Envelope(event.event_id(), event.type, "/yinuo/test", event.subject(), at)
    return Record(envelope, event, "case", 0, 0)


@asynccontextmanager
async def fresh(database_of: DatabaseOf) -> AsyncIterator[County]:
    """Nothing of it is committed."""
    async with (
        database_of("assignment").pool.acquire() as assignment,
        database_of("intake").pool.acquire() as intake,
    ):
        transactions = [assignment.transaction(), intake.transaction()]
        for one in transactions:
            await one.start()
        try:
            county = County(assignment, intake)
            await county.open()
            yield county
        finally:
            for one in transactions:
                await one.rollback()


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=st.lists(acts, min_size=6, max_size=40))
@example(
    sequence=[("merge", 1, 0), ("merge", 2, 0), ("withdraw", 0, 0), ("sign_for", 1, 0), ("complete", 1, 0)]
)
@example(sequence=[("merge", 1, 0), ("sign_for", 0, 0), ("complete", 0, 0), ("rate", 1, 0), ("part", 1, 0)])
@example(sequence=[("merge", 1, 0), ("sign_for", 0, 0), ("complete", 0, 0), ("redo", 0, 0)])
@example(
    sequence=[("merge", 1, 0), ("sign_for", 0, 0), ("complete", 0, 0), ("rate", 1, 0), ("rectify", 0, 0)]
)
@example(
    sequence=[
        ("merge", 1, 0),
        ("sign_for", 0, 0),
        ("complete", 0, 0),
        ("withdraw", 1, 0),
        ("part", 1, 0),
        ("withdraw", 1, 0),
    ]
)
@example(sequence=[("merge", 1, 0), ("sign_for", 0, 0), ("suspend", 0, 0)])
@example(sequence=[("sign_for", 1, 0), ("suspend", 1, 0), ("resume", 1, 0), ("merge", 1, 0), ("part", 1, 0)])
@example(sequence=[("merge", 1, 0), ("merge", 0, 2), ("part", 0, 0), ("merge", 2, 1), ("withdraw", 1, 0)])
async def test_any_sequence_comes_to_what_its_last_grouping_says(
    database_of: DatabaseOf, sequence: list[tuple[str, int, int]]
) -> None:
    async with fresh(database_of) as county:
        starts = [MORNING + number * BETWEEN for number in range(CASES)]
        model = Model([Demand(number, at, at) for number, at in enumerate(starts)])
        at = starts[-1]
        for name, number, into in sequence:
            at += BETWEEN
            if not intake_passes_on(model, name, number):
                continue
            possible = model.merge(number, into, at) if name == "merge" else ACTS[name](model, number, at)
            assert await county.step(name, number, into, at) == possible, (name, number, into)
        await groups_are(model, county)
        limits_are(model, county)
        await citizens_know(model, county)
        dispatches_are(model, county)


def intake_passes_on(model: Model, name: str, number: int) -> bool:
    """One rating of a reply that is there, one withdrawal."""
    one = model.demands[number]
    if name == "rate":
        return one.rating is None and model.public_state(number) in ("completed", "reviewed")
    return name != "withdraw" or not one.withdrawn


async def groups_are(model: Model, county: County) -> None:
    rows = await county.assignment.fetch(
        "SELECT case_id, lead, state, rating FROM cases WHERE case_id = ANY($1::uuid[])", county.ids
    )
    found = {row["case_id"]: (row["lead"], row["state"], row["rating"]) for row in rows}
    for number, one in enumerate(model.demands):
        lead = None if one.leads == number else county.ids[one.leads]
        assert found[county.ids[number]] == (lead, one.state, one.rating)


def limits_are(model: Model, county: County) -> None:
    """One limit to complete runs for each matter under way, reckoned from its own start and no other."""
    for number, one in enumerate(model.demands):
        limit = county.limits.limits[county.ids[number], "complete"]
        runs = one.leads == number and one.state in ("dispatched", "signed_for")
        rests = one.leads == number and one.state == "suspended"
        assert (limit.running, limit.state == "suspended") == (runs, rests)
        if runs:
            pauses = [Pause(*pause) for pause in one.pauses]
            due = compute(limit.the_rule(), one.began, POLICY.calendar, pauses).due_at
            assert limit.due_at == due


async def citizens_know(model: Model, county: County) -> None:
    """Each follows the case that handles the demand, and keeps the last words that were told."""
    demands = [county.demand(number) for number in range(CASES)]
    sql = "SELECT demand_id, state, reply, rectification FROM tracking WHERE demand_id = ANY($1::uuid[])"
    rows = {demand: tuple(told) for demand, *told in await county.intake.fetch(sql, demands)}
    expected = {
        demands[number]: (model.public_state(number), one.reply, one.rectification)
        for number, one in enumerate(model.demands)
    }
    assert rows == expected


def dispatches_are(model: Model, county: County) -> None:
    """Received counts demands; under way and handled count matters."""
    placed = [(record(event, at), WEEK) for event, at in county.events]
    last = {one.case.case_id: one for one in sorted(dispatches(placed), key=lambda one: one.number)}
    under_way = {case for case, one in last.items() if one.closed is None}
    handled = {case for case, one in last.items() if one.closed and one.closed[2] == "completed"}
    leading = {number for number, one in enumerate(model.demands) if one.leads == number}
    states = {number: model.demands[number].state for number in leading}
    assert len(last) == CASES
    assert under_way == {county.ids[number] for number, state in states.items() if state in UNDER_WAY}
    replied = ("completed", "reviewed")
    assert handled == {county.ids[number] for number, state in states.items() if state in replied}
