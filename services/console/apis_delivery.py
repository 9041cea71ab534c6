"""What the console asks of those services that send messages to people: the log, and to try one again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.console.call import Api, Shown
from services.contracts.vocabulary import Service

PAGE: Final = 25
SENDERS: Final[tuple[Service, ...]] = ("supervision", "reporting")
"""Supervision sends notices and letters, reporting circulars; each has a log of its own."""


class Try(Shown):
    """`outcome`: sent, failed, given_up, asked_again. Instants are of real time."""

    at: datetime
    attempt: int
    outcome: str
    detail: str


class Message(Shown):
    """A message to a recipient (`unit:water`, `post:water.head`), with each try."""

    message_id: UUID
    recipient: str
    channel: str
    state: str
    subject: str
    created_at: datetime
    attempts: int
    next_try: datetime | None
    tries: list[Try]


class LogPage(Shown):
    """The newest first."""

    messages: list[Message]
    next: str | None


@dataclass(frozen=True, slots=True)
class Deliveries:
    """All methods raise Refused, Away; KeyError for a service that sends nothing."""

    apis: Mapping[Service, Api]

    async def page(self, token: str, sender: Service, **filters: str) -> LogPage:
        return await self.apis[sender].get(LogPage, "/delivery/log", token, limit=PAGE, **filters)

    async def retry(self, token: str, sender: Service, message_id: UUID) -> None:
        await self.apis[sender].ask("POST", f"/delivery/messages/{message_id}/retry", token)
