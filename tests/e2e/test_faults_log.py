"""Poison in a topic, and topics read again from the start: the log may say anything, the books stay right."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from services.contracts.flow import TOPICS, topics_read_by
from services.contracts.vocabulary import SERVICES
from services.dev.settle import settle
from tests.e2e.conftest import Stack

BOOKS = (
    "SELECT count(*) FROM intake.timeline",
    "SELECT count(*) FROM assignment.cases",
    "SELECT count(*) FROM supervision.limits",
    "SELECT count(*) FROM reporting.facts",
)


async def _open_cases(stack: Stack, count: int) -> list[UUID]:
    """Fresh cases, dispatched and not signed for."""
    async with stack.load() as posting:
        await posting.until_accepted(2 * count)
    await settle(stack.running, 120)
    page = await stack.ask("assignment", "GET", "/cases", params={"state": "dispatched", "limit": count})
    return [UUID(case["case_id"]) for case in page["cases"]]


async def _take(stack: Stack, cases: Sequence[UUID], step: Mapping[str, str]) -> None:
    asked = [{"case_id": str(case), **step} for case in cases]
    results = await stack.ask("assignment", "POST", "/cases/steps", json=asked)
    assert {result["status"] for result in results} == {200}


async def _counted(stack: Stack, case: UUID) -> list[str]:
    rows = await stack.sql(
        "SELECT kind FROM reporting.facts WHERE case_id = $1 AND kind IN ('signed_for', 'completed') "
        'ORDER BY "offset"',
        case,
    )
    return [row["kind"] for row in rows]


async def _letters(stack: Stack, service: str) -> list[dict[str, Any]]:
    page = await stack.ask(service, "GET", "/dead-letters")
    assert page["next"] is None
    return sorted(page["letters"], key=lambda letter: int(letter["offset"]))


async def test_poison_parks_its_key_only_and_the_key_goes_on_in_order_after_a_replay(
    shared_stack: Stack,
) -> None:
    stack = shared_stack
    bad, good = await _open_cases(stack, 2)
    await stack.sql(
        "ALTER TABLE reporting.facts ADD CONSTRAINT poison "
        f"CHECK (kind <> 'signed_for' OR case_id <> '{bad}') NOT VALID"
    )
    try:
        await _take(stack, [bad, good], {"step": "sign_for"})
        await _take(stack, [bad, good], {"step": "complete", "reply": "已修复。"})
        await settle(stack.running, 120)
    finally:
        await stack.sql("ALTER TABLE reporting.facts DROP CONSTRAINT poison")
    assert await _counted(stack, good) == ["signed_for", "completed"]
    assert await _counted(stack, bad) == []
    letters = await _letters(stack, "reporting")
    assert [(letter["key"], letter["type"]) for letter in letters] == [
        (str(bad), "yinuo.case.signed-for.v1"),
        (str(bad), "yinuo.case.completed.v1"),
    ]
    assert "poison" in letters[0]["reason"]
    replayed = await stack.ask("reporting", "POST", f"/dead-letters/{letters[-1]['id']}/replay")
    assert replayed == {"applied": 2}
    assert await _counted(stack, bad) == ["signed_for", "completed"]
    await stack.balances()


async def test_a_strangers_message_waits_for_an_operator_and_stops_nobody(shared_stack: Stack) -> None:
    stack = shared_stack
    async with AIOKafkaProducer(bootstrap_servers=stack.running.kafka) as producer:
        await producer.send_and_wait(
            "case", b"\xff\x00{", key=b"stranger\x00\xff", headers=[("ce_id", b"\x00")]
        )
    async with stack.load() as posting:
        await posting.until_accepted(50)
    await settle(stack.running, 120)
    for service in ("intake", "supervision", "reporting"):
        (letter,) = await _letters(stack, service)
        assert "specversion" in letter["reason"]
        await stack.ask(service, "DELETE", f"/dead-letters/{letter['id']}")
    await stack.balances(posting.books)


async def _rewind(bootstrap: str, service: str) -> None:
    """Set the committed offsets of a service's group to 0; none of its members may be running."""
    group = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=f"yinuo-{service}", enable_auto_commit=False
    )
    await group.start()
    try:
        partitions = [
            TopicPartition(topic, number)
            for topic in topics_read_by(service)  # type: ignore[arg-type]
            for number in range(TOPICS[topic].partitions)
        ]
        group.assign(partitions)
        await group.commit(dict.fromkeys(partitions, 0))
    finally:
        await group.stop()


async def _repeated(stack: Stack, service: str) -> int:
    """How many events a service's process has recognised as applied before."""
    metrics = await stack.text(service, "/metrics")
    lines = [line for line in metrics.splitlines() if line.startswith("yinuo_events_repeated_total{")]
    return sum(int(float(line.rpartition(" ")[2])) for line in lines)


async def test_topics_read_again_from_the_start_change_nothing_even_with_pruned_inboxes(
    shared_stack: Stack,
) -> None:
    stack = shared_stack
    async with stack.load() as posting:
        await posting.until_accepted(50)
    await settle(stack.running, 120)
    before = [await stack.sql(sql) for sql in BOOKS]
    names = [f"yinuo-{service}" for service in SERVICES]
    stack.supervisor.stop(names)
    for service in SERVICES:
        await _rewind(stack.running.kafka, service)
        await stack.sql(f"DELETE FROM {service}.inbox")
    stack.supervisor.start(names)
    await stack.answers(*SERVICES)
    for service in SERVICES:
        await stack.eventually(f"{service} reading again", partial(_reads_again, stack, service))
    assert [await stack.sql(sql) for sql in BOOKS] == before
    await stack.balances(posting.books)


async def _reads_again(stack: Stack, service: str) -> bool:
    """Until it has seen all that was in its topics once more."""
    rows = await stack.sql(f"SELECT sum(next_offset)::bigint FROM {service}.offsets")
    return await _repeated(stack, service) >= int(rows[0][0])
