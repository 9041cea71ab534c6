"""What the API is told and answers about notices and their consequences."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.contracts.vocabulary import LimitKind, SubjectKind, Trigger
from services.kit.page import Cursor, no_cursor
from services.supervision.acknowledge import BEGINNING, Acknowledgement, Page
from services.supervision.answer import Answer
from services.supervision.api_letter_models import NO_NUL, Frozen
from services.supervision.consequences import Proposal
from services.supervision.notices import Notice
from services.supervision.subjects import SubjectName

_NOTICE: dict[str, Any] = {
    "notice_id": "0b0c1f3e-6f0a-5d52-9d0c-0f6f2f8f4a11",
    "subject_kind": "case",
    "subject_id": "5f7c9a1e-8f64-5f0d-a6ce-1c1a4a3f9b10",
    "reference": None,
    "title": None,
    "case_id": "5f7c9a1e-8f64-5f0d-a6ce-1c1a4a3f9b10",
    "limit": "complete",
    "trigger": "limit",
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
    "reply_by": None,
    "points": 0,
    "rung_at": "2021-03-03T16:00:00Z",
    "sent_at": "2021-03-03T16:00:00Z",
}


_ForWhom = Annotated[str | None, Field(pattern=r"^(unit|post|committee):\S{1,100}$")]


class NoticeShown(Frozen):
    """督办单. `outcome`: sent, or collapsed into rung `collapsed_into`. `late`: after a downtime.

    `reference` and `title` say what it concerns where that isn't a case: a letter's number, a project's. One
    that an event brought has no `limit` and no `due_at`. `reply_by`: when a written answer is due.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_NOTICE]})

    notice_id: UUID
    subject_kind: SubjectKind
    subject_id: UUID
    reference: str | None
    title: str | None
    case_id: UUID | None
    limit: LimitKind | None
    trigger: Trigger
    rung: int
    colour: str
    measure: str
    outcome: str
    collapsed_into: int | None
    overdue: bool
    late: bool
    unit: str
    post: str
    due_at: datetime | None
    reply_by: datetime | None
    points: int
    rung_at: datetime
    sent_at: datetime

    @classmethod
    def of(cls, notice: Notice, called: SubjectName | None = None) -> "NoticeShown":
        return cls(
            notice_id=notice.notice_id,
            subject_kind=notice.subject,
            subject_id=notice.subject_id,
            reference=called and called.reference,
            title=called and called.title,
            case_id=notice.case_id,
            limit=notice.kind,
            trigger=notice.trigger,
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
            reply_by=notice.reply_by,
            points=notice.points,
            rung_at=notice.at,
            sent_at=notice.sent_at,
        )


class InboxPage(Frozen):
    """What one recipient hasn't acknowledged, oldest first. `next` goes into `after`; None at the end."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"recipient": "unit:water", "notices": [_NOTICE], "next": None}]},
    )

    recipient: str
    notices: list[NoticeShown]
    next: str | None

    @classmethod
    def of(
        cls, recipient: str, notices: Sequence[Notice], called: Mapping[UUID, SubjectName], page: Page
    ) -> "InboxPage":
        shown = [NoticeShown.of(notice, called.get(notice.subject_id)) for notice in notices]
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


class AcknowledgementAsked(Frozen):
    """For whom. Left out: the caller's own unit, or for a leader the posts of his unit and its committee."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"recipient": "unit:water"}]})

    recipient: _ForWhom = None


class Acknowledged(Frozen):
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


class ConsequenceShown(Frozen):
    """What the notices on one task have brought upon a unit, by the ladder. `settled_as` None: it waits."""

    consequence_id: UUID
    subject_kind: SubjectKind
    subject_id: UUID
    reference: str | None
    title: str | None
    unit: str
    post: str
    colour: str
    times: int
    measure: str
    points: int
    notice_id: UUID
    at: datetime
    settled_as: str | None
    note: str | None
    letter_id: UUID | None = Field(description="the letter that followed a proposed special letter")

    @classmethod
    def of(cls, one: Proposal, called: SubjectName | None) -> "ConsequenceShown":
        return cls(
            consequence_id=one.consequence_id,
            subject_kind=one.subject,
            subject_id=one.subject_id,
            reference=called and called.reference,
            title=called and called.title,
            unit=one.unit,
            post=one.post,
            colour=one.colour,
            times=one.times,
            measure=one.measure,
            points=one.points,
            notice_id=one.notice_id,
            at=one.at,
            settled_as=one.settled_as,
            note=one.note,
            letter_id=one.letter_id,
        )


class AnswerAsked(Frozen):
    """A written answer, and for whom it is given, as for an acknowledgement."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "已派人抢修，当日恢复供水。"}]},
    )

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=NO_NUL)
    ]
    recipient: _ForWhom = None


class AnswerShown(Frozen):
    """An answer as it stands."""

    notice_id: UUID
    unit: str
    text: str
    answered_at: datetime
    answered_by: str

    @classmethod
    def of(cls, answer: Answer) -> "AnswerShown":
        return cls(**answer._asdict())
