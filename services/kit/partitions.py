"""Whether a worker reads anything: a consumer without partitions does nothing, in silence."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


def _none() -> Sequence[Any]:
    return ()


@dataclass(slots=True)
class Partitions:
    """What the worker reads, and since when it reads nothing."""

    assigned: Callable[[], Sequence[Any]] = _none
    _seen_at: float = field(default_factory=lambda: time.monotonic())

    def missing_for(self) -> float:
        """For how many seconds none has been seen; to be asked now and then."""
        if self.assigned():
            self._seen_at = time.monotonic()
        return time.monotonic() - self._seen_at
