"""One batch, one transaction: inbox, state, outbox and offsets commit together.

A crash anywhere repeats the batch; the forward-only offset row and the inbox make the repeat do
nothing. What can't be applied goes to the dead letters with the later events of its key.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from services.contracts.decode import decode
from services.contracts.envelope import Envelope, Record
from services.contracts.flow import EVENTS, reads
from services.contracts.vocabulary import Service
from services.kit import dead_letters, inbox, metrics
from services.kit.dead_letters import Letter
from services.kit.postgres import CONTENDED, UNAVAILABLE, Database, Writing
from services.kit.reason import described

log = structlog.get_logger(__name__)

Handler = Callable[[Writing, Sequence[Record]], Awaitable[None]]
"""Applies new events of one topic, in their order per key, within the batch's transaction."""


class NotYet(Exception):
    """What another topic tells must be known first: the same batch succeeds later, no event is at fault."""


_PASSING: Final = (*UNAVAILABLE, *CONTENDED, NotYet)
"""What a batch waits for and no event answers for."""

POISON_WINDOW: Final = 200
POISON_RATIO: Final = 0.5
"""Past this share of the last events the consumer stops: a bad deploy, not bad data."""
POISON_RUN: Final = 20
"""So many that fail without one that can be applied between say the same, however slowly they come."""


class TooMuchPoison(RuntimeError):
    """So many events fail that the fault must be in this release."""

    def __init__(self, topic: str, gauge: "PoisonGauge") -> None:
        super().__init__(
            f"{gauge.failed} of the last {gauge.seen} events of {topic} could not be applied, "
            f"{gauge.run} of them in a row: stopping"
        )


@dataclass(frozen=True, slots=True)
class PoisonGauge:
    """Counts failures over a sliding window of events, and those since an event was last applied.

    What waits behind an earlier dead letter of its key was never tried, and so is neither: a parked key
    that keeps coming doesn't stop the others, nor does it end a run.
    """

    seen: int = 0
    failed: int = 0
    run: int = 0

    @classmethod
    def going_on(cls, run: int) -> "PoisonGauge":
        """The gauge of a process whose predecessor ended in a run of failures: a restart forgets none."""
        return cls(run, run, run)

    def after(self, seen: int, failed: int, applied: int) -> "PoisonGauge":
        """The gauge after more events; old ones weigh half once the window is full."""
        keep = 0.5 if self.seen >= POISON_WINDOW else 1.0
        run = 0 if applied else self.run + failed
        return PoisonGauge(int(self.seen * keep) + seen, int(self.failed * keep) + failed, run)

    def too_much(self) -> bool:
        most = self.seen >= POISON_WINDOW and self.failed > POISON_RATIO * self.seen
        return most or self.run >= POISON_RUN


