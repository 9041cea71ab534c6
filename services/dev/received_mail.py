"""Is a mail missing at the receiving server, or there in another guise? For tests and after a bad night."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import NamedTuple

from services.kit.connection import Connection, Pool


class Mail(NamedTuple):
    """A mail that a server took: its Message-ID, and the SHA-256 of all its bytes."""

    mail_id: str
    sha256: str


def mail_of(raw: bytes) -> Mail:
    """What is to be remembered of a mail."""
    return Mail(str(BytesHeaderParser().parsebytes(raw)["Message-ID"]), hashlib.sha256(raw).hexdigest())


@dataclass(frozen=True, slots=True)
class Queued:
    """An e-mail as the queue has it."""

    mail_id: str
    recipient: str
    state: str


async def queued_mail(connection: Connection | Pool) -> list[Queued]:
    """One service's queue."""
    rows = await connection.fetch(
        "SELECT message_id, mail_domain, recipient, state FROM delivery_messages WHERE channel = 'email'"
    )
    return [
        Queued(f"<{row['message_id']}@{row['mail_domain']}>", row["recipient"], row["state"]) for row in rows
    ]


async def faults_of_mail(connection: Connection | Pool, received: Sequence[Mail]) -> list[str]:
    """What is wrong between one service's queue and all that its mail server took; empty: nothing.

    No mail is missing, none is there that wasn't queued, none came twice but as the same bytes.
    """
    return [*faults(await queued_mail(connection), received)]


def faults(queued: Sequence[Queued], received: Sequence[Mail]) -> Iterator[str]:
    """As `faults_of_mail`, of what was read already."""
    mails = by_id(received)
    known = {one.mail_id for one in queued}
    for one in queued:
        if one.mail_id not in mails:
            yield f"{one.mail_id} to {one.recipient} is missing; in the queue it is {one.state}"
        elif one.state != "sent":
            yield f"{one.mail_id} to {one.recipient} was taken; in the queue it is {one.state}"
    for mail_id, copies in mails.items():
        if mail_id not in known:
            yield f"{mail_id} was taken and never queued"
        elif len(set(copies)) > 1:
            yield f"{mail_id} came {len(copies)} times, and not as the same mail"


def by_id(received: Sequence[Mail]) -> Mapping[str, list[str]]:
    """The SHA-256 of each copy that came, by Message-ID."""
    found: dict[str, list[str]] = {}
    for mail in received:
        found.setdefault(mail.mail_id, []).append(mail.sha256)
    return found
