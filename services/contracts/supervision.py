"""Topic `supervision`: limits and notices, keyed by what they concern (case, letter, project, listing)."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import (
    FurtherKind,
    LimitKind,
    Measure,
    SubjectKind,
    SubjectLimitKind,
    Trigger,
)


class LimitsSet(Event):
    """The two limits of a case's dispatch. None = awaiting a calendar that isn't loaded, or suspended.

    `version` counts the limits events of one case from 1; the highest wins.
    """

    type: ClassVar[str] = "yinuo.limits.set.v1"

    case_id: UUID
    demand_id: UUID
    dispatch: int
    version: int
    sign_for_due: datetime | None
    complete_due: datetime | None

    def subject(self) -> str:
        return str(self.case_id)

    def identity(self) -> str:
        return f"{self.case_id}/{self.version}"


class FurtherLimit(Event):
    """What each event of a further limit (争议裁定, 延期审批, 整改, 协办) carries.

    `about` tells limits of one kind apart: the unit that returned the case or assists with
    it, or empty. `opened_by` is the
    version of the case's event that opened it, `generation` counts its openings from 1.
    """

    case_id: UUID
    demand_id: UUID
    limit: FurtherKind
    about: str
    generation: int
    opened_by: int
    dispatch: int
    unit: str

    def subject(self) -> str:
        return str(self.case_id)


class FurtherLimitSet(FurtherLimit):
    """A further limit of a case was opened, or its due instant found. None = awaiting a calendar.

    `version` counts the events of one limit (case, kind, about) from 1; the highest wins.
    """

    type: ClassVar[str] = "yinuo.further-limit.set.v1"

    version: int
    due: datetime | None

    def identity(self) -> str:
        return f"{self.case_id}/{self.limit}/{self.about}/set/{self.version}"


class LimitPassed(FurtherLimit):
    """A limit passed at which a rule acts: a dispute undecided, an extension neither granted nor refused."""

    type: ClassVar[str] = "yinuo.limit.passed.v1"

    due: datetime

    def identity(self) -> str:
        return f"{self.case_id}/{self.limit}/{self.about}/passed/{self.generation}"


class OfSubject(Event):
    """What concerns a subject of any kind carries. A `case_id` beside is None but of a case."""

    subject_kind: SubjectKind
    subject_id: UUID

    def subject(self) -> str:
        return str(self.subject_id)


class SubjectLimitSet(OfSubject):
    """A limit of a letter, a project or a listing, or of an answer to a notice, was opened or set anew.

    `about` tells limits of one kind apart (the notice that wants an answer), or is empty. `generation` counts
    its openings from 1; `version` its events, the highest wins. None = awaiting a calendar.
    """

    type: ClassVar[str] = "yinuo.subject-limit.set.v1"

    limit: SubjectLimitKind | Literal["notice_reply"]
    about: str
    generation: int
    version: int
    unit: str
    post: str
    due: datetime | None

    def identity(self) -> str:
        return f"{self.subject_id}/{self.limit}/{self.about}/set/{self.version}"


class NoticeSent(OfSubject):
    """One rung of the ladder was recorded (督办单): sent, or collapsed into a newer rung of the same limit.

    `trigger` says what brought it; of an event `limit` and `due_at` are None and `generation` is its version.
    `reply_by`: when a written answer is due, if it wants one. `points` go to the unit and
    to the post; who held it is read by the day. `late`: it fired late by the business clock.
    """

    type: ClassVar[str] = "yinuo.notice.sent.v1"

    notice_id: UUID
    case_id: UUID | None
    demand_id: UUID | None
    limit: LimitKind | None
    trigger: Trigger
    generation: int
    rung: int
    colour: str
    outcome: Literal["sent", "collapsed"]
    unit: str
    post: str
    recipients: tuple[str, ...]
    due_at: datetime | None
    reply_by: datetime | None
    points: int
    overdue: bool
    late: bool

    def identity(self) -> str:
        return str(self.notice_id)


class NoticeAcknowledged(OfSubject):
    """A recipient acknowledged a notice in the inbox."""

    type: ClassVar[str] = "yinuo.notice.acknowledged.v1"

    notice_id: UUID
    case_id: UUID | None
    recipient: str

    def identity(self) -> str:
        return f"{self.notice_id}/{self.recipient}"


class NoticeAnswered(OfSubject):
    """A notice that wanted a written answer has it (答复)."""

    type: ClassVar[str] = "yinuo.notice.answered.v1"

    notice_id: UUID
    unit: str
    text: PublicText

    def identity(self) -> str:
        return str(self.notice_id)


class ConsequenceDrawn(OfSubject):
    """What the notices on one task bring upon a unit: a letter (专函督办), an interview (约谈), points.

    It is proposed to the supervision office, since letters are signed by people. `notice_id` brought it.
    """

    type: ClassVar[str] = "yinuo.consequence.drawn.v1"

    consequence_id: UUID
    notice_id: UUID
    unit: str
    post: str
    measure: Measure
    points: int

    def identity(self) -> str:
        return str(self.consequence_id)


class ConsequenceSettled(OfSubject):
    """The supervision office followed the proposal, or waived it for a reason: then it costs no points."""

    type: ClassVar[str] = "yinuo.consequence.settled.v1"

    consequence_id: UUID
    how: Literal["followed", "waived"]
    note: PublicText

    def identity(self) -> str:
        return str(self.consequence_id)
