"""E-mails through the authority's own mail server, one after the other on a connection."""

import asyncio
from email.headerregistry import Address
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from services.kit.delivery.address import MailServer
from services.kit.delivery.message import Claimed
from services.kit.delivery.mime import to_mime
from services.kit.delivery.retry import Ended, Failed, Outcome, Sent

COMMAND_SECONDS: Final = 10.0
MESSAGE_SECONDS: Final = 30.0
"""For one message from MAIL to the answer to its last byte."""

LOST: Final = (SMTPServerDisconnected, OSError, TimeoutError)
"""The connection is of no use any more."""


async def connect(server: MailServer, sender: Address) -> SMTP:
    """A connection that has greeted and logged in. Raises SMTPException, OSError."""
    smtp = SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=sender.domain,
        timeout=COMMAND_SECONDS,
        username=server.user,
        password=server.password,
        use_tls=server.tls == "implicit",
        start_tls=server.tls == "starttls",
    )
    await smtp.connect()
    return smtp


async def send_mail(smtp: SMTP, sender: Address, public_url: str | None, message: Claimed) -> Outcome:
    """Hand one message in. Where the connection breaks on the way it is closed."""
    if message.address is None:
        return Ended("the recipient has no e-mail address any more")
    try:
        async with asyncio.timeout(MESSAGE_SECONDS):
            mail = to_mime(message, sender, public_url)
            _, said = await smtp.sendmail(sender.addr_spec, [message.address], mail)
    except LOST as lost:
        smtp.close()
        return Failed(_without(message.address, f"{type(lost).__name__}: {lost}"))
    except SMTPRecipientsRefused as refused:
        return _refused(message.address, refused.recipients[0])
    except SMTPResponseException as refused:
        return _refused(message.address, refused)
    except SMTPException as failed:
        return Failed(_without(message.address, f"{type(failed).__name__}: {failed}"))
    return Sent(_without(message.address, said))


def _refused(address: str, refused: SMTPResponseException) -> Failed:
    """RFC 5321, section 4.2.1: 5yz is for good. It is tried all the same: the setup may be at fault."""
    return Failed(_without(address, f"{refused.code} {refused.message}"), refused=refused.code >= 500)


def _without(address: str, said: str) -> str:
    """What a server said, in one short line that doesn't quote the address."""
    return " ".join(said.replace(address, "<address>").split())[:500]
