"""The process itself on Kafka and PostgreSQL of its own, since these tests move the business clock."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.contracts.decode import decode
from services.contracts.directory import AuthorityRecorded, HolderRecorded, PostRecorded, UnitRecorded
from services.contracts.envelope import Event
from services.contracts.supervision import LimitsSet, NoticeAcknowledged, NoticeSent
from services.dev.stack import Infrastructure, migrate, remove, start_infrastructure, start_services
from services.kit.auth import issue_token
from services.kit.clock import set_clock
from tests.builders import case_assigned, letter

Kind = TypeVar("Kind", bound=Event)

MONDAY = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
"""2021-03-01 09:00 local."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Infrastructure]:
    data = Path(tempfile.mkdtemp(prefix="yinuo-supervision-"))
    try:
        started = start_infrastructure(data)
        migrate(started)
        asyncio.run(set_clock(started.admin_url, MONDAY))
        start_services(data, ["supervision"])
        yield started
    finally:
        remove(data)
        shutil.rmtree(data, ignore_errors=True)


class Supervision:
    """Talks to the process as its neighbours do: through Kafka and HTTP."""

    def __init__(self, stack: Infrastructure, producer: AIOKafkaProducer, http: httpx.AsyncClient) -> None:
        self.stack = stack
        self.producer = producer
        self.http = http
        self.seen: list[Event] = []

    async def tell(self, *events: Event, at: datetime = MONDAY) -> None:
        for event in events:
            told = letter(event, time=at)
            await self.producer.send_and_wait(
                told.topic, told.value, told.key.encode(), told.partition, headers=list(told.headers)
            )

    async def advance(self, instant: datetime) -> None:
        await set_clock(self.stack.admin_url, instant)

    def of(self, kind: type[Kind], case_id: UUID) -> list[Kind]:
        return [one for one in self.seen if isinstance(one, kind) and one.subject() == str(case_id)]

    async def until(self, kind: type[Kind], case_id: UUID, many: int = 1) -> list[Kind]:
        """The first so many events of one kind about a case, as they come out of Kafka."""
        async with asyncio.timeout(30):
            while len(found := self.of(kind, case_id)) < many:
                await asyncio.sleep(0.05)
        return found

    def staff(self, role: str, unit: str | None = None) -> dict[str, str]:
        key = self.stack.secrets["YINUO_TOKEN_PRIVATE_KEY"]
        token = issue_token(key, subject=f"{role} of {unit}", role=role, unit=unit)  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {token}"}

    async def inbox(self, headers: dict[str, str], **asked: str) -> list[dict[str, str]]:
        answer = await self.http.get("/inbox", params=asked, headers=headers)
        answer.raise_for_status()
        found: list[dict[str, str]] = answer.json()["notices"]
        return found


async def _listen(consumer: AIOKafkaConsumer, seen: list[Event]) -> None:
    async for message in consumer:
        headers = dict(message.headers)
        seen.append(decode(headers["ce_type"].decode(), message.value))


@pytest.fixture
async def supervision(stack: Infrastructure) -> AsyncIterator[Supervision]:
    consumer = AIOKafkaConsumer(
        "supervision", bootstrap_servers=stack.kafka, auto_offset_reset="earliest", group_id=None
    )
    async with (
        AIOKafkaProducer(bootstrap_servers=stack.kafka) as producer,
        consumer,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{stack.ports['supervision']}") as http,
    ):
        talking = Supervision(stack, producer, http)
        listening = asyncio.create_task(_listen(consumer, talking.seen))
        yield talking
        listening.cancel()


def _directory() -> Sequence[Event]:
    return (
        AuthorityRecorded(
            version=1,
            code="fengxian",
            name="凤县",
            name_en="Feng County",
            issuer="凤县县委",
            backstop_unit="office",
            limits="guangdong",
            ladder="default",
            on_time_threshold=0.85,
            issue="automatic",
        ),
        UnitRecorded(version=1, code="water", name="水利局", kind="department", post="water.head"),
        PostRecorded(version=1, code="water.head", title="局长", unit="water", tier="department"),
        HolderRecorded(version=1, post="water.head", person="王建国", since=MONDAY.date()),
    )


async def test_a_case_gets_its_limits_and_its_rungs_fire_until_unit_and_leader_acknowledge(
    supervision: Supervision,
) -> None:
    case = case_assigned(kind="consultation")
    await supervision.tell(*_directory(), case)
    [limits] = await supervision.until(LimitsSet, case.case_id)
    assert limits.sign_for_due == datetime(2021, 3, 2, 16, 0, tzinfo=UTC)
    assert limits.complete_due == datetime(2021, 3, 3, 16, 0, tzinfo=UTC)

    await supervision.advance(datetime(2021, 3, 3, 0, 0, tzinfo=UTC))
    [yellow] = await supervision.until(NoticeSent, case.case_id)
    assert (yellow.limit, yellow.colour, yellow.late) == ("sign_for", "yellow", True)
    assert yellow.recipients == ("unit:water", "post:water.head")

    handler, leader = supervision.staff("handler", "water"), supervision.staff("leader", "water")
    notice = str(yellow.notice_id)
    assert [one["notice_id"] for one in await supervision.inbox(handler)] == [notice]
    assert [one["notice_id"] for one in await supervision.inbox(leader, post="water.head")] == [notice]
    for headers, recipient in ((handler, "unit:water"), (leader, "post:water.head")):
        answer = await supervision.http.post(f"/notices/{notice}/ack", headers=headers)
        assert [one["recipient"] for one in answer.json()] == [recipient]
    assert await supervision.inbox(handler) == []
    assert await supervision.inbox(leader, post="water.head") == []
    told = await supervision.until(NoticeAcknowledged, case.case_id, 2)
    assert {one.recipient for one in told} == {"unit:water", "post:water.head"}
