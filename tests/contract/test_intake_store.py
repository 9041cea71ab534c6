"""What every store of demands holds to: the one in memory and PostgreSQL's."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from services.intake.demand import Contact, RawDemand
from services.intake.identity import Accepted, Contradicted, Submission
from services.intake.receive import Demands
from services.intake.store import PostgresDemands
from services.intake.vault import Vault
from tests.conftest import DatabaseOf
from tests.fakes_intake import FakeDemands


@pytest.fixture(params=["memory", "postgres"])
def demands(request: pytest.FixtureRequest, database_of: DatabaseOf) -> Demands:
    if request.param == "memory":
        return FakeDemands()
    return PostgresDemands(database_of("intake"), Vault(b"m" * 32, b"i" * 32, b"t" * 32))


def submission(external_id: str, key: str | None = None, **change: Any) -> Submission:
    said: dict[str, Any] = {"channel": "hotline", "title": "停水", "body": "停水三天"}
    demand = RawDemand(**{**said, **change})
    return Submission(uuid4(), demand, external_id, key, demand.title.encode().ljust(32), 1)


def fresh() -> str:
    return str(uuid4())


def receipts(outcomes: Sequence[object]) -> list[str]:
    return [outcome.receipt for outcome in outcomes if isinstance(outcome, Accepted)]


async def test_each_new_demand_gets_a_receipt_of_its_own(demands: Demands) -> None:
    group = [submission(fresh()) for _ in range(20)]
    outcomes = await demands.accept(group)
    assert [o.demand_id for o in outcomes if isinstance(o, Accepted)] == [s.demand_id for s in group]
    assert len(set(receipts(outcomes))) == 20


async def test_the_same_again_gets_the_same_receipt(demands: Demands) -> None:
    external, key = fresh(), fresh()
    [first] = await demands.accept([submission(external, key)])
    again = await demands.accept(
        [submission(external, key), submission(external), submission(external, fresh())]
    )
    assert again == [first] * 3


async def test_the_same_twice_in_a_group_is_one_demand(demands: Demands) -> None:
    external = fresh()
    first, again, other = await demands.accept(
        [submission(external), submission(external), submission(external, title="别的")]
    )
    assert first == again
    assert other == Contradicted("external_id")


async def test_other_content_is_contradicted_and_changes_nothing(demands: Demands) -> None:
    external, key = fresh(), fresh()
    [first] = await demands.accept([submission(external, key)])
    contradicted = await demands.accept(
        [
            submission(external, title="别的"),
            submission(fresh(), key, title="别的"),
        ]
    )
    assert contradicted == [Contradicted("external_id"), Contradicted("Idempotency-Key")]
    assert await demands.accept([submission(external, key)]) == [first]


async def test_a_key_sent_with_a_repeat_belongs_to_the_demand_from_then_on(demands: Demands) -> None:
    external, key = fresh(), fresh()
    await demands.accept([submission(external)])
    await demands.accept([submission(external, key)])
    assert await demands.accept([submission(fresh(), key, title="别的")]) == [Contradicted("Idempotency-Key")]


async def test_channels_have_identities_of_their_own(demands: Demands) -> None:
    external, key = fresh(), fresh()
    outcomes = await demands.accept(
        [submission(external, key), submission(external, key, channel="wechat", title="别的")]
    )
    assert len(set(receipts(outcomes))) == 2


async def test_any_text_is_kept(demands: Demands) -> None:
    texts = ["'; DROP TABLE demands; --", "😀" * 50, "\x01\x7f\u2028\ufeff", "a\\u0000", "{}%s$1"]
    group = [
        submission(fresh(), title=text, place=text, author_ref=text, contact=Contact(name=text))
        for text in texts
    ]
    assert len(receipts(await demands.accept(group))) == len(texts)
