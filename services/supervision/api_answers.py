"""What the API answers, with examples; Chinese first in what people read."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.contracts.vocabulary import LimitKind
from services.kit.page import Cursor, no_cursor
from services.supervision.acknowledge import BEGINNING, Acknowledgement, Page
from services.supervision.calendar import YearCalendar
from services.supervision.derivation import Line, explained, say
from services.supervision.fire import Notice
from services.supervision.ladder import Consequence, consequences
from services.supervision.policy import Policy
from services.supervision.watched import CaseLimits, State, Watched, ladder_state

_NOTICE: dict[str, Any] = {
    "notice_id": "0b0c1f3e-6f0a-5d52-9d0c-0f6f2f8f4a11",
    "case_id": "5f7c9a1e-8f64-5f0d-a6ce-1c1a4a3f9b10",
    "limit": "complete",
    "rung": 2,
    "colour": "red",
    "measure": "overdue",
    "outcome": "sent",
    "collapsed_into": None,
    "overdue": True,
    "late": False,
    "unit": "water",
    "post": "water.head",
    "due_at": "2021-03-03T16:00:00Z",
    "rung_at": "2021-03-03T16:00:00Z",
    "sent_at": "2021-03-03T16:00:00Z",
}


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class NoticeShown(_Answer):
    """督办单. `outcome`: sent, or collapsed into rung `collapsed_into`. `late`: after a downtime."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [_NOTICE]})

    notice_id: UUID
    case_id: UUID
    limit: LimitKind
    rung: int
    colour: str
    measure: str
    outcome: str
    collapsed_into: int | None
    overdue: bool
    late: bool
    unit: str
    post: str
    due_at: datetime
    rung_at: datetime
    sent_at: datetime

    @classmethod
    def of(cls, notice: Notice) -> "NoticeShown":
        return cls(
            notice_id=notice.notice_id,
            case_id=notice.case_id,
            limit=notice.kind,
            rung=notice.rung,
            colour=notice.colour,
            measure=notice.measure,
            outcome=notice.outcome,
            collapsed_into=notice.into_rung,
            overdue=notice.overdue,
            late=notice.late,
            unit=notice.unit,
            post=notice.post,
            due_at=notice.due_at,
            rung_at=notice.at,
            sent_at=notice.sent_at,
        )


class InboxPage(_Answer):
    """What one recipient hasn't acknowledged, oldest first. `next` goes into `after`; None at the end."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={"examples": [{"recipient": "unit:water", "notices": [_NOTICE], "next": None}]},
    )

    recipient: str
    notices: list[NoticeShown]
    next: str | None

    @classmethod
    def of(cls, recipient: str, notices: Sequence[Notice], page: Page) -> "InboxPage":
        shown = [NoticeShown.of(notice) for notice in notices]
        full = len(notices) == page.limit
        last = str(Cursor(notices[-1].sent_at, notices[-1].notice_id)) if full else None
        return cls(recipient=recipient, notices=shown, next=last)


def page_after(cursor: str | None, limit: int) -> Page:
    """The page that a cursor points at. Raises Problem 422 for one that isn't ours."""
    if cursor is None:
        return Page(limit=limit)
    after = Cursor.parse(cursor)
    if after.at < BEGINNING:
        raise no_cursor()
    return Page(after.at, after.id, limit)


class AcknowledgementAsked(_Answer):
    """For whom. Left out: the caller's own unit, or for a leader the posts of his unit."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"recipient": "unit:water"}]}
    )

    recipient: str | None = Field(default=None, pattern=r"^(unit|post):\S{1,100}$")


class Acknowledged(_Answer):
    """One recipient's acknowledgement; sent again, the first one stands."""

    notice_id: UUID
    recipient: str
    acknowledged_at: datetime
    acknowledged_by: str

    @classmethod
    def of(cls, done: Acknowledgement) -> "Acknowledged":
        return cls(
            notice_id=done.notice_id,
            recipient=done.recipient,
            acknowledged_at=done.at,
            acknowledged_by=done.by,
        )


class DerivationLine(_Answer):
    """One line of how a limit came about."""

    code: str
    params: dict[str, str]
    zh: str
    en: str

    @classmethod
    def of(cls, line: Line) -> "DerivationLine":
        return cls(code=line.code, params=dict(line.params), zh=say(line, "zh"), en=say(line, "en"))


class RungShown(_Answer):
    """A rung of the ladder. `at` None: its year's calendar isn't loaded."""

    number: int
    colour: str
    measure: str
    at: datetime | None
    recorded: bool


