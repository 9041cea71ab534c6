"""Meetings of the leading group (压实责任) in topic `supervision`, keyed by the meeting."""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.contracts.envelope import Event
from services.contracts.public_text import PublicText

ItemKind = Literal["overdue", "bad_rating", "listing", "consequence", "follow_up"]
"""逾期 差评 挂牌督办 拟追责 上次交办."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AgendaItem(_Part):
    """What a unit is asked about: `count` things of a kind, the oldest of them from `since` on.

    `what`: of overdue ones the kind of limit, of a proposal its measure, of a listing its state, else empty.
    `due`: of a follow-up. `source`: the listing's or the follow-up's id, and `title` what it is called.
    """

    number: int
    kind: ItemKind
    unit: str
    what: str
    count: int
    since: datetime
    due: date | None = None
    source: UUID | None = None
    title: PublicText | None = None


class Said(_Part):
    """What the holder of a post reported or commented on, of an item of the agenda or of all."""

    post: str
    text: PublicText
    item: int | None = None


class MeetingHeld(Event):
    """A meeting was held and its minutes closed. The agenda stood as it was drawn at `drawn_at`."""

    type: ClassVar[str] = "yinuo.meeting.held.v1"

    meeting_id: UUID
    name: PublicText
    day: date
    drawn_at: datetime
    agenda: tuple[AgendaItem, ...]
    reports: tuple[Said, ...]
    comments: tuple[Said, ...]
    minutes: PublicText

    def subject(self) -> str:
        return str(self.meeting_id)

    def identity(self) -> str:
        return str(self.meeting_id)


class FollowUp(Event):
    """What both events of a follow-up (交办事项) carry."""

    follow_up_id: UUID
    meeting_id: UUID
    unit: str

    def subject(self) -> str:
        return str(self.meeting_id)

    def identity(self) -> str:
        return str(self.follow_up_id)


class FollowUpSet(FollowUp):
    """The meeting set a unit something to do by the end of a local day."""

    type: ClassVar[str] = "yinuo.follow-up.set.v1"

    task: PublicText
    due: date


class FollowUpDone(FollowUp):
    """The unit says what it did."""

    type: ClassVar[str] = "yinuo.follow-up.done.v1"

    text: PublicText
