"""What the topics tell, read from offset 0: each event once, with the repeats that a relay's crash left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.contracts.decode import decode
from services.contracts.envelope import Envelope, Event
from services.contracts.watermark import WatermarkPassed
from services.kit.record import from_the_start
from services.kit.topics import end_offsets

E = TypeVar("E", bound=Event)
READ: Final = ("directory", "case", "project", "supervision", "circular")


class Told(NamedTuple):
    """An event with its business time."""

    event: Event
    at: datetime


@dataclass(slots=True)
class Topics:
    """Events by id, in the order of their topics. `contradicted`: ids that came again otherwise."""

    told: dict[UUID, Told] = field(default_factory=dict)
    repeats: int = 0
    contradicted: list[str] = field(default_factory=list)

    def note(self, envelope: Envelope, value: bytes) -> None:
        """One message."""
        found = Told(decode(envelope.type, value), envelope.time)
        if envelope.id not in self.told:
            self.told[envelope.id] = found
            return
        self.repeats += 1
        if self.told[envelope.id] != found:
            self.contradicted.append(f"{envelope.type} {envelope.subject} {envelope.id}")

    def of(self, *types: type[E]) -> Sequence[tuple[E, datetime]]:
        """The events of some types."""
        return [(one.event, one.at) for one in self.told.values() if isinstance(one.event, types)]


async def read_topics(kafka: str) -> Topics:
    """Every message that is there now."""
    topics, ends = Topics(), await end_offsets(kafka, READ)
    for topic in READ:
        async for letters in from_the_start(kafka, topic, ends):
            for letter in letters:
                envelope = Envelope.from_headers(letter.headers)
                if envelope.type != WatermarkPassed.type:
                    topics.note(envelope, letter.value)
    return topics
