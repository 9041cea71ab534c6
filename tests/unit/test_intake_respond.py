"""Withdrawals and ratings: when they may be said, once each, and what leaves with them."""

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID, uuid4

import pytest

from services.contracts.demand import DemandRated, DemandWithdrawn, ProjectRated
from services.contracts.vocabulary import CaseState, Satisfaction
from services.intake.respond import (
    Answering,
    KnownDemand,
    NotNow,
    SaidBefore,
    SaidNow,
    rate,
    rate_project,
    withdraw,
)

NOW = datetime(2021, 3, 5, 1, 0, tzinfo=UTC)
STATES = ("registered", *get_args(CaseState))


class ResponsesInMemory:
    """Withdrawals and ratings of one process; `late`: how many of a demand came too late."""

    def __init__(self) -> None:
        self.withdrawn: dict[UUID, int] = {}
        self.late: dict[UUID, int] = {}
        self.rated: dict[UUID, int] = {}
        self.projects_rated: dict[tuple[UUID, UUID], Satisfaction] = {}

    async def withdraw(self, demand_id: UUID, now: datetime) -> int | None:
        before, number = self.withdrawn.get(demand_id), self.late.get(demand_id, 0) + 1
        self.withdrawn[demand_id] = number
        return None if number == before else number

    async def rate(self, demand_id: UUID, level: Satisfaction, now: datetime) -> int | None:
        before, number = self.rated.get(demand_id), self.late.get(demand_id, 0) + 1
        self.rated[demand_id] = number
        return None if number == before else number

    async def rate_project(
        self, demand_id: UUID, project_id: UUID, level: Satisfaction, now: datetime
    ) -> bool:
        new = (demand_id, project_id) not in self.projects_rated
        self.projects_rated.setdefault((demand_id, project_id), level)
        return new


class Citizen:
    """One demand, and what its citizen says of it."""

    def __init__(self, state: str) -> None:
        case = None if state == "registered" else uuid4()
        self.demand = KnownDemand(uuid4(), case, "water" if case else None, state)
        self.responses = ResponsesInMemory()
        self.events: list[DemandWithdrawn | DemandRated | ProjectRated] = []

    async def withdraw(self, reason: str | None = None) -> SaidNow | SaidBefore | NotNow:
        return await withdraw(self.responses, self.events.append, self.demand, reason, NOW)

    async def rate(
        self, level: Satisfaction = "satisfied", comment: str | None = None
    ) -> SaidNow | SaidBefore | NotNow:
        return await rate(self.responses, self.events.append, self.demand, level, comment, NOW)

    async def rate_project(
        self, project: Answering, comment: str | None = None
    ) -> SaidNow | SaidBefore | NotNow:
        publish, demand = self.events.append, self.demand.demand_id
        return await rate_project(self.responses, publish, demand, project, "satisfied", comment, NOW)


@pytest.mark.parametrize("state", STATES)
async def test_a_demand_is_withdrawn_before_its_reply_and_rated_after_it(state: str) -> None:
    citizen = Citizen(state)
    under_way = state in ("dispatched", "signed_for", "suspended")
    replied = state in ("completed", "reviewed", "called_back", "archived")
    assert await citizen.withdraw() == (SaidNow(NOW) if under_way else NotNow(state))
    assert await citizen.rate() == (SaidNow(NOW) if replied else NotNow(state))
    assert len(citizen.events) == under_way + replied


async def test_a_second_rating_changes_nothing() -> None:
    citizen = Citizen("completed")
    await citizen.rate("dissatisfied")
    assert await citizen.rate("very_satisfied") == SaidBefore()
    [rated] = citizen.events
    assert isinstance(rated, DemandRated)
    assert (rated.level, rated.unit) == ("dissatisfied", "water")


async def test_a_second_withdrawal_tells_nobody_again() -> None:
    citizen = Citizen("dispatched")
    await citizen.withdraw()
    assert await citizen.withdraw() == SaidBefore()
    assert len(citizen.events) == 1


async def test_after_a_withdrawal_that_came_too_late_another_one_is_told_once() -> None:
    citizen = Citizen("dispatched")
    await citizen.withdraw()
    citizen.responses.late[citizen.demand.demand_id] = 1
    assert [await citizen.withdraw() for _ in range(2)] == [SaidNow(NOW), SaidBefore()]
    first, second = citizen.events
    assert isinstance(first, DemandWithdrawn)
    assert isinstance(second, DemandWithdrawn)
    assert (first.number, second.number) == (1, 2)
    assert first.event_id() != second.event_id()


async def test_after_a_rating_that_came_too_late_the_next_reply_is_rated_once() -> None:
    citizen = Citizen("completed")
    await citizen.rate("dissatisfied")
    citizen.responses.late[citizen.demand.demand_id] = 1
    assert [await citizen.rate() for _ in range(2)] == [SaidNow(NOW), SaidBefore()]
    first, second = citizen.events
    assert isinstance(first, DemandRated)
    assert isinstance(second, DemandRated)
    assert (first.number, second.number) == (1, 2)
    assert first.event_id() != second.event_id()


async def test_what_citizens_say_leaves_masked() -> None:
    withdrawn, rated = Citizen("dispatched"), Citizen("completed")
    await withdrawn.withdraw("已解决，电话13912345678。")
    await rated.rate(comment="请打13912345678。")
    [one], [two] = withdrawn.events, rated.events
    assert isinstance(one, DemandWithdrawn)
    assert isinstance(two, DemandRated)
    assert (one.reason, two.comment) == ("已解决，电话〔手机号〕。", "请打〔手机号〕。")


async def test_a_project_is_rated_once_when_it_is_done_and_what_leaves_is_masked() -> None:
    citizen, project = Citizen("dispatched"), uuid4()
    assert await citizen.rate_project(Answering(project, done=False)) == NotNow("under_way")
    done = Answering(project, done=True)
    assert await citizen.rate_project(done, "请打13812345678。") == SaidNow(NOW)
    assert await citizen.rate_project(done) == SaidBefore()
    assert await citizen.rate_project(Answering(uuid4(), done=True)) == SaidNow(NOW)
    first, second = citizen.events
    assert isinstance(first, ProjectRated)
    assert "13812345678" not in str(first.comment)
    assert first.identity() != second.identity()
