"""From a Kafka message to an event: upcasting old versions, refusing unknown newer ones."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import from_json

from services.contracts.envelope import Event
from services.contracts.flow import EVENTS

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Data of version n → data of version n + 1."""

UPCASTERS: Final[Mapping[str, Upcaster]] = {}
"""By the *old* type, such as `yinuo.demand.registered.v0`. No release has left an old version behind yet."""

_VERSIONED: Final = re.compile(r"(?P<name>.+)\.v(?P<version>\d+)")


class UnknownEvent(ValueError):
    """No such type of event is known here: a newer release wrote it, or a stranger."""

    def __init__(self, event_type: str) -> None:
        super().__init__(
            f"unknown event type {event_type}: upgrade this service, then replay the dead letter"
        )
        self.event_type = event_type


def decode(
    event_type: str,
    value: bytes,
    events: Mapping[str, type[Event]] = EVENTS,
    upcasters: Mapping[str, Upcaster] = UPCASTERS,
) -> Event:
    """The event of a message's type and JSON value.

    Raises UnknownEvent for a type or version not known here, and pydantic's ValidationError
    (a ValueError) when the value doesn't fit its schema.
    """
    known = events.get(event_type)
    if known is not None:
        return known.model_validate_json(value)
    if event_type not in upcasters:
        raise UnknownEvent(event_type)
    data = from_json(value)
    while event_type in upcasters:
        data, event_type = upcasters[event_type](data), next_version(event_type)
    if event_type not in events:
        raise UnknownEvent(event_type)
    return events[event_type].model_validate(data)


def next_version(event_type: str) -> str:
    """`….v0` → `….v1`; raises UnknownEvent for a type without a version."""
    match = _VERSIONED.fullmatch(event_type)
    if match is None:
        raise UnknownEvent(event_type)
    return f"{match['name']}.v{int(match['version']) + 1}"
