"""How far the promise chain reached on each day: what a circular prints, so that a rewrite can be proved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.contracts.envelope import Record
from services.contracts.promise import PromiseAired, PromiseChanged, PromiseMade, PromiseSettled
from services.reporting.circular import PromiseHead


@dataclass(frozen=True, slots=True)
class Reached:
    """The last fact of an authority's chain that lies in a day, among some records."""

    authority: str
    day: date
    head: PromiseHead


def reached(placed: Iterable[tuple[Record, date]]) -> list[Reached]:
    """The highest fact of each authority and day; a chain's facts lie in all partitions of the topic."""
    highest: dict[tuple[str, date], Reached] = {}
    for record, day in placed:
        event = record.event
        if isinstance(event, PromiseMade | PromiseChanged | PromiseAired | PromiseSettled):
            known = highest.get((event.authority, day))
            if known is None or known.head.seq < event.seq:
                head = PromiseHead(seq=event.seq, hash=event.hash, signature=event.signature, key=event.key)
                highest[event.authority, day] = Reached(event.authority, day, head)
    return [highest[place] for place in sorted(highest)]