class LimitShown(_Answer):
    """One limit with its derivation and the rungs of its ladder.

    While it is suspended it has no `due_at`, unless it was past before.
    """

    limit: LimitKind
    about: str = Field(description="which of several: the unit that returned the case, or assists")
    state: State
    due_at: datetime | None
    met_at: datetime | None
    generation: int
    dispatched_at: datetime
    suspended_at: datetime | None
    awaits_year: int | None
    ladder: str
    rungs: list[RungShown]
    derivation: list[DerivationLine]

    @classmethod
    def of(cls, watched: Watched, policy: Policy) -> "LimitShown":
        return cls(
            limit=watched.kind,
            about=watched.about,
            state=watched.state,
            due_at=watched.due_at,
            met_at=watched.met_at,
            generation=watched.generation,
            dispatched_at=watched.dispatched_at,
            suspended_at=watched.suspended_at,
            awaits_year=watched.awaits_year,
            ladder=watched.ladder,
            rungs=_rungs(watched, policy),
            derivation=[DerivationLine.of(line) for line in explained(watched.limit(), policy.calendar)],
        )


def _rungs(watched: Watched, policy: Policy) -> list[RungShown]:
    if watched.due_at is None:
        return []
    state = ladder_state(watched, policy.ladders[watched.ladder], policy.calendar)
    return [
        RungShown(
            number=rung.number,
            colour=rung.colour,
            measure=rung.measure,
            at=at,
            recorded=rung.number < watched.next_rung,
        )
        for rung, at in state.rungs
    ]


class ConsequenceShown(_Answer):
    """What the notices that count on one limit have brought upon the unit, by the ladder."""

    limit: LimitKind
    colour: str
    times: int
    measure: str
    points: int


class CaseLimitsShown(_Answer):
    """All limits of a case, who answers for it, every rung recorded, and their consequences."""

    case_id: UUID
    demand_id: UUID
    unit: str
    post: str
    leader: str | None = Field(description="who holds the post today, as far as the directory says")
    dispatch: int
    version: int
    limits: list[LimitShown]
    notices: list[NoticeShown]
    consequences: list[ConsequenceShown]

    @classmethod
    def of(
        cls,
        limits: CaseLimits,
        further: Sequence[Watched],
        notices: Sequence[Notice],
        leader: str | None,
        policy: Policy,
    ) -> "CaseLimitsShown":
        now = limits.sign_for
        return cls(
            case_id=now.case_id,
            demand_id=now.demand_id,
            unit=now.unit,
            post=now.post,
            leader=leader,
            dispatch=now.dispatch,
            version=now.set_version,
            limits=[LimitShown.of(one, policy) for one in (*limits, *further)],
            notices=[NoticeShown.of(one) for one in notices],
            consequences=[
                _consequence(one.kind, found)
                for one in (*limits, *further)
                for found in _consequences(one, notices, policy)
            ],
        )


def _consequences(watched: Watched, notices: Iterable[Notice], policy: Policy) -> list[Consequence]:
    ladder = policy.ladders[watched.ladder]
    steps = {rung.number: rung for rung in ladder.rungs(watched.kind)}
    counted = [
        steps[one.rung]
        for one in notices
        if one.counts
        and one.kind == watched.kind
        and one.generation == watched.generation
        and (watched.kind != "assist" or one.unit == watched.about)
        and one.rung in steps
    ]
    return consequences(ladder, counted)


def _consequence(limit: LimitKind, found: Consequence) -> ConsequenceShown:
    return ConsequenceShown(
        limit=limit,
        colour=found.colour,
        times=found.times,
        measure=found.measure,
        points=found.points,
    )


class CalendarDay(_Answer):
    """A day that differs from the ordinary week, or has a name."""

    date: date
    kind: Literal["holiday", "makeup"]
    name: str | None


class CalendarShown(_Answer):
    """One year's holidays on weekdays and make-up days on weekends; `version` moves only with the dates."""

    year: int
    version: str
    source: str
    days: list[CalendarDay]

    @classmethod
    def of(cls, year: YearCalendar) -> "CalendarShown":
        names = dict(year.names)
        kinds: dict[date, Literal["holiday", "makeup"]] = dict.fromkeys(year.holidays, "holiday")
        kinds |= dict.fromkeys(year.make_up_days, "makeup")
        days = [CalendarDay(date=day, kind=kinds[day], name=names.get(day)) for day in sorted(kinds)]
        return cls(year=year.year, version=year.version, source=year.source, days=days)
