"""All that a batch of events of cases does to limits and notices."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from services.contracts.supervision import (
    ConsequenceDrawn,
    FurtherLimitSet,
    LimitPassed,
    LimitsSet,
    NoticeSent,
    SubjectLimitSet,
)
from services.supervision.policy import Policy
from services.supervision.set_further import FurtherLimits, set_further
from services.supervision.set_limits import Happened, Limits, set_limits
from services.supervision.triggered import Happenings, bring_notices, happenings

Told = LimitsSet | FurtherLimitSet | SubjectLimitSet | NoticeSent | LimitPassed | ConsequenceDrawn


class WatchedCases(Limits, FurtherLimits, Happenings, Protocol):
    """Where all of it is kept, within one transaction."""


async def watch_cases(
    store: WatchedCases,
    publish: Callable[[Told], None],
    policy: Policy,
    happened: Sequence[Happened],
    now: datetime,
) -> None:
    """Set and close limits, and put out the notices that the events bring. Raises `UnknownCase`.

    The notices come before the further limits: the same batch may say that a case was withdrawn, which then
    closes the limits of the answers that they want.
    """
    await set_limits(store, publish, policy, happened)
    await bring_notices(store, publish, policy, [*happenings(happened)], now)
    await set_further(store, publish, policy, happened)
