"""A message as an e-mail (RFC 5322, MIME): its bytes are the same however often they are made. Pure."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from services.kit.delivery.message import Claimed

_POLICY: Final = SMTP.clone(cte_type="7bit")
"""CRLF and nothing but ASCII on the wire: every server takes it."""


def to_mime(message: Claimed, sender: Address, public_url: str | None) -> bytes:
    """UTF-8 in base64, plain text first; the Date is when the message was queued. It must have an address."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = message.address
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = message.created_at
    mail["Message-ID"] = message.mail_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers, please
    mail.set_content(with_link(message, public_url), cte="base64")
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html", cte="base64")
    for one in message.attachments:
        main, _, sub = one.media_type.partition("/")
        mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{message.message_id.hex}_{number}")
    return mail.as_bytes()


def with_link(message: Claimed, public_url: str | None) -> str:
    """The text, with the address of its page at the end where one is known."""
    if public_url is None or message.page is None:
        return message.body
    return f"{message.body.rstrip()}\n\n{public_url.rstrip('/')}{message.page}\n"
