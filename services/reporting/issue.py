"""Lead circulars from draft to issued: step by step by people, or at once by policy at the hour."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from services.contracts.circular import CircularIssued
from services.reporting.circular import Series, number_of
from services.reporting.draft import AUTOMATIC, BY_POLICY
from services.reporting.periods import SCHEDULED, Kind
from services.reporting.steps import BY_VERB, State, Step, Verb, allowed, done_before

AT: Final = time(8)
"""When a circular is issued by policy, local time on the day after its last."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A circular on its way. `corrects`: the number that it mends, None for an original."""

    ref: str
    kind: Kind
    first: date
    until: date
    state: State
    policy: str
    corrects: str | None

    @property
    def series(self) -> Series:
        """What it is numbered with."""
        return "correction" if self.corrects else self.kind

    @property
    def in_order(self) -> bool:
        """Whether its kind is numbered in the order of its days."""
        return self.kind in SCHEDULED and self.corrects is None


class Circulars(Protocol):
    """What the steps need of the store, inside one transaction."""

    async def waiting(self) -> list[Draft]:
        """The oldest circular of each scheduled kind that isn't issued; none can be led on elsewhere."""
        ...

    async def held(self, ref: str) -> Draft | None:
        """A circular by its number or ref, locked; None where there is none."""
        ...

    async def step(self, draft: Draft, step: Step, at: datetime, by: str) -> None:
        """Write down a step other than issuing."""
        ...

    async def next_count(self, series: Series, year: int) -> int:
        """The next number of a series in a year, counted from 1 without gaps."""
        ...

    async def issue(self, draft: Draft, number: str, at: datetime, by: str) -> str:
        """Mark the circular as issued; the SHA-256 of its figures."""
        ...

    def publish(self, event: CircularIssued) -> None: ...


def issue_instant(until: date, local: ZoneInfo) -> datetime:
    """When the circular of the days before `until` is issued by policy (aware, UTC)."""
    return datetime.combine(until, AT, local).astimezone(UTC)


def due_by_policy(draft: Draft, now: datetime, local: ZoneInfo) -> bool:
    """Whether a draft's hour has come and its policy lets it go by itself."""
    ready = draft.policy == AUTOMATIC and draft.state == "draft"
    return ready and now >= issue_instant(draft.until, local)


async def issue_next(circulars: Circulars, now: datetime, local: ZoneInfo) -> str | None:
    """Issue the oldest draft that its policy and the business clock let go; its number, or None."""
    due = [draft for draft in await circulars.waiting() if due_by_policy(draft, now, local)]
    if not due:
        return None
    first = min(due, key=lambda draft: (draft.until, SCHEDULED.index(draft.kind)))
    return await issue_draft(circulars, first, now, local, BY_POLICY)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a step can't be taken. `allowed`: those that can; `older`: what must be issued first."""

    state: State
    allowed: tuple[Verb, ...]
    older: str | None = None


async def take(
    circulars: Circulars, ref: str, verb: Verb, now: datetime, local: ZoneInfo, by: str
) -> Draft | Refused | None:
    """Take a step in somebody's name; what was done before stays as it is. None for an unknown circular."""
    draft = await circulars.held(ref)
    if draft is None:
        return None
    step = BY_VERB[verb]
    if done_before(step, draft.state):
        return draft
    if draft.state != step.before:
        return Refused(draft.state, allowed(draft.state))
    if step.after != "issued":
        await circulars.step(draft, step, now, by)
        return draft
    older = [other for other in await circulars.waiting() if other.kind == draft.kind]
    if draft.in_order and older and older[0].ref != draft.ref:
        return Refused(draft.state, (), older[0].ref)
    await issue_draft(circulars, draft, now, local, by)
    return draft


async def issue_draft(circulars: Circulars, draft: Draft, now: datetime, local: ZoneInfo, by: str) -> str:
    """Give a circular, which the caller has locked, the next number of its series and local year."""
    year = now.astimezone(local).year
    number = number_of(draft.series, year, await circulars.next_count(draft.series, year))
    sha256 = await circulars.issue(draft, number, now, by)
    circulars.publish(
        CircularIssued(
            number=number,
            kind=draft.kind,
            first=draft.first,
            until=draft.until,
            corrects=draft.corrects,
            figures_sha256=sha256,
        )
    )
    return number
