"""The Faust worker of a service: one agent a topic, batches handed to the consumers.

What was tried with Faust decides the shape (docs/decisions): nothing raises out of an agent, since
Faust would acknowledge what it never processed; where going on is hopeless the process ends at once,
which acknowledges nothing.
"""

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import faust
import structlog
from faust.contrib.asgi import faust_app_running

from services.contracts.vocabulary import Service
from services.kit.consume import Consumer
from services.kit.record import letter_of

WITHIN_SECONDS: Final = 0.005
"""How long a batch waits for more where the first event came alone."""

CRASH_LOOK_SECONDS: Final = 0.5

log = structlog.get_logger(__name__)


class RawSchema(faust.Schema):  # type: ignore[misc]  # Faust has no types
    """Events whose key and value are the message's bytes: Faust's codecs would only hand them on, slowly."""

    def __init__(self) -> None:
        super().__init__(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    def compile(self, app: Any, **_: Any) -> Callable[..., Any]:
        create_event = app.create_event

        async def decode(message: Any, *, propagate: bool = False) -> Any:
            return create_event(message.key, message.value, message.headers, message)

        return decode


def group_of(service: Service) -> str:
    """The consumer group of a service: Faust names it like its app."""
    return f"yinuo-{service}"


def build_worker(
    service: Service, bootstrap: str, consumers: Mapping[str, Consumer], batch_size: int
) -> faust.App:
    """A Faust app that takes each topic in batches. Touches no event loop."""
    app = faust.App(
        group_of(service),
        broker=";".join(f"yinuo://{server}" for server in bootstrap.split(",")),
        value_serializer="raw",
        key_serializer="raw",
        datadir=f"{tempfile.gettempdir()}/yinuo-faust-{service}",  # stays empty: there are no tables
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=131072,  # of each partition: a long backlog must not fill the memory
        # A group that is joined while the broker has only just come back may be given nothing, since nobody
        # knew of any partition; it is dealt out anew when the metadata are read again: not after 5 minutes.
        consumer_metadata_max_age_ms=10_000,
        broker_commit_interval=1.0,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=3.0,
        broker_rebalance_timeout=10.0,
        broker_request_timeout=15.0,
        worker_redirect_stdouts=False,
        worker_hijack_root_logger=False,
        stream_wait_empty=True,
        stream_buffer_maxsize=2 * batch_size,
    )
    for topic, consumer in consumers.items():
        app.agent(app.topic(topic, schema=RawSchema()), name=f"yinuo.{service}.{topic}", concurrency=1)(
            _agent(consumer, batch_size)
        )
    return app


def _agent(consumer: Consumer, batch_size: int) -> Callable[[Any], Any]:
    async def take(stream: Any) -> None:
        async for events in _batches(stream, batch_size):
            try:
                await consumer.apply([letter_of(event.message) for event in events])
            except Exception as reason:  # noqa: BLE001  out of an agent nothing may raise
                end_process(f"the consumer of {consumer.topic} can't go on", reason)

    return take


async def _batches(stream: Any, most: int) -> AsyncIterator[list[Any]]:
    """What waits in the stream's queue, at most so many events at once; each is acknowledged when the next
    batch is asked for.

    `Stream.take_events` does the same one event at a time, closes a batch every `within` seconds however
    little has come through, and wakes as often when nothing comes.
    """
    await stream.maybe_start()
    while not stream.should_stop:
        try:
            waiting = await _waiting(stream.channel, most)
        except StopAsyncIteration:  # how Faust tells an agent to stop; what was taken comes again
            return
        if events := [event for event in waiting if _is_ours(stream.app, event.message)]:
            _track(stream.app, events)
            yield events
            for event in events:
                event.ack()


async def _waiting(channel: Any, most: int) -> list[Any]:
    """At least one event. Raises StopAsyncIteration when the agent is to stop."""
    waiting = [await channel.__anext__()]
    if channel.queue.empty():
        await asyncio.sleep(WITHIN_SECONDS)
    while len(waiting) < most and not channel.queue.empty():
        waiting.append(channel.queue.get_nowait())
    return waiting


def _is_ours(app: Any, message: Any) -> bool:
    """Whether it was fetched since the last rebalance: Faust leaves out others, which come again."""
    return bool(app.flow_control.is_active() and message.generation_id == app.consumer_generation_id)


def _track(app: Any, events: Sequence[Any]) -> None:
    """Let a graceful stop, or a rebalance, wait until these are acknowledged."""
    for event in events:
        if not event.message.tracked:
            event.message.tracked = True
            app.consumer.track_message(event.message)


def end_process(why: str, reason: BaseException) -> None:
    """Say why and end at once: nothing in flight is acknowledged, the supervisor starts anew."""
    log.critical(why, reason=repr(reason), exc_info=reason)
    for handler in logging.getLogger().handlers:
        handler.flush()
    os._exit(70)


@asynccontextmanager
async def working(worker: faust.App, stop_timeout: float) -> AsyncIterator[None]:
    """Run the worker on this loop; a crash of Faust ends the process, or nothing would be consumed."""
    async with faust_app_running(worker, stop_timeout=stop_timeout):
        watch = asyncio.create_task(_watch(worker))
        try:
            yield
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch


async def _watch(worker: faust.App) -> None:
    while not worker.crashed:  # noqa: ASYNC110  the event behind it is private to mode
        await asyncio.sleep(CRASH_LOOK_SECONDS)
    end_process("Faust crashed", worker.crash_reason or RuntimeError("no reason given"))


def assigned_partitions(worker: faust.App) -> Sequence[Any]:
    """The partitions that this worker reads at the moment."""
    return tuple(worker.consumer.assignment()) if worker.started else ()
