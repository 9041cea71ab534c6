"""Where a demand stands: for the citizen with the tracking code, for an adapter what it sent."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Protocol
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.intake.api_door import key_of
from services.intake.demand import EARLIEST, LATEST
from services.intake.keys import KeyRing
from services.intake.tracked_projects import TrackedProject
from services.intake.tracking import RECEIPT, Moment, Tracked, WithdrawalState
from services.intake.vault import Vault
from services.kit.http import Problem
from services.kit.page import Cursor

OVERLAP: Final = timedelta(minutes=1)
"""How far the next poll reaches back: longer than any transaction that was under way meanwhile."""
_NOBODY: Final = UUID(int=0)


class Trackings(Protocol):
    """What is known of demands' progress."""

    async def of_receipt(self, receipt: str) -> tuple[Tracked, list[Moment]] | None:
        """Where the demand stands, and how it came there: registration, then its case's steps in order."""
        ...

    async def projects(self, demand_ids: Sequence[UUID]) -> dict[UUID, list[TrackedProject]]: ...

    async def changed(self, key_id: int, since: datetime, after: UUID, limit: int) -> list[Tracked]: ...

    async def now(self) -> datetime: ...


class MilestoneStanding(BaseModel):
    """A milestone of a project; `reached_on` None: still to come."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    name: str
    due: date
    reached_on: date | None


class ProjectStanding(BaseModel):
    """A project that answers the demand: its number in the list, its last day, how far it came.

    `dropped`: given up without another one in its place. `rating` is what the demand's citizen said of it.
    """

    model_config = ConfigDict(frozen=True, from_attributes=True)

    ledger: str
    name: str | None
    completion: date | None
    done_on: date | None
    replaced_by: str | None
    dropped: bool
    linked_at: datetime
    milestones: list[MilestoneStanding]
    rating: str | None


class DemandStanding(BaseModel):
    """Where a demand stands. Instants are in UTC; `limit` is when the case is due.

    `reply` is the latest reply, or why the demand was refused; `rectification` how what was rated badly was
    put right. `withdrawal`: what became of the last one; after `late` (the answer came first, and stands) the
    demand may be withdrawn again if it is handled anew.
    """

    model_config = ConfigDict(frozen=True, from_attributes=True)

    receipt: str
    channel: str
    state: str
    unit: str | None
    unit_name: str | None
    limit: datetime | None
    reply: str | None
    rectification: str | None
    rating: str | None
    withdrawal: WithdrawalState | None
    received_at: datetime
    changed_at: datetime
    projects: list[ProjectStanding] = []


class Step(BaseModel):
    """A line of the timeline."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    at: datetime
    step: str
    unit: str | None
    unit_name: str | None


class StandingWithTimeline(DemandStanding):
    """Where a demand stands, and how it came there."""

    timeline: list[Step]


class SentStanding(DemandStanding):
    """A demand that the adapter sent, by its own number; `key:` and the idempotency key where it had none."""

    external_id: str


class ChangedPage(BaseModel):
    """`next` continues this list, None at its end; `until` is the `changed_since` of the next poll, which
    may bring some of this one again."""

    demands: list[SentStanding]
    next: str | None
    until: datetime


def tracking_routes(tracking: Trackings, ring: KeyRing, vault: Vault) -> APIRouter:
    """The routes, for citizens and adapters."""
    routes = APIRouter(tags=["tracking"])

    @routes.get("/demands/{receipt}", summary="Where a demand stands; for whoever holds its tracking code")
    async def track(
        receipt: str,
        tracking_code: Annotated[str, Query(max_length=40)],
    ) -> StandingWithTimeline:
        found = await tracking.of_receipt(receipt) if RECEIPT.fullmatch(receipt) else None
        if not vault.code_fits(found[0].demand_id if found else _NOBODY, tracking_code) or found is None:
            raise unknown()
        tracked, moments = found
        timeline = [Step.model_validate(moment) for moment in moments]
        projects = _standings(await tracking.projects([tracked.demand_id]), tracked)
        return StandingWithTimeline(**asdict(tracked), timeline=timeline, projects=projects)

    @routes.get("/demands", summary="What one key sent, by change; for adapters, with their key")
    async def list_changed(
        request: Request,
        changed_since: AwareDatetime | None = None,
        after: Annotated[str | None, Query(max_length=100)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> ChangedPage:
        key = await key_of(ring, dict(request.scope["headers"]))
        now = await tracking.now()
        start = Cursor.parse(after) if after else Cursor(changed_since or EARLIEST, _NOBODY)
        found = await tracking.changed(key.id, _bounded(start.at), start.id, limit)
        projects = await tracking.projects([one.demand_id for one in found])
        return ChangedPage(
            demands=[_sent(one, _standings(projects, one)) for one in found],
            next=str(Cursor(found[-1].changed_at, found[-1].demand_id)) if len(found) == limit else None,
            until=now - OVERLAP,
        )

    return routes


def _standings(projects: Mapping[UUID, list[TrackedProject]], tracked: Tracked) -> list[ProjectStanding]:
    return [ProjectStanding.model_validate(one) for one in projects.get(tracked.demand_id, ())]


def _sent(tracked: Tracked, projects: list[ProjectStanding]) -> SentStanding:
    return SentStanding(**asdict(tracked), projects=projects)


def unknown() -> Problem:
    """The same for an unknown receipt and a wrong code: neither tells which receipts exist."""
    return Problem(
        404,
        "Not Found",
        "no demand has this receipt number and this tracking code",
        field="tracking_code",
        remedy="type both as they stand on the receipt",
    )


def _bounded(since: datetime) -> datetime:
    return min(max(since, EARLIEST), LATEST)
