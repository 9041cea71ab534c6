"""Addresses and the delivery log over HTTP: translates only."""

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.kit.auth import Staff
from services.kit.delivery import store_addresses, store_log
from services.kit.delivery.address import RECIPIENT, BadAddress, email_address, webhook_address
from services.kit.delivery.message import Channel, State
from services.kit.delivery.store import PostgresMessages
from services.kit.delivery.store_addresses import Address
from services.kit.delivery.webhook import secret_of
from services.kit.http import Problem, staff_with
from services.kit.page import Cursor
from services.kit.postgres import Database

log = structlog.get_logger(__name__)

Administrator = Annotated[Staff, Depends(staff_with("administrator"))]
Overseer = Annotated[Staff, Depends(staff_with("supervision_office", "administrator"))]
Recipient = Annotated[str, Path(max_length=130, description="`unit:water`, `post:water.head`")]
MOST = 1000


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AddressGiven(_Model):
    """Where a recipient gets messages; one at least. A webhook gets Standard Webhooks, signed."""

    email: str | None = Field(default=None, examples=["water@example.org"])
    webhook: str | None = Field(default=None, examples=["https://oa.example.org/yinuo"])


class AddressOf(AddressGiven):
    """With whose it is."""

    recipient: str = Field(examples=["unit:water"])


class Addresses(_Model):
    """Several at once: all are taken, or none."""

    addresses: list[AddressOf] = Field(min_length=1, max_length=MOST)


class AddressPage(_Model):
    """Recipients by code. `next` goes into `after`; None at the end."""

    addresses: list[AddressOf]
    next: str | None


class AddressShown(AddressOf):
    """With the secret by which the recipient checks the webhook's signature; it is made anew each time."""

    webhook_secret: str | None


class Changed(_Model):
    """How many recipients have another address now."""

    changed: int


class Try(_Model):
    """One line of the log. `outcome`: sent, failed, given_up, or asked_again by an administrator."""

    at: datetime
    attempt: int
    outcome: str
    detail: str


class MessageShown(_Model):
    """A message to a recipient, with each try. `message_id` stands in its Message-ID or webhook-id."""

    message_id: UUID
    recipient: str
    channel: Channel
    state: State
    subject: str
    created_at: datetime
    attempts: int
    next_try: datetime | None
    tries: list[Try]


class LogPage(_Model):
    """Messages, the newest first. `next` goes into `after`; None at the end."""

    messages: list[MessageShown]
    next: str | None


def delivery_routes(database: Database, key: bytes, *, local_http: bool) -> APIRouter:
    """The routes of a service that sends messages. `local_http`: see `webhook_address`."""
    routes = APIRouter(prefix="/delivery", tags=["delivery"])
    _reading_addresses(routes, database, key)
    _setting_addresses(routes, database, local_http)
    _log_routes(routes, database)
    return routes


