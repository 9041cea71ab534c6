"""Pauses as a limit's row keeps them: ISO 8601 intervals (start/end, UTC), a blank between them. Pure."""

from collections.abc import Iterable
from datetime import datetime

from services.supervision.limits import Pause


def written(pauses: Iterable[Pause]) -> str:
    """`2021-03-02T01:00:00+00:00/2021-03-04T01:00:00+00:00 …`; empty without pauses."""
    return " ".join(f"{pause.start.isoformat()}/{pause.end.isoformat()}" for pause in pauses)


def read(text: str) -> tuple[Pause, ...]:
    """What `written` wrote."""
    return tuple(Pause(*map(datetime.fromisoformat, interval.split("/"))) for interval in text.split())
