"""What runs in every service's process, around its API: pool, relay, Faust worker, schedule, watermarks.

HTTP comes up first and stays up whatever else is away; /health/ready names what is missing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI

from services.contracts.flow import topics_read_by
from services.contracts.vocabulary import Service
from services.kit import dead_letters, inbox, topics
from services.kit.auth import TokenReader
from services.kit.backlog import BacklogReader
from services.kit.consume import Consumer, Handler, PoisonGauge
from services.kit.http import Check, build_api
from services.kit.in_time import in_time
from services.kit.inbox import TopicReplaced
from services.kit.operation import operation_routes
from services.kit.partitions import Partitions
from services.kit.postgres import UNAVAILABLE, Database, pool
from services.kit.relay import Relay
from services.kit.schedule import Step, keep_doing
from services.kit.settings import ServiceSettings
from services.kit.stream import assigned_partitions, build_worker, end_process, group_of, working
from services.kit.topics import TopicsMissing
from services.kit.watermark import days_missing

WAIT_SECONDS: Final = 0.5
READY_SECONDS: Final = 3.0
START_SECONDS: Final = 30.0
"""How long the consumer may take to start while Kafka answers: more than two rebalances."""
LOOK_SECONDS: Final = 3.0
SILENCE_SECONDS: Final = 20.0
"""How long Kafka, asked every 5 s, may say nothing before a service counts as without it."""
UNASSIGNED_SECONDS: Final = 60.0
"""How long a consumer may have no partition: longer than rebalances take; eight processes have one each."""
REPLACED_SECONDS: Final = 10.0
"""How often it says again that a topic was made anew: only an operator can do something about that."""

log = structlog.get_logger(__name__)


async def _nothing_due() -> int:
    return 0


@dataclass(slots=True)
class Runtime:
    """One process of a service, made on the event loop that it will run on: the pool is bound to it.

    Build it, give handlers and steps, take its API, add routes, serve. `works_without_kafka`: being without
    it is told, but doesn't make the service unready. `warnings`: what else is told so.
    """

    service: Service
    settings: ServiceSettings
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)
    due: Callable[[], Awaitable[int]] = _nothing_due
    works_without_kafka: bool = False
    warnings: dict[str, Check] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=lambda: {"consumer": "not started"})
    partitions: Partitions = field(default_factory=Partitions)
    database: Database = field(init=False)
    relay: Relay = field(init=False)
    backlog: BacklogReader = field(init=False)
    consumers: dict[str, Consumer] = field(init=False)

    def __post_init__(self) -> None:
        connections = pool(self.settings.dsn, self.service, self.settings.pool_size)
        self.relay = Relay(self.service, connections, self.settings.kafka)
        self.database = Database(self.service, connections, self.relay.wake)
        self.backlog = BacklogReader(self.service, connections, self.settings.kafka, self._left_to_do)
        self.consumers = {}

    def build_api(self, title: str) -> FastAPI:
        """The API with health, metrics and operation; its lifespan runs everything else."""
        self.consumers = {
            topic: Consumer(self.service, topic, self.database, self.handlers[topic], whole=True)
            for topic in topics_read_by(self.service)
        }
        reader = TokenReader.of(self.settings.token_public_key)
        api = build_api(self.service, title, reader, *self._checks())
        api.router.lifespan_context = self._lifespan
        api.include_router(operation_routes(self.database, self.backlog, self.consumers))
        return api

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with self.database.pool:
            tasks = [_task(name, work()) for name, work in self._work().items()]
            try:
                yield
            finally:
                await _cancel(tasks)
                with suppress(KafkaError, TimeoutError, OSError):
                    await asyncio.wait_for(self.backlog.close(), 1.0)
                with suppress(TimeoutError, *UNAVAILABLE):
                    await asyncio.wait_for(self.database.pool.close(), 2.0)
                self.database.pool.terminate()

    def _work(self) -> dict[str, Callable[[], Any]]:
        steps: dict[str, Step] = {"watermarks": self.database.pass_watermarks, **self.steps}
        return {
            "relay": self.relay.run,
            "backlog": self.backlog.watch,
            "worker": self._run_worker,
            **{name: partial(keep_doing, name, step) for name, step in steps.items()},
        }

    async def _run_worker(self) -> None:
        """Start Faust once Kafka answers and every topic is there as it was; run it until cancelled."""
        ids = await self._topic_ids()
        for topic, consumer in self.consumers.items():
            consumer.topic_id = ids[topic]
        worker = build_worker(self.service, self.settings.kafka, self.consumers, self.settings.batch_size)
        self.state["consumer"] = "starting"
        starting = _task("start of the consumer", self._end_unless_started())
        try:
            async with working(worker, self.settings.stop_timeout / 2):
                starting.cancel()
                self.partitions = Partitions(partial(assigned_partitions, worker))
                self.state["consumer"] = ""
                log.info("consuming", topics=list(self.consumers))
                await self._watch_topic_ids(ids)
        finally:
            starting.cancel()

    async def _end_unless_started(self) -> None:
        """By a rare race Faust never comes up where Kafka goes away while it starts: end, to begin anew.

        Waits as long as Kafka doesn't answer. Seen when the broker was killed twice within 12 s of a start.
        """
        answered = 0.0
        while answered < START_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await topics.topic_ids(self.settings.kafka, self.consumers)
            except (KafkaError, OSError, TopicsMissing):
                answered = 0
            else:
                answered += LOOK_SECONDS
        raise TimeoutError(f"not started although Kafka has answered for {START_SECONDS:.0f} s")

    async def _topic_ids(self) -> dict[str, str]:
        while True:
            try:
                ids = await topics.topic_ids(self.settings.kafka, self.consumers)
                await inbox.refuse_replaced(self.database.pool, ids)
                await self._rewind()
                await self._remember_poison()
            except (KafkaError, TopicsMissing, *UNAVAILABLE) as away:
                self.state["consumer"] = str(away) or repr(away)
                log.warning("consumer waits", reason=repr(away))
                await asyncio.sleep(WAIT_SECONDS)
            except TopicReplaced as replaced:
                self.state["consumer"] = str(replaced)
                log.critical("consumer stands still", reason=str(replaced))
                await asyncio.sleep(REPLACED_SECONDS)
            else:
                return ids

    async def _remember_poison(self) -> None:
        for topic, consumer in self.consumers.items():
            consumer.poison = PoisonGauge.going_on(
                await dead_letters.run_of_culprits(self.database.pool, topic)
            )

    async def _rewind(self) -> None:
        stored = await inbox.stored_offsets(self.database.pool, self.consumers)
        rewound = await topics.rewind_group(self.settings.kafka, group_of(self.service), stored)
        if rewound:
            log.warning("Kafka's offsets were ahead of what was applied and are set back", offsets=rewound)

    async def _watch_topic_ids(self, known: Mapping[str, str]) -> None:
        """A topic made anew while we read it would be skipped in silence; so look now and then."""
        while True:
            await asyncio.sleep(10)
            self.partitions.missing_for()
            with suppress(KafkaError, OSError):
                ids = await topics.topic_ids(self.settings.kafka, self.consumers)
                if ids != known:
                    raise RuntimeError(f"topics were made anew: {known} became {ids}")

    async def _left_to_do(self) -> int:
        return await self.due() + await days_missing(self.database.pool)

    def _checks(self) -> tuple[dict[str, Check], dict[str, Check]]:
        """What must be there, and what the service can do without."""
        database: dict[str, Check] = {"postgres": self._postgres}
        of_log: dict[str, Check] = {"kafka": self._kafka, "consumer": self._consumer}
        if self.works_without_kafka:
            return database, {**of_log, **self.warnings}
        return {**database, **of_log}, self.warnings

    async def _postgres(self) -> str | None:
        try:
            await in_time(self.database.pool.fetchval("SELECT clock.now()"), READY_SECONDS)
        except UNAVAILABLE as away:
            return repr(away)
        return None

    async def _kafka(self) -> str | None:
        silence = self.backlog.silence()
        return f"no answer for {silence:.0f} s" if silence > SILENCE_SECONDS else None

    async def _consumer(self) -> str | None:
        if self.state["consumer"]:
            return self.state["consumer"]
        missing = self.partitions.missing_for()
        return f"no partition for {missing:.0f} s" if missing > UNASSIGNED_SECONDS else None


def _task(name: str, work: Any) -> asyncio.Task[None]:
    task: asyncio.Task[None] = asyncio.create_task(work, name=name)
    task.add_done_callback(_end_if_failed)
    return task


def _end_if_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (reason := task.exception()):
        end_process(f"{task.get_name()} failed", reason)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=6)
