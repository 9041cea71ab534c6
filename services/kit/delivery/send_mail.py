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
from services.kit.delivery.said import one_line
from services.kit.delivery.trust import trusted

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
        tls_context=trusted(),
    )
    await smtp.connect()
    return smtp


async def send_mail(smtp: SMTP, sender: Address, public_url: str | None, message: Claimed) -> Outcome:
    """Hand one message in. Where the connection breaks on the way it is closed."""
    address = message.address
    if address is None:
        return Ended("the recipient has no e-mail address any more")
    try:
        async with asyncio.timeout(MESSAGE_SECONDS):
            mail = to_mime(message, sender, public_url)
            _, said = await smtp.sendmail(sender.addr_spec, [address], mail)
    except LOST as lost:
        smtp.close()
        return Failed(one_line(f"{type(lost).__name__}: {lost}", address))
    except SMTPRecipientsRefused as refused:
        return _refused(address, refused.recipients[0])
    except SMTPResponseException as refused:
        return _refused(address, refused)
    except SMTPException as failed:
        return Failed(one_line(f"{type(failed).__name__}: {failed}", address))
    return Sent(one_line(said, address))


def _refused(address: str, refused: SMTPResponseException) -> Failed:
    """RFC 5321, section 4.2.1: 5yz is for good. It is tried all the same: the setup may be at fault."""
    return Failed(one_line(f"{refused.code} {refused.message}", address), refused=refused.code >= 500)
