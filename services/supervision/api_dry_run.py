"""What another ladder would have sent, shipped or one's own, over HTTP."""

from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.kit.auth import Staff
from services.kit.connection import Connection
from services.kit.http import Problem, staff_with
from services.kit.postgres import Database
from services.supervision.acknowledge import LOWEST
from services.supervision.api_access import OPENS_ANY_INBOX
from services.supervision.api_body import utf8
from services.supervision.calendar import local_midnight
from services.supervision.calendars import Policies
from services.supervision.dry_run import Group, Would, counted, margin, would_send
from services.supervision.ladder import Ladder
from services.supervision.presets import InvalidPreset, parse_ladder
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


class Asked(BaseModel):
    """Which days, from which subject on, and how much of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: Day = Field(alias="from", description="local day, included")
    last: Day = Field(alias="to", description="local day, included")
    after: UUID = LOWEST
    each: bool = Field(False, description="name each notice, too")
    limit: int = Field(SUBJECTS_AT_ONCE, ge=1, le=5000)


def dry_run_routes(database: Database, policies: Policies) -> APIRouter:
    """The routes; each says who may."""
    routes = APIRouter(tags=["ladders"])

    @routes.get(
        "/ladders/{preset}/dry-run",
        summary="What a ladder would have sent on the limits and events between two local days, beside what "
        "was sent, page by page over the subjects; nothing is written (supervision office, administrator)",
    )
    async def dry_run(preset: str, _: Office, asked: Annotated[Asked, Query()]) -> DryRunPage:
        return await _page(database, policies, _ladder(policies, preset), asked)

    @routes.post(
        "/ladders/dry-run",
        summary="The same of a ladder of one's own, written as the presets are (YAML); it is kept nowhere "
        "(supervision office, administrator)",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/yaml": {"schema": {"type": "string"}, "example": EXAMPLE}},
            }
        },
    )
    async def dry_run_own(_: Office, asked: Annotated[Asked, Query()], request: Request) -> DryRunPage:
        text = utf8(await request.body(), "save the file as UTF-8")
        try:
            ladder = parse_ladder(text, "ladder")
        except InvalidPreset as invalid:
            raise _invalid(invalid) from invalid
        return await _page(database, policies, ladder, asked)

    return routes


EXAMPLE: Final = """\
id: own
version: 1
late_after_minutes: 60
complete:
  - {number: 1, offset: -2, colour: blue, measure: reminder, recipients: [unit]}
  - {number: 2, offset: 0, colour: red, measure: overdue, recipients: [unit, leader], points: 1}
sign_for:
  - {number: 1, offset: 0, colour: yellow, measure: warning, recipients: [unit]}
"""


async def _page(database: Database, policies: Policies, ladder: Ladder, asked: Asked) -> DryRunPage:
    _in_order(asked.first, asked.last)
    async with database.pool.acquire() as connection, connection.transaction(readonly=True):
        return await _Page(asked).read(connection, policies, ladder)


def _invalid(invalid: InvalidPreset) -> Problem:
    """Each reason begins with its field and ends with the remedy."""
    field, _, first = invalid.reasons[0].partition(": ")
    what, _, remedy = first.partition(" – ")
    return Problem(
        422,
        "Unprocessable Content",
        what,
        field=field,
        remedy=remedy or "correct it",
        errors=[{"reason": reason} for reason in invalid.reasons],
    )


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

    def __init__(self, asked: Asked) -> None:
        self.since = local_midnight(asked.first.toordinal())
        self.until = local_midnight((asked.last + timedelta(days=1)).toordinal())
        self.after, self.limit, self.each = asked.after, asked.limit, asked.each

    async def read(self, connection: Connection, policies: Policies, ladder: Ladder) -> DryRunPage:
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
            notices=[WouldShown.of(one) for one in would] if self.each else [],
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
