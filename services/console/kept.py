"""What a service said before: kept a short time, and for longer while the service doesn't answer."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import structlog

from services.console.call import Away

FRESH_SECONDS: Final = 60.0
"""How old a copy may be."""
RETRY_SECONDS: Final = 5.0
"""How long an old copy serves before a service that didn't answer is asked again."""
T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Kept(Generic[T]):
    """One copy for the whole process. `ask_at`: when to ask again (seconds of a monotonic clock)."""

    value: T | None = None
    ask_at: float = float("-inf")

    async def read(self, asking: Callable[[], Awaitable[T]]) -> T:
        """The copy, asked for anew where it is old. Raises Refused, and Away where there is no copy yet."""
        now = time.monotonic()
        if self.value is not None and now < self.ask_at:
            return self.value
        try:
            self.value, self.ask_at = await asking(), now + FRESH_SECONDS
        except Away as away:
            if self.value is None:
                raise
            log.warning("an old copy serves", reason=str(away))
            self.ask_at = now + RETRY_SECONDS
        return self.value