def _reading_addresses(routes: APIRouter, database: Database, key: bytes) -> None:
    @routes.get("/addresses", summary="Where messages go: administrator")
    async def list_addresses(
        _: Administrator,
        after: Annotated[str, Query(max_length=130)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> AddressPage:
        found = await store_addresses.listed(database.pool, after, limit)
        shown = [AddressOf(**one._asdict()) for one in found]
        return AddressPage(addresses=shown, next=found[-1].recipient if len(found) == limit else None)

    @routes.get("/addresses/{recipient}", summary="One recipient's, with the webhook's secret: administrator")
    async def read_address(recipient: Recipient, staff: Administrator) -> AddressShown:
        found = await store_addresses.found(database.pool, recipient)
        if found is None:
            raise _unknown(recipient)
        log.info("webhook secret read", recipient=recipient, by=staff.subject)
        secret = secret_of(key, recipient) if found.webhook else None
        return AddressShown(**found._asdict(), webhook_secret=secret)


def _setting_addresses(routes: APIRouter, database: Database, local_http: bool) -> None:
    @routes.post("/addresses", summary="Set many recipients' addresses, all or none: administrator")
    async def set_many(given: Addresses, staff: Administrator) -> Changed:
        """Recipients that aren't named keep theirs."""
        checked = _checked(given.addresses, local_http)
        async with database.pool.acquire() as connection:
            return Changed(changed=await store_addresses.set_addresses(connection, checked, staff.subject))

    @routes.put("/addresses/{recipient}", summary="Set one recipient's addresses: administrator")
    async def set_one(recipient: Recipient, given: AddressGiven, staff: Administrator) -> Changed:
        checked = _checked([AddressOf(recipient=recipient, **given.model_dump())], local_http)
        async with database.pool.acquire() as connection:
            return Changed(changed=await store_addresses.set_addresses(connection, checked, staff.subject))

    @routes.delete("/addresses/{recipient}", summary="Send a recipient nothing any more: administrator")
    async def remove(recipient: Recipient, staff: Administrator) -> Response:
        async with database.pool.acquire() as connection:
            if not await store_addresses.remove(connection, recipient, staff.subject):
                raise _unknown(recipient)
        return Response(status_code=204)


def _log_routes(routes: APIRouter, database: Database) -> None:
    @routes.get("/log", summary="Each message with its tries: supervision office, administrator")
    async def read_log(
        _: Overseer,
        recipient: Annotated[str | None, Query(max_length=130)] = None,
        message: UUID | None = None,
        state: State | None = None,
        channel: Channel | None = None,
        after: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> LogPage:
        before = store_log.NEWEST if after is None else Cursor.parse(after)
        wanted = store_log.Wanted(recipient, message, state, channel)
        found = await store_log.page(database.pool, wanted, before, limit)
        last = found[-1] if len(found) == limit else None
        return LogPage(
            messages=[MessageShown(**one) for one in found],
            next=str(Cursor(last["created_at"], last["message_id"])) if last else None,
        )

    @routes.post("/messages/{message_id}/retry", summary="Try a message now, given up or not: administrator")
    async def retry(message_id: UUID, staff: Administrator) -> Response:
        if not await PostgresMessages(database.pool).ask_again(message_id, staff.subject):
            raise Problem(
                404,
                "Not Found",
                f"no message {message_id} waits or was given up",
                field="message_id",
                remedy="take the id from GET /delivery/log?state=given_up; what was sent isn't sent again",
            )
        return Response(status_code=204)


def _checked(given: list[AddressOf], local_http: bool) -> list[Address]:
    """Raises Problem 422 that names every fault by its place in the list."""
    faults = [fault for at, one in enumerate(given) for fault in _faults(at, one, local_http)]
    seen: set[str] = set()
    for at, one in enumerate(given):
        if one.recipient in seen:
            faults.append(_fault(at, "recipient", "is named twice", "leave one line of it"))
        seen.add(one.recipient)
    if faults:
        first = faults[0]
        raise Problem(
            422,
            "Unprocessable Content",
            f"{first['field']}: {first['detail']}",
            field=first["field"],
            remedy=first["remedy"],
            errors=faults,
        )
    return [Address(one.recipient, one.email, one.webhook) for one in given]


def _faults(at: int, one: AddressOf, local_http: bool) -> list[dict[str, Any]]:
    found = []
    if not re.fullmatch(RECIPIENT, one.recipient):
        found.append(_fault(at, "recipient", "is no recipient", "write unit:CODE or post:CODE"))
    if one.email is None and one.webhook is None:
        found.append(_fault(at, "email", "neither e-mail nor webhook", "give one; DELETE takes both away"))
    try:
        if one.email is not None:
            email_address(one.email)
    except BadAddress as bad:
        found.append(_fault(at, "email", str(bad), bad.remedy))
    try:
        if one.webhook is not None:
            webhook_address(one.webhook, local_http=local_http)
    except BadAddress as bad:
        found.append(_fault(at, "webhook", str(bad), bad.remedy))
    return found


def _fault(at: int, column: str, detail: str, remedy: str) -> dict[str, Any]:
    return {"field": f"addresses.{at}.{column}", "detail": detail, "remedy": remedy}


def _unknown(recipient: str) -> Problem:
    return Problem(
        404,
        "Not Found",
        f"{recipient} has no address here",
        field="recipient",
        remedy="GET /delivery/addresses lists those that have one",
    )
