"""Answer a notice that wants it in writing: once, by a recipient; its limit then is met."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from services.contracts.public_text import PublicText
from services.contracts.supervision import NoticeAnswered
from services.supervision.acknowledge import Inbox, NoSuchNotice, NotARecipient
from services.supervision.notices import Notice
from services.supervision.subjects import SubjectLimits, end_limit


class Answer(NamedTuple):
    """A written answer, in the order of its table's columns."""

    notice_id: UUID
    unit: str
    text: str
    answered_at: datetime
    answered_by: str


class Answers(Inbox, SubjectLimits, Protocol):
    """Notices, inboxes, answers and their limits, within one transaction."""

    async def notice(self, notice_id: UUID) -> Notice | None: ...
    async def answered(self, notice_id: UUID) -> Answer | None: ...
    async def keep(self, answer: Answer) -> None: ...


class WantsNoAnswer(ValueError):
    """The notice demands none."""

    def __init__(self, notice_id: UUID) -> None:
        super().__init__(f"notice {notice_id} wants no written answer")


class AlreadyAnswered(ValueError):
    """Its answer stands: what was said to the supervision office isn't taken back."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"notice {answer.notice_id} was answered by {answer.unit} already")
        self.answer = answer


Publish = Callable[[NoticeAnswered], None]


async def answer_notice(
    store: Answers,
    publish: Publish,
    notice_id: UUID,
    text: PublicText,
    speaks_for: Callable[[str], bool],
    now: datetime,
    by: str,
) -> Answer:
    """Raises `NoSuchNotice`, `NotARecipient`, `WantsNoAnswer` and `AlreadyAnswered`."""
    deliveries = await store.deliveries(notice_id)
    notice = await store.notice(notice_id)
    if not deliveries or notice is None:
        raise NoSuchNotice(notice_id)
    if not any(speaks_for(one.recipient) for one in deliveries):
        raise NotARecipient(notice_id, [one.recipient for one in deliveries])
    if (earlier := await store.answered(notice_id)) is not None:
        raise AlreadyAnswered(earlier)
    met = await end_limit(store, notice.subject_id, "notice_reply", "met", now, about=str(notice_id))
    if met is None:
        raise WantsNoAnswer(notice_id)
    answer = Answer(notice_id, notice.unit, text, now, by)
    await store.keep(answer)
    publish(_told(notice, text))
    return answer


def _told(notice: Notice, text: PublicText) -> NoticeAnswered:
    return NoticeAnswered(
        subject_kind=notice.subject,
        subject_id=notice.subject_id,
        notice_id=notice.notice_id,
        unit=notice.unit,
        text=text,
    )
