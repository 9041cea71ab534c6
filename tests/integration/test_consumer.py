"""One batch, one transaction: on a real PostgreSQL, with the service assignment's schema."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.contracts.demand import DemandRegistered
from services.contracts.envelope import Record
from services.contracts.watermark import WatermarkPassed
from services.kit import consume, dead_letters
from services.kit.consume import Consumer, PoisonGauge, TooMuchPoison
from services.kit.inbox import EventsSkipped, TopicReplaced
from services.kit.postgres import Database, Writing
from tests.builders import case_assigned, demand, ids, letter, letters
from tests.conftest import DatabaseOf

WORDS = "王某某的手机13800138000"


class Applied:
    """A handler that remembers what it applied and publishes a case for each demand."""

    def __init__(self) -> None:
        self.demands: list[DemandRegistered] = []
        self.poison: set[str] = set()
        self.trouble: list[Exception] = []

    async def __call__(self, writing: Writing, records: Sequence[Record]) -> None:
        if self.trouble:
            raise self.trouble.pop()
        events = [record.event for record in records if isinstance(record.event, DemandRegistered)]
        assert len(events) == len(records)
        if any(event.title in self.poison for event in events):
            raise LookupError("this title is poison")
        self.demands += events
        writing.publish_all(case_assigned(demand_id=event.demand_id) for event in events)


@pytest.fixture
async def database(database_of: DatabaseOf, no_letter_dropped: None) -> AsyncIterator[Database]:
    database = database_of("assignment")
    tables = "inbox, outbox, offsets, dead_letters"
    await database.pool.execute(f"DELETE FROM inbox; {_emptying(tables)}")
    yield database
    await database.pool.execute(_emptying(tables))


def _emptying(tables: str) -> str:
    return "".join(f"DELETE FROM {table};" for table in tables.split(", "))


@pytest.fixture
def applied() -> Applied:
    return Applied()


@pytest.fixture
def consumer(database: Database, applied: Applied) -> Consumer:
    return Consumer("assignment", "demand", database, applied, topic_id="first")


async def _published(database: Database) -> int:
    return int(
        await database.pool.fetchval(
            "SELECT count(*) FROM outbox WHERE topic = 'case' AND type <> $1", WatermarkPassed.type
        )
    )


async def _parked(database: Database) -> list[tuple[str, str]]:
    rows = await database.pool.fetch('SELECT key, reason FROM dead_letters ORDER BY "offset"')
    return [(row["key"], row["reason"]) for row in rows]


async def test_a_batch_delivered_again_does_nothing(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    batch = letters([demand() for _ in range(5)])
    await consumer.apply(batch)
    await consumer.apply(batch)
    assert len(applied.demands) == 5
    assert await _published(database) == 5


async def test_an_event_published_twice_is_applied_once(consumer: Consumer, applied: Applied) -> None:
    event = demand()
    await consumer.apply([letter(event, 0), letter(event, 1)])
    await consumer.apply([letter(event, 2)])
    assert applied.demands == [event]


async def test_a_topic_read_again_from_the_start_changes_nothing_even_with_a_pruned_inbox(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    batch = letters([demand() for _ in range(3)])
    await consumer.apply(batch)
    await database.pool.execute("DELETE FROM inbox")
    await consumer.apply(batch)
    assert len(applied.demands) == 3


async def test_in_a_new_day_the_watermark_lies_before_whatever_is_written(
    consumer: Consumer, database: Database
) -> None:
    await database.pool.execute("DELETE FROM watermarks")
    await Consumer(
        "assignment", "demand", Database("assignment", database.pool, lambda: None), Applied()
    ).apply([letter(demand())])
    types = await database.pool.fetch("SELECT type FROM outbox WHERE topic = 'case' ORDER BY id")
    assert [row["type"] for row in types] == [WatermarkPassed.type] * 8 + ["yinuo.case.assigned.v1"]


async def test_poison_parks_its_key_only_and_the_rest_of_the_batch_is_applied(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    good, bad = [demand() for _ in range(6)], demand(title="坏")
    follower = demand(demand_id=bad.demand_id, title="随后")
    applied.poison = {"坏"}
    events = [*good[:3], bad, *good[3:]]
    await consumer.apply([*letters(events), letter(follower, 99, id=uuid4())])
    assert ids(applied.demands)[-6:] == ids(good)
    assert await _published(database) == 6
    parked = await _parked(database)
    assert [key for key, _ in parked] == [bad.subject(), bad.subject()]
    assert "this title is poison" in parked[0][1]
    assert "waits behind" in parked[1][1]


async def test_a_parked_key_goes_on_in_order_after_replay(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    bad = demand(title="坏")
    follower = demand(demand_id=bad.demand_id, title="随后")
    applied.poison = {"坏"}
    await consumer.apply([letter(bad, 0)])
    await consumer.apply([letter(follower, 1, id=uuid4())])
    applied.poison, applied.demands = set(), []
    assert await consumer.replay(bad.subject(), "operator") == 2
    assert [event.title for event in applied.demands] == ["坏", "随后"]
    assert await _parked(database) == []
    await consumer.apply([letter(bad, 2)])
    assert len(applied.demands) == 2


async def test_a_replay_that_fails_leaves_every_letter_where_it_was(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    bad = demand(title="坏")
    applied.poison = {"坏"}
    await consumer.apply([letter(bad, 0)])
    with pytest.raises(LookupError):
        await consumer.replay(bad.subject(), "operator")
    assert len(await _parked(database)) == 1
    assert await _published(database) == 0


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"value": b"{not json"}, "Invalid JSON"),
        ({"value": b"{}"}, "Field required"),
        ({"headers": ()}, "specversion"),
    ],
)
async def test_a_message_that_cannot_be_read_goes_to_the_dead_letters(
    consumer: Consumer, database: Database, spoiled: dict[str, Any], reason: str
) -> None:
    await consumer.apply([letter(demand(), **spoiled)])
    assert reason in (await _parked(database))[0][1]


async def test_an_event_of_an_unknown_newer_version_parks(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    newer = letter(demand())
    headers = tuple(
        (name, b"yinuo.demand.registered.v9" if name == "ce_type" else value) for name, value in newer.headers
    )
    await consumer.apply([letter(demand(), 5, headers=headers)])
    assert "unknown event type yinuo.demand.registered.v9" in (await _parked(database))[0][1]
    assert applied.demands == []


async def test_when_most_events_fail_the_consumer_stops_instead_of_parking_them_all(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    applied.poison = {"坏"}
    events = [demand(title="坏") for _ in range(consume.POISON_WINDOW)]
    with pytest.raises(TooMuchPoison):
        await consumer.apply(letters(events))
    assert await _parked(database) == []


async def test_a_run_of_failures_stops_the_consumer_and_a_restart_does_not_forget_it(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    applied.poison = {"坏"}
    await consumer.apply([letter(demand(), 0)])
    for offset in range(1, consume.POISON_RUN):
        await consumer.apply([letter(demand(title="坏"), offset)])
    last = letter(demand(title="坏"), consume.POISON_RUN)
    with pytest.raises(TooMuchPoison):
        await consumer.apply([last])
    run = await dead_letters.run_of_culprits(database.pool, "demand")
    assert run == consume.POISON_RUN - 1
    again = Consumer(
        "assignment", "demand", database, applied, topic_id="first", poison=PoisonGauge.going_on(run)
    )
    with pytest.raises(TooMuchPoison):
        await again.apply([last])
    assert len(await _parked(database)) == consume.POISON_RUN - 1


async def test_an_applied_event_ends_a_run_of_failures(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    applied.poison = {"坏"}
    consumer.poison = PoisonGauge.going_on(consume.POISON_RUN - 1)
    await consumer.apply([letter(demand(), 0), letter(demand(title="坏"), 1)])
    assert consumer.poison.run == 0
    await consumer.apply([letter(demand(title="坏"), 2)])
    assert len(await _parked(database)) == 2
    await consumer.apply([letter(demand(), 3)])
    assert await dead_letters.run_of_culprits(database.pool, "demand") == 0


async def test_a_parked_key_that_keeps_coming_stops_nothing(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    bad = demand(title="坏")
    applied.poison = {"坏"}
    for offset in range(2 * consume.POISON_RUN):
        await consumer.apply([letter(bad, offset, id=uuid4())])
    assert consumer.poison.run == 1
    assert await dead_letters.run_of_culprits(database.pool, "demand") == 1


async def test_events_that_were_skipped_stop_the_consumer_before_any_is_lost(
    database: Database, applied: Applied
) -> None:
    consumer = Consumer("assignment", "demand", database, applied, topic_id="first", whole=True)
    events = [demand() for _ in range(5)]
    log = [letter(event, offset, partition=0) for offset, event in enumerate(events)]
    other = letter(demand(), 0, partition=1)
    await consumer.apply([log[0], other, log[1]])
    for skipping in ([log[3]], [log[2], log[4]], [log[0], log[3]], [letter(demand(), 1, partition=2)]):
        with pytest.raises(EventsSkipped):
            await consumer.apply(skipping)
    await consumer.apply(log[1:])
    assert ids(applied.demands[:1] + applied.demands[2:]) == ids(events)
    assert await database.pool.fetchval("SELECT count(*) FROM dead_letters") == 0


@pytest.mark.parametrize(
    "trouble", [asyncpg.DiskFullError, asyncpg.OutOfMemoryError, asyncpg.ReadOnlySQLTransactionError]
)
async def test_no_event_answers_for_a_server_in_trouble(
    consumer: Consumer, database: Database, applied: Applied, trouble: type[asyncpg.PostgresError]
) -> None:
    applied.trouble = [trouble("for a moment") for _ in range(3)]
    events = [demand(), demand()]
    await consumer.apply(letters(events))
    assert ids(applied.demands) == ids(events)
    assert await _parked(database) == []


async def test_a_refused_row_leaves_none_of_its_words_in_the_reason(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    async def refused(writing: Writing, _: Sequence[Record]) -> None:
        await writing.connection.execute("INSERT INTO waiting (demand_id) VALUES ($1)", uuid4())
        raise AssertionError

    async def unreadable(writing: Writing, _: Sequence[Record]) -> None:
        await writing.connection.execute(f"SELECT '{WORDS}'::integer")

    for number, handler in enumerate((refused, unreadable)):
        await Consumer("assignment", "demand", database, handler, topic_id="first").apply(
            [letter(demand(), number)]
        )
    (_, null), (_, text) = await _parked(database)
    assert null == "NotNullViolationError sqlstate=23502 table=waiting column=demand"
    assert text == "InvalidTextRepresentationError sqlstate=22P02"
    assert WORDS not in capsys.readouterr().out


async def test_a_topic_made_anew_stops_the_consumer(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    await consumer.apply([letter(demand(), 7)])
    event = demand(demand_id=applied.demands[0].demand_id)
    again = Consumer("assignment", "demand", database, applied, topic_id="second")
    with pytest.raises(TopicReplaced, match="made anew"):
        await again.apply([letter(event, 0)])


async def test_an_exception_in_the_middle_of_a_batch_rolls_back_state_and_events_together(
    consumer: Consumer, database: Database, applied: Applied
) -> None:
    applied.poison = {"坏"}
    await consumer.apply(letters([demand(), demand(title="坏"), demand()]))
    assert await _published(database) == 2
    inbox = await database.pool.fetchval("SELECT count(*) FROM inbox")
    assert inbox == 2
