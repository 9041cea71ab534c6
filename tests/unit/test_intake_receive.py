"""Many requests share one commit; nobody spoils it for the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import pytest

from services.intake import receive
from services.intake.demand import RawDemand
from services.intake.identity import Accepted, Contradicted, Submission
from services.intake.receive import ATTEMPTS, Away, Raced, Receiver
from tests.fakes_intake import FakeDemands


def submission(external_id: str, title: str = "停水") -> Submission:
    demand = RawDemand(channel="hotline", title=title, body="停水三天")
    return Submission(uuid4(), demand, external_id, None, title.encode(), 1)


@pytest.fixture
def demands() -> FakeDemands:
    return FakeDemands()


@pytest.fixture
async def receiver(demands: FakeDemands) -> AsyncIterator[Receiver]:
    receiver = Receiver(demands)

    async def commit() -> None:
        while True:
            await receiver.commit_group()

    tasks = [asyncio.create_task(commit()) for _ in range(2)]
    yield receiver
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_requests_that_come_together_share_a_commit(receiver: Receiver, demands: FakeDemands) -> None:
    await asyncio.gather(*(receiver.receive(submission(str(n))) for n in range(100)))
    assert demands.groups == [100]


async def test_a_group_has_a_bound(receiver: Receiver, demands: FakeDemands) -> None:
    await asyncio.gather(*(receiver.receive(submission(str(n))) for n in range(1_200)))
    assert sum(demands.groups) == 1_200
    assert max(demands.groups) == receive.GROUP


async def test_fifty_at_once_with_one_identity_are_one_demand(
    receiver: Receiver, demands: FakeDemands
) -> None:
    outcomes = await asyncio.gather(*(receiver.receive(submission("1")) for _ in range(50)))
    assert len(set(outcomes)) == 1
    assert len(demands.book.by_external_id) == 1


async def test_each_gets_the_outcome_of_what_he_sent(receiver: Receiver) -> None:
    first, other = await asyncio.gather(
        receiver.receive(submission("1")), receiver.receive(submission("1", title="别的"))
    )
    assert isinstance(first, Accepted)
    assert other == Contradicted("external_id")


async def test_a_cancelled_request_takes_none_of_the_others_along(
    receiver: Receiver, demands: FakeDemands
) -> None:
    tasks = [asyncio.create_task(receiver.receive(submission(str(n)))) for n in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Accepted, asyncio.CancelledError, Accepted]
    assert demands.groups == [2]


async def test_a_demand_that_cannot_be_stored_fails_alone(receiver: Receiver, demands: FakeDemands) -> None:
    demands.unstorable.add("7")
    outcomes = await asyncio.gather(
        *(receiver.receive(submission(str(n))) for n in range(20)), return_exceptions=True
    )
    assert [n for n, outcome in enumerate(outcomes) if not isinstance(outcome, Accepted)] == [7]
    assert isinstance(outcomes[7], ValueError)


async def test_all_who_wait_hear_that_the_store_is_away(receiver: Receiver, demands: FakeDemands) -> None:
    demands.failures += [Away("away")] * 2  # one for each task that commits
    outcomes = await asyncio.gather(
        *(receiver.receive(submission(str(n))) for n in range(3 * receive.GROUP)), return_exceptions=True
    )
    assert {type(outcome) for outcome in outcomes} == {Away}
    demands.failures.clear()
    assert isinstance(await receiver.receive(submission("later")), Accepted)


async def test_a_race_with_another_process_is_run_again(receiver: Receiver, demands: FakeDemands) -> None:
    demands.failures += [Raced(), Raced()]
    assert isinstance(await receiver.receive(submission("1")), Accepted)


async def test_endless_races_end_as_away(receiver: Receiver, demands: FakeDemands) -> None:
    demands.failures += [Raced()] * ATTEMPTS
    with pytest.raises(Away):
        await receiver.receive(submission("1"))


async def test_a_commit_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(FakeDemands):
        async def accept(self, group: object) -> list[object]:  # type: ignore[override]
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    monkeypatch.setattr(receive, "PATIENCE_SECONDS", 0.01)
    receiver = Receiver(Hanging())  # type: ignore[arg-type]
    waiting = asyncio.create_task(receiver.receive(submission("1")))
    await receiver.commit_group()
    with pytest.raises(Away):
        await waiting


async def test_beyond_its_bound_the_queue_refuses(
    demands: FakeDemands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "QUEUED", 1)
    receiver = Receiver(demands)
    first = asyncio.create_task(receiver.receive(submission("1")))
    await asyncio.sleep(0)
    with pytest.raises(Away):
        await receiver.receive(submission("2"))
    await receiver.commit_group()
    assert isinstance(await first, Accepted)
