"""What another ladder would have sent, over HTTP."""

from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.kit.auth import Staff
from services.kit.connection import Connection
from services.kit.http import Problem, staff_with
from services.kit.postgres import Database
from services.supervision.acknowledge import LOWEST
from services.supervision.api_access import OPENS_ANY_INBOX
from services.supervision.calendar import local_midnight
from services.supervision.calendars import Policies
from services.supervision.dry_run import Group, Would, counted, margin, would_send
from services.supervision.ladder import Ladder
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_dry_run import LAST, PostgresPast

Office = Annotated[Staff, Depends(staff_with(*OPENS_ANY_INBOX))]
SUBJECTS_AT_ONCE: Final = 1000
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
"""The first and the last days of all have no day before or after, nor an instant in UTC."""


class GroupShown(BaseModel):
    """One rung, or one consequence, of one unit: what would have been, and what was."""

    model_config = ConfigDict(frozen=True)

    what: str = Field(description="the kind of the limit, the trigger, or `consequence`")
    rung: int | None
    colour: str
    measure: str
    unit: str
    would: int
    would_points: int
    sent: int
    sent_points: int


class WouldShown(BaseModel):
    """One notice that would have been sent, or a consequence."""

    model_config = ConfigDict(frozen=True)

    at: str
    subject_kind: str
    subject_id: UUID
    what: str
    rung: int | None
    colour: str
    measure: str
    unit: str
    post: str
    points: int

    @classmethod
    def of(cls, one: Would) -> "WouldShown":
        values = one._asdict()
        return cls(at=values.pop("at").isoformat(), subject_kind=values.pop("subject"), **values)


class DryRunPage(BaseModel):
    """The groups of some subjects, to be added up over pages. `next` goes into `after`; None at the end."""

    model_config = ConfigDict(frozen=True)

    preset: str
    groups: list[GroupShown]
    notices: list[WouldShown]
    next: UUID | None


def dry_run_routes(database: Database, policies: Policies) -> APIRouter:
    """The route; it says who may."""
    routes = APIRouter(tags=["ladders"])

    @routes.get(
        "/ladders/{preset}/dry-run",
        summary="What a ladder would have sent on the limits and events between two local days, beside what "
        "was sent, page by page over the subjects; nothing is written (supervision office, administrator)",
    )
    async def dry_run(
        preset: str,
        _: Office,
        first: Annotated[Day, Query(alias="from", description="local day, included")],
        last: Annotated[Day, Query(alias="to", description="local day, included")],
        after: UUID = LOWEST,
        each: Annotated[bool, Query(description="name each notice, too")] = False,
        limit: Annotated[int, Query(ge=1, le=5000)] = SUBJECTS_AT_ONCE,
    ) -> DryRunPage:
        ladder = _ladder(policies, preset)
        _in_order(first, last)
        async with database.pool.acquire() as connection, connection.transaction(readonly=True):
            page = _Page(first, last, after, limit)
            return await page.read(connection, policies, ladder, each)

    return routes


def _ladder(policies: Policies, preset: str) -> Ladder:
    ladders = policies.presets.ladders
    if preset not in ladders:
        raise Problem(
            404,
            "Not Found",
            f"no ladder {preset}",
            field="preset",
            remedy=f"choose one of {', '.join(ladders)}",
        )
    return ladders[preset]


def _in_order(first: date, last: date) -> None:
    if last < first:
        detail, remedy = f"to {last} is before from {first}", "name the later day as `to`"
        raise Problem(422, "Unprocessable Content", detail, field="to", remedy=remedy)


class _Page:
    """Some subjects of a dry run, from one id on."""

    def __init__(self, first: date, last: date, after: UUID, limit: int) -> None:
        self.since = local_midnight(first.toordinal())
        self.until = local_midnight((last + timedelta(days=1)).toordinal())
        self.after, self.limit = after, limit

    async def read(
        self, connection: Connection, policies: Policies, ladder: Ladder, each: bool
    ) -> DryRunPage:
        """What is ahead of the business clock isn't told: it may still be done in time."""
        now = await connection.fetchval("SELECT clock.now()")
        until = min(self.until, now)
        policy = await policies.current(PostgresCalendars(connection))
        past = PostgresPast(connection)
        found, last = await past.subjects(self.after, self.since, until, margin(ladder), self.limit)
        would = would_send(await past.of(found, self.since, until), ladder, policy.calendar)
        sent = await past.sent(self.after, last, self.since, until)
        return DryRunPage(
            preset=ladder.id,
            groups=_groups(counted(would), sent),
            notices=[WouldShown.of(one) for one in would] if each else [],
            next=None if last == LAST else last,
        )


_Counted = tuple[Counter[Group], Counter[Group]]
"""How many of each group, and their points."""


def _in_the_table(group: Group) -> tuple[str, ...]:
    return tuple(str(part) for part in group)


def _groups(would: _Counted, sent: _Counted) -> list[GroupShown]:
    return [
        GroupShown(
            **group._asdict(),
            would=would[0][group],
            would_points=would[1][group],
            sent=sent[0][group],
            sent_points=sent[1][group],
        )
        for group in sorted({*would[0], *sent[0]}, key=_in_the_table)
    ]
