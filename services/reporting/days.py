"""Which business day a record belongs to: its position in the log decides, not its time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.contracts.envelope import Record
from services.contracts.watermark import WatermarkPassed

Position = tuple[str, int]
"""Topic and partition."""
Midnight = Callable[[date], datetime]
"""The instant at which a local day begins."""


def end_of(day: date, midnight: Midnight) -> datetime:
    """24:00 of a local day: what is done on it is done in time."""
    return midnight(day + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Cut:
    """Where in a partition a day begins: the offset of its watermark."""

    day: date
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Placed:
    """Records with their day, cuts passed on the way, and where each partition stands now."""

    records: tuple[tuple[Record, date], ...]
    cuts: tuple[Cut, ...]
    positions: Mapping[Position, date]


def place(
    records: Sequence[Record], positions: Mapping[Position, date], local_day: Callable[[datetime], date]
) -> Placed:
    """Give each record its day. Records of a partition come in the order of their offsets.

    A watermark moves its partition on, never back. Before a partition's first watermark, which each
    service writes when it starts, a record gets the local day of its own time.
    """
    moved = dict(positions)
    placed: list[tuple[Record, date]] = []
    cuts: list[Cut] = []
    for record in records:
        place_of = (record.topic, record.partition)
        event = record.event
        day = moved.get(place_of)
        if isinstance(event, WatermarkPassed):
            cuts.append(Cut(event.day, record.topic, record.partition, record.offset))
            moved[place_of] = max(event.day, day or event.day)
        else:
            placed.append((record, day or local_day(record.envelope.time)))
    return Placed(tuple(placed), tuple(cuts), moved)
