"""Topic `supervision`: limits and notices, keyed by the case they concern."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.vocabulary import LimitKind


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
