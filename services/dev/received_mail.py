"""Is a mail missing at the receiving server, or there in another guise? For tests and after a bad night."""

import email
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.kit.connection import Connection, Pool


@dataclass(frozen=True, slots=True)
class Queued:
    """An e-mail as the queue has it."""

    mail_id: str
    recipient: str
    state: str


async def faults_of_mail(connection: Connection | Pool, received: Sequence[bytes]) -> list[str]:
    """What is wrong between one service's queue and all that its mail server took; empty: nothing.

    No mail is missing, none is there that wasn't queued, none came twice but as the same bytes.
    """
    rows = await connection.fetch(
        "SELECT message_id, mail_domain, recipient, state FROM delivery_messages WHERE channel = 'email'"
    )
    queued = [
        Queued(f"<{row['message_id']}@{row['mail_domain']}>", row["recipient"], row["state"]) for row in rows
    ]
    return [*faults(queued, received)]


def faults(queued: Sequence[Queued], received: Sequence[bytes]) -> Iterator[str]:
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


def by_id(received: Sequence[bytes]) -> Mapping[str, list[bytes]]:
    """The mails that came, by Message-ID."""
    found: dict[str, list[bytes]] = {}
    for raw in received:
        found.setdefault(str(email.message_from_bytes(raw)["Message-ID"]), []).append(raw)
    return found
