"""What goes out, and under which id. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import orjson

from services.contracts.named_ids import Namespace

Channel = Literal["email", "webhook"]
CHANNELS: Final[tuple[Channel, ...]] = ("email", "webhook")
State = Literal["waiting", "sent", "given_up"]

_CONTENTS: Final = Namespace.of("5c3a2f0d-64a5-4a49-9c0e-0f2b5a1f7c11")
_MESSAGES: Final = Namespace.of("b0a9b1b5-6d5f-4f0e-8f0b-8f3a1d2c6e42")


class Attachment(NamedTuple):
    """A file that an e-mail carries; a webhook doesn't."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to say to some recipients.

    `about` names it for good: said again under the same name, it isn't queued twice. `body` is plain text
    for the e-mail; `data` is what a webhook tells, under `type`, at the business instant `at`. `page` is the
    path of the console's page about it, shown in e-mails under the console's public address.
    """

    about: str
    recipients: tuple[str, ...]
    type: str
    at: datetime
    subject: str
    body: str
    data: Mapping[str, Any]
    html: str | None = None
    page: str | None = None
    attachments: tuple[Attachment, ...] = ()

    def content_id(self) -> UUID:
        return _CONTENTS(self.about)

    def payload(self) -> str:
        """The webhook's body, as Standard Webhooks shape it; kept, since its bytes are what is signed."""
        whole = {"type": self.type, "timestamp": self.at, "data": {**self.data, "page": self.page}}
        return orjson.dumps(
            whole, default=str
        ).decode()  # ids that PostgreSQL gave are of a class of their own


def message_id(about: str, recipient: str, channel: Channel) -> UUID:
    """The same thing for the same recipient on the same channel has the same id."""
    return _MESSAGES(f"{channel}/{recipient}/{about}")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process is to send now. `address` is None where the recipient has none any more."""

    message_id: UUID
    recipient: str
    address: str | None
    subject: str
    body: str
    html: str | None
    page: str | None
    payload: str
    created_at: datetime
    attempts: int
    mail_domain: str | None
    attachments: tuple[Attachment, ...] = ()

    @property
    def mail_id(self) -> str:
        """The Message-ID header (RFC 5322, section 3.6.4)."""
        return f"<{self.message_id}@{self.mail_domain}>"
