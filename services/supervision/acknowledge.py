"""Acknowledge notices: each recipient once, for itself alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

from services.contracts.supervision import NoticeAcknowledged
from services.contracts.vocabulary import SubjectKind

BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
LOWEST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice in a recipient's inbox: `unit:`, `post:` or `committee:`, and a code; it waits there."""

    notice_id: UUID
    subject: SubjectKind
    subject_id: UUID
    recipient: str
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who acknowledged a notice for which recipient, and when."""

    notice_id: UUID
    recipient: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Page:
    """A place in the order of an inbox (sent at, notice), and how many entries to take from there."""

    after: datetime = BEGINNING
    after_id: UUID = LOWEST
    limit: int = 50


class Inbox(Protocol):
    """The recipients' inboxes, within one transaction."""

    async def deliveries(self, notice_id: UUID) -> Sequence[Delivery]:
        """To whom a notice went, held; nothing for a notice there isn't."""
        ...

    async def mark(self, notice_id: UUID, recipients: Sequence[str], at: datetime, by: str) -> None:
        """Acknowledge for these recipients, where it isn't yet."""
        ...


class NoSuchNotice(LookupError):
    """No notice of that id lies, or lay, in any inbox."""

    def __init__(self, notice_id: UUID) -> None:
        super().__init__(f"no notice {notice_id} was sent to anybody")


class NotARecipient(PermissionError):
    """The notice went to others, for whom the caller may not speak."""

    def __init__(self, notice_id: UUID, recipients: Sequence[str]) -> None:
        super().__init__(f"notice {notice_id} went to {', '.join(recipients)}")
        self.recipients = tuple(recipients)


Publish = Callable[[NoticeAcknowledged], None]


async def acknowledge(
    inbox: Inbox, publish: Publish, notice_id: UUID, speaks_for: Callable[[str], bool], now: datetime, by: str
) -> list[Acknowledgement]:
    """Acknowledge for every recipient the caller speaks for; who has acknowledged for these, and when.

    Done again it changes nothing. Raises `NoSuchNotice` and `NotARecipient`.
    """
    deliveries = await inbox.deliveries(notice_id)
    if not deliveries:
        raise NoSuchNotice(notice_id)
    own = [one for one in deliveries if speaks_for(one.recipient)]
    if not own:
        raise NotARecipient(notice_id, [one.recipient for one in deliveries])
    waiting = [one.recipient for one in own if one.acknowledged_at is None]
    if waiting:
        await inbox.mark(notice_id, waiting, now, by)
    for recipient in waiting:
        publish(_acknowledged(own[0], recipient))
    return [
        Acknowledgement(notice_id, one.recipient, one.acknowledged_at or now, one.acknowledged_by or by)
        for one in own
    ]


def _acknowledged(delivery: Delivery, recipient: str) -> NoticeAcknowledged:
    return NoticeAcknowledged(
        notice_id=delivery.notice_id,
        subject_kind=delivery.subject,
        subject_id=delivery.subject_id,
        case_id=delivery.subject_id if delivery.subject == "case" else None,
        recipient=recipient,
    )
