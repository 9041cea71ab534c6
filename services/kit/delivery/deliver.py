"""Send what is due: claim a group, try each, mark each. A crash on the way repeats it under its own id."""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from random import Random
from typing import Any, Final, Protocol
from uuid import UUID

import httpx
import structlog
from aiosmtplib import SMTP, SMTPException

from services.contracts.vocabulary import Service
from services.kit import metrics
from services.kit.delivery.address import MailServer
from services.kit.delivery.message import Channel, Claimed
from services.kit.delivery.retry import Failed, Outcome, Verdict, judge
from services.kit.delivery.said import one_line
from services.kit.delivery.send_mail import connect, send_mail
from services.kit.delivery.webhook import open_client, post

MAILS: Final = 50
"""E-mails sent on one connection."""
CALLS: Final = 16
"""Webhooks called at once."""
LEASE: Final = timedelta(minutes=1)
"""Longer than a try takes at worst; past it whoever claimed the message counts as dead."""
AWAY_SECONDS: Final = (5.0, 15.0, 60.0)
"""How long to leave the mail server alone after it could not be reached once, twice, more often."""
MEASURED_EVERY: Final = 15.0

log = structlog.get_logger(__name__)


class Messages(Protocol):
    """What sending needs of the store."""

    async def any_due(self, channel: Channel) -> bool: ...

    async def claim(
        self, channel: Channel, most: int, lease: timedelta, mail_domain: str | None
    ) -> list[Claimed]: ...

    async def failing_since(self, message: UUID) -> tuple[datetime | None, datetime]: ...

    async def mark(self, message: Claimed, verdict: Verdict) -> None: ...

    async def postpone(self, recipient: str, channel: Channel, until: datetime) -> None: ...

    async def count(self) -> dict[Channel, tuple[int, int, float]]: ...


@dataclass(slots=True)
class Marking:
    """Writes down what became of a try."""

    service: Service
    messages: Messages
    random: Random = field(default_factory=Random)

    async def mark(self, channel: Channel, message: Claimed, outcome: Outcome) -> Verdict:
        since, now = await self.messages.failing_since(message.message_id)
        verdict = judge(outcome, message.attempts, since, now, self.random.random())
        await self.messages.mark(message, verdict)
        metrics.DELIVERY_TRIES.labels(self.service, channel, verdict.outcome).inc()
        if verdict.outcome != "sent":
            log.warning(
                "message not taken", message=str(message.message_id), channel=channel, outcome=verdict.outcome
            )
        return verdict


@dataclass(slots=True)
class Mails:
    """The step that sends e-mails.

    While the server can't be reached no message is claimed, so none counts as tried.
    """

    messages: Messages
    marking: Marking
    server: MailServer
    sender: Address
    public_url: str | None
    lease: timedelta = LEASE
    away: str | None = None
    _failures: int = 0
    _quiet_until: float = float("-inf")

    async def send(self) -> int:
        """Send some of what is due; how many were tried."""
        if time.monotonic() < self._quiet_until or not await self.messages.any_due("email"):
            return 0
        smtp = await self._connected()
        if smtp is None:
            return 0
        try:
            return await self._send(smtp)
        finally:
            with suppress(SMTPException, OSError):
                await smtp.quit()
            smtp.close()

    async def _connected(self) -> SMTP | None:
        try:
            smtp = await connect(self.server, self.sender)
        except (SMTPException, OSError, ValueError) as away:
            pause = AWAY_SECONDS[min(self._failures, len(AWAY_SECONDS) - 1)]
            self._failures, self._quiet_until = self._failures + 1, time.monotonic() + pause
            self.away = one_line(f"{type(away).__name__}: {away}", most=200)
            log.warning("mail server away", reason=self.away, again_in=pause)
            return None
        self._failures, self.away = 0, None
        return smtp

    async def _send(self, smtp: SMTP) -> int:
        for tried in range(MAILS):
            claimed = await self.messages.claim("email", 1, self.lease, self.sender.domain)
            for message in claimed:
                outcome = await outcome_of(send_mail(smtp, self.sender, self.public_url, message))
                await self.marking.mark("email", message, outcome)
            if not claimed:
                return tried
            if not smtp.is_connected:
                return tried + 1
        return MAILS


@dataclass(slots=True)
class Webhooks:
    """The step that calls webhooks, several at once.

    What a receiver doesn't take holds its other messages back, so that a dead one costs the others little.
    Signed under each of `keys`: under the former one, too, while receivers change their secrets.
    """

    messages: Messages
    marking: Marking
    keys: tuple[bytes, ...]
    lease: timedelta = LEASE

    async def send(self) -> int:
        """Call for a group of what is due; how many were tried."""
        if not await self.messages.any_due("webhook"):
            return 0
        claimed = await self.messages.claim("webhook", CALLS, self.lease, None)
        async with open_client() as client:
            tries = [self._try(client, message) for message in claimed]
            done = await asyncio.gather(*tries, return_exceptions=True)
        for failed in done:
            if isinstance(failed, BaseException):
                raise failed
        return len(claimed)

    async def _try(self, client: httpx.AsyncClient, message: Claimed) -> None:
        outcome = await outcome_of(post(client, self.keys, message))
        verdict = await self.marking.mark("webhook", message, outcome)
        if isinstance(outcome, Failed) and verdict.due_at is not None:
            await self.messages.postpone(message.recipient, "webhook", verdict.due_at)


@dataclass(slots=True)
class Waiting:
    """Keeps the gauges fresh, and says what health has to say of messages that wait."""

    service: Service
    messages: Messages
    mails: Mails | None
    counts: dict[Channel, tuple[int, int, float]] = field(default_factory=dict)
    _measured: float = float("-inf")

    async def measure(self) -> int:
        """A step that never has more to do."""
        if time.monotonic() - self._measured >= MEASURED_EVERY:
            self._measured = time.monotonic()
            self.counts = await self.messages.count()
            show(self.service, self.counts)
        return 0

    async def mail_warning(self) -> str | None:
        """Why e-mails wait, if any does and nothing can be sent; as last measured."""
        waiting = self.counts.get("email", (0, 0, 0.0))[0]
        if not waiting:
            return None
        if self.mails is None:
            return f"{waiting} e-mails wait: no YINUO_SMTP_URL is set"
        return f"{waiting} e-mails wait: {self.mails.away}" if self.mails.away else None


async def outcome_of(sending: Coroutine[Any, Any, Outcome]) -> Outcome:
    """What a try came to. A message that can't even be tried failed: the others and the process go on."""
    try:
        return await sending
    except Exception as unforeseen:
        log.exception("message can't be tried")
        return Failed(one_line(f"{type(unforeseen).__name__}: {unforeseen}"))


def show(service: Service, counts: dict[Channel, tuple[int, int, float]]) -> None:
    """Set the gauges."""
    channels: tuple[Channel, ...] = ("email", "webhook")
    for channel in channels:
        waiting, given_up, age = counts.get(channel, (0, 0, 0.0))
        metrics.DELIVERIES_WAITING.labels(service, channel).set(waiting)
        metrics.DELIVERIES_GIVEN_UP.labels(service, channel).set(given_up)
        metrics.DELIVERY_AGE.labels(service, channel).set(age)
