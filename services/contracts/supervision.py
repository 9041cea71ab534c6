"""Topic `supervision`: limits and notices, keyed by the case they concern."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.vocabulary import FurtherKind, LimitKind


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


class NoticeSent(Event):
    """One rung of the ladder was recorded (督办单): sent, or collapsed into a newer rung of the same limit.

    `late` says that it fired late by the business clock, after a downtime.
    """

    type: ClassVar[str] = "yinuo.notice.sent.v1"

    notice_id: UUID
    case_id: UUID
    demand_id: UUID
    limit: LimitKind
    generation: int
    rung: int
    colour: str
    outcome: Literal["sent", "collapsed"]
    unit: str
    post: str
    recipients: tuple[str, ...]
    due_at: datetime
    overdue: bool
    late: bool

    def subject(self) -> str:
        return str(self.case_id)

    def identity(self) -> str:
        return str(self.notice_id)


class NoticeAcknowledged(Event):
    """A recipient acknowledged a notice in the inbox."""

    type: ClassVar[str] = "yinuo.notice.acknowledged.v1"

    notice_id: UUID
    case_id: UUID
    recipient: str

    def subject(self) -> str:
        return str(self.case_id)

    def identity(self) -> str:
        return f"{self.notice_id}/{self.recipient}"
