"""Events and the CloudEvents 1.0 envelope they travel in (Kafka binary content mode).

Source of the header names: CloudEvents specification 1.0, Kafka protocol binding, section 3.2.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict

from services.contracts.named_ids import Namespace

_ID_OF: Final = Namespace.of(str(uuid5(NAMESPACE_URL, "https://yinuo.invalid/events")))

Headers = tuple[tuple[str, bytes], ...]


class Event(BaseModel, ABC):
    """A fact in the past tense. Frozen; its time stands in the envelope, in business time."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ser_json_timedelta="iso8601",
        hide_input_in_errors=True,  # reasons of dead letters go into logs: no citizen's words with them
    )

    type: ClassVar[str]
    """CloudEvents type with its version, such as `yinuo.case.assigned.v1`."""

    @abstractmethod
    def subject(self) -> str:
        """What the event is about: the Kafka key, so that one subject keeps its order."""

    @abstractmethod
    def identity(self) -> str:
        """What makes this event the same as its repeat, within its type."""

    def event_id(self) -> UUID:
        """The `ce_id`: the same fact always has the same one, so that a repeat is harmless."""
        return _ID_OF(f"{self.type}/{self.identity()}")


class MalformedEnvelope(ValueError):
    """A message lacks a required CloudEvents attribute, or one can't be read."""

    def __init__(self, attribute: str, found: str) -> None:
        super().__init__(f"CloudEvents attribute {attribute}: {found}")
        self.attribute = attribute


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of one message. `time` is aware, in UTC, by the business clock."""

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime

    def headers(self) -> Headers:
        """Kafka headers of the binary content mode."""
        return (
            ("ce_specversion", b"1.0"),
            ("ce_id", str(self.id).encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_time", self.time.isoformat().replace("+00:00", "Z").encode()),
            ("content-type", b"application/json"),
        )

    @classmethod
    def from_headers(cls, headers: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> "Envelope":
        """Read the attributes; raises MalformedEnvelope naming the one that is wrong."""
        found = dict(headers)
        if found.get("ce_specversion") != b"1.0":
            raise MalformedEnvelope("specversion", repr(found.get("ce_specversion")))
        try:
            return cls(
                id=UUID(found["ce_id"].decode()),
                type=found["ce_type"].decode(),
                source=found["ce_source"].decode(),
                subject=found["ce_subject"].decode(),
                time=_aware(found["ce_time"].decode()),
            )
        except KeyError as missing:
            raise MalformedEnvelope(str(missing.args[0]).removeprefix("ce_"), "missing") from missing
        except ValueError as unreadable:
            raise MalformedEnvelope("id or time", str(unreadable)) from unreadable


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without an offset: {text}")
    return moment


@dataclass(frozen=True, slots=True)
class Record:
    """An event as a reader receives it: envelope, event, and where it lay in the log."""

    envelope: Envelope
    event: Event
    topic: str
    partition: int
    offset: int

    @property
    def time(self) -> datetime:
        return self.envelope.time
