"""Delivery put together for a service: the only file of it that knows every concrete class."""

import base64
from dataclasses import dataclass

from fastapi import APIRouter

from services.kit.delivery import address
from services.kit.delivery.api import delivery_routes
from services.kit.delivery.deliver import Mails, Marking, Waiting, Webhooks
from services.kit.delivery.store import PostgresMessages
from services.kit.http import Check
from services.kit.postgres import Database
from services.kit.schedule import Step
from services.kit.settings import DeliverySettings


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a service adds to its runtime, and the routes that it includes."""

    steps: dict[str, Step]
    warnings: dict[str, Check]
    routes: APIRouter


def build_delivery(database: Database, settings: DeliverySettings) -> Delivery:
    """Steps that send, what health says of e-mails that wait, and the API."""
    messages, keys = PostgresMessages(database.pool), _keys(settings)
    marking = Marking(database.service, messages)
    mails = _mails(messages, marking, settings)
    waiting = Waiting(database.service, messages, mails)
    steps: dict[str, Step] = {
        "call webhooks": Webhooks(messages, marking, keys).send,
        "measure delivery": waiting.measure,
    }
    if mails is not None:
        steps["send mails"] = mails.send
    local_http = settings.environment != "production"
    routes = delivery_routes(database, keys[0], local_http=local_http)
    return Delivery(steps, {"mail": waiting.mail_warning}, routes)


def _keys(settings: DeliverySettings) -> tuple[bytes, ...]:
    """The one in force, then the former one if there is any."""
    named = (settings.delivery_key, settings.delivery_former_key)
    return tuple(base64.b64decode(one.get_secret_value()) for one in named if one is not None)


def _mails(messages: PostgresMessages, marking: Marking, settings: DeliverySettings) -> Mails | None:
    if settings.smtp_url is None:
        return None
    server = address.mail_server(settings.smtp_url.get_secret_value())
    public = str(settings.public_url) if settings.public_url else None
    return Mails(messages, marking, server, address.sender(settings.mail_sender or ""), public)
