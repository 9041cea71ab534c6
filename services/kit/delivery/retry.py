"""What becomes of a message after a try: sent, tried again later, given up. Pure; instants are real time."""

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from services.kit.delivery.message import State

DELAYS: Final = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900))
"""Until the second try, the third and so on."""
LONGEST: Final = timedelta(minutes=30)
"""Between all later tries, and after a refusal for good: RFC 5321, section 4.5.4.1, asks for 30 minutes."""
GIVE_UP_AFTER: Final = timedelta(days=5)
"""How long something may fail: RFC 5321, section 4.5.4.1, asks for four to five days."""


class Sent(NamedTuple):
    """The receiving server took it over. `detail`: what it answered."""

    detail: str


class Failed(NamedTuple):
    """Not taken; it may be later. `refused`: the server said that this won't change by itself."""

    detail: str
    refused: bool = False


class Ended(NamedTuple):
    """Not to be tried again unless somebody asks for it."""

    detail: str


Outcome = Sent | Failed | Ended


class Verdict(NamedTuple):
    """How a message goes on, and what the log says. `due_at`: the next try, None where there is none."""

    state: State
    due_at: datetime | None
    outcome: Literal["sent", "failed", "given_up"]
    detail: str


def judge(
    outcome: Outcome, attempts: int, failing_since: datetime | None, now: datetime, jitter: float
) -> Verdict:
    """`attempts` counts this one; `jitter` in [0, 1) spreads the tries of what failed together."""
    match outcome:
        case Sent(detail):
            return Verdict("sent", None, "sent", detail)
        case Ended(detail):
            return Verdict("given_up", None, "given_up", detail)
        case Failed(detail, refused):
            if failing_since is not None and now - failing_since >= GIVE_UP_AFTER:
                days = GIVE_UP_AFTER.days
                return Verdict("given_up", None, "given_up", f"{detail} (failed for {days} days)")
            return Verdict("waiting", now + delay(attempts, jitter, refused=refused), "failed", detail)


def delay(attempts: int, jitter: float, *, refused: bool = False) -> timedelta:
    """Until the next try after some: from 80 to 120 % of the table's."""
    plain = LONGEST if refused or attempts > len(DELAYS) else DELAYS[max(attempts, 1) - 1]
    return plain * (0.8 + 0.4 * jitter)