@dataclass(slots=True)
class Parked:
    """The letters of one batch that go to the dead letters, and the keys they park."""

    keys: set[str]
    letters: list[tuple[Letter, str]] = field(default_factory=list)
    culprits: int = 0

    def culprit(self, letter: Letter, reason: Exception) -> None:
        self.culprits += 1
        self.keys.add(letter.key)
        self.letters.append((letter, described(reason)[:4000]))

    def follower(self, letter: Letter) -> None:
        self.letters.append((letter, dead_letters.FOLLOWS))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A letter with the event that was read from it."""

    letter: Letter
    record: Record


@dataclass(slots=True)
class Consumer:
    """Applies the batches of one topic for one service. `whole`: see `inbox.open_batch`."""

    service: Service
    topic: str
    database: Database
    handler: Handler
    topic_id: str = ""
    poison: PoisonGauge = field(default_factory=PoisonGauge)
    whole: bool = False

    async def apply(self, letters: Sequence[Letter]) -> None:
        """Apply a batch for good, waiting as long as PostgreSQL is away or the handler says NotYet.

        Raises inbox.TopicReplaced, inbox.EventsSkipped or TooMuchPoison, on which the process must stop.
        """
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(_PASSING),
            wait=wait_exponential_jitter(multiplier=0.1, max=5, jitter=0.5),
            before_sleep=self._retrying,
        ):
            with attempt, metrics.BATCH_SECONDS.labels(self.service, self.topic).time():
                await self._apply_fast_or_with_care(letters)
        metrics.BATCHES.labels(self.service, self.topic).inc()

    async def replay(self, key: str, by: str) -> int:
        """Apply the dead letters of one key in their order, all or none; how many there were.

        `by` asked for it, which stays on record.

        Holds the writers' lock alone, so that no event of the key can pass by meanwhile.
        Raises what the handler raises.
        """
        async with self.database.writing(alone=True) as writing:
            letters = await dead_letters.of_key(writing.connection, self.topic, key)
            for letter in letters:
                arrival = self._read(letter)
                if arrival and await inbox.new_ids(writing.connection, self.topic, [arrival.record]):
                    await self.handler(writing, [arrival.record])
                await dead_letters.remove(writing.connection, letter, by)
        metrics.EVENTS_APPLIED.labels(self.service, self.topic).inc(len(letters))
        return len(letters)

    def _retrying(self, state: RetryCallState) -> None:
        metrics.BATCH_RETRIES.labels(self.service, self.topic).inc()
        reason = state.outcome.exception() if state.outcome else None
        log.warning("batch waits", topic=self.topic, reason=repr(reason))

    async def _apply_fast_or_with_care(self, letters: Sequence[Letter]) -> None:
        try:
            await self._apply(letters, self._at_once)
        except (*_PASSING, inbox.TopicReplaced, inbox.EventsSkipped, TooMuchPoison):
            raise
        except Exception as reason:  # noqa: BLE001  whatever a handler raises, only its culprit may suffer
            log.warning("batch repeated by halves", topic=self.topic, reason=described(reason))
            await self._apply(letters, self._by_halves)

    async def _apply(self, letters: Sequence[Letter], how: "_Way") -> None:
        async with self.database.writing() as writing:
            ahead, parked_keys = await inbox.open_batch(
                writing.connection, self.topic, self.topic_id, letters, whole=self.whole
            )
            parked = Parked(parked_keys)
            arrivals = self._sort(ahead, parked)
            ids = await inbox.new_ids(writing.connection, self.topic, [a.record for a in arrivals])
            new = list(_first_of_each(arrivals, ids))
            untried = len(parked.letters)
            await how(writing, new, parked)
            applied = len(new) - (len(parked.letters) - untried)
            gauge = self.poison.after(len(ahead), parked.culprits, applied)
            if gauge.too_much():
                raise TooMuchPoison(self.topic, gauge)
            await self._park(writing, parked)
        self.poison = gauge
        metrics.EVENTS_APPLIED.labels(self.service, self.topic).inc(len(new))
        metrics.EVENTS_REPEATED.labels(self.service, self.topic).inc(len(letters) - len(ahead))

    def _sort(self, letters: Sequence[Letter], parked: Parked) -> list[Arrival]:
        """Read the letters in their order; what can't be read parks its key from there on."""
        arrivals = []
        for letter in letters:
            if letter.key in parked.keys:
                parked.follower(letter)
                continue
            try:
                arrival = self._read(letter)
            except ValueError as unreadable:
                parked.culprit(letter, unreadable)
            else:
                if arrival:
                    arrivals.append(arrival)
        return arrivals

    def _read(self, letter: Letter) -> Arrival | None:
        """The event, or None where this service has no use for it. Raises ValueError."""
        envelope = Envelope.from_headers(letter.headers)
        if envelope.type in EVENTS and not reads(self.service, self.topic, envelope.type):
            return None
        event = decode(envelope.type, letter.value)
        return Arrival(letter, Record(envelope, event, letter.topic, letter.partition, letter.offset))

    async def _at_once(self, writing: Writing, new: Sequence[Arrival], parked: Parked) -> None:
        if new:
            await self.handler(writing, [arrival.record for arrival in new])

    async def _by_halves(self, writing: Writing, new: Sequence[Arrival], parked: Parked) -> None:
        """Apply under savepoints, left half first, until the culprits stand alone."""
        new = await self._without_parked(writing, new, parked)
        written = len(writing.events)
        try:
            async with writing.connection.transaction():
                await self._at_once(writing, new, parked)
        except _PASSING:
            raise
        except Exception as reason:  # noqa: BLE001  as above
            del writing.events[written:]
            if len(new) == 1:
                await inbox.forget(writing.connection, [new[0].record])
                parked.culprit(new[0].letter, reason)
                return
            middle = len(new) // 2
            await self._by_halves(writing, new[:middle], parked)
            await self._by_halves(writing, new[middle:], parked)

    async def _without_parked(
        self, writing: Writing, new: Sequence[Arrival], parked: Parked
    ) -> Sequence[Arrival]:
        followers = [arrival for arrival in new if arrival.letter.key in parked.keys]
        for arrival in followers:
            parked.follower(arrival.letter)
        await inbox.forget(writing.connection, [arrival.record for arrival in followers])
        return [arrival for arrival in new if arrival.letter.key not in parked.keys] if followers else new

    async def _park(self, writing: Writing, parked: Parked) -> None:
        if not parked.letters:
            return
        await dead_letters.park(writing.connection, parked.letters)
        metrics.EVENTS_PARKED.labels(self.service, self.topic).inc(len(parked.letters))
        for letter, reason in parked.letters:
            log.error("event parked", topic=self.topic, offset=letter.offset, key=letter.key, reason=reason)


def _first_of_each(arrivals: Sequence[Arrival], ids: set[UUID]) -> Iterator[Arrival]:
    """One arrival for each id: a batch may bring the same event twice."""
    for arrival in arrivals:
        if arrival.record.envelope.id in ids:
            ids.remove(arrival.record.envelope.id)
            yield arrival


_Way = Callable[[Writing, Sequence[Arrival], Parked], Awaitable[None]]
