"""Steps that were taken are recorded, and told."""

from collections.abc import Callable, Sequence
from typing import Protocol

from services.assignment.case import Taken
from services.contracts.case import CaseEvent

Publish = Callable[[CaseEvent], None]


class Records(Protocol):
    """Where cases and their steps are kept, within one transaction."""

    async def record(self, taken: Sequence[Taken]) -> None:
        """Write steps in their order."""
        ...


async def keep(records: Records, publish: Publish, taken: Sequence[Taken]) -> None:
    """All of them, or nothing where none was taken."""
    if taken:
        await records.record(taken)
        for step in taken:
            publish(step.event)
