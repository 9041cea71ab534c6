"""Originals and contacts, for the staff who need them; each reading is on record before it is answered."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Protocol

import orjson
import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.intake.originals import Original, Reading, may_read
from services.intake.vault import Vault, open_sealed
from services.kit import metrics
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with

What = Literal["original", "contact"]

log = structlog.get_logger(__name__)
Reader = Annotated[Staff, Depends(staff_with("handler", "unit_head", "clerk", "callback_clerk"))]
Overseer = Annotated[Staff, Depends(staff_with("supervision_office", "inspector", "administrator"))]


class Originals(Protocol):
    """Sealed originals, and the record of who read them."""

    async def find(self, number: str) -> Original | None:
        """By demand id or receipt number."""
        ...

    async def record(self, original: Original, what: What, staff: Staff) -> None:
        """Put a reading on record for good."""
        ...

    async def readings(self, original: Original) -> list[Reading]:
        """Oldest first."""
        ...


class OriginalText(BaseModel):
    """A demand as it was sent."""

    demand_id: str
    receipt: str
    title: str
    body: str
    place: str | None = None
    occurred_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


class ContactDetails(BaseModel):
    """How to reach the citizen; `author_ref` is the channel's own id of the sender."""

    demand_id: str
    receipt: str
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    author_ref: str | None = None


class ReadingShown(BaseModel):
    """Who read what, and when (business time)."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    what: Literal["original", "contact", "history"]
    subject: str
    role: str
    unit: str | None
    read_at: datetime


_WHO: Final = "for staff of the case's unit and call-back clerks; each reading is recorded"


def staff_routes(originals: Originals, vault: Vault) -> APIRouter:
    """The routes, for staff."""
    routes = APIRouter(tags=["originals"])

    async def opened(number: str, what: What, staff: Staff) -> dict[str, Any]:
        original = await _find(originals, number)
        if not may_read(staff, original):
            log.warning("reading refused", demand=str(original.demand_id), what=what, by=staff.subject)
            raise _not_yours(staff)
        await originals.record(original, what, staff)
        metrics.ORIGINALS_READ.labels(what).inc()
        log.info("original read", demand=str(original.demand_id), what=what, by=staff.subject)
        sealed = original.text if what == "original" else original.contact
        key = vault.unwrap(original.citizen_ref, original.key_wrapped)
        said = orjson.loads(open_sealed(key, original.demand_id, what, sealed)) if sealed else {}
        return {"demand_id": str(original.demand_id), "receipt": original.receipt, **said}

    @routes.get("/demands/{number}/original", summary=f"The text as it was sent; {_WHO}")
    async def read_original(number: str, staff: Reader) -> OriginalText:
        return OriginalText(**await opened(number, "original", staff))

    @routes.get("/demands/{number}/contact", summary=f"How to reach the citizen; {_WHO}")
    async def read_contact(number: str, staff: Reader) -> ContactDetails:
        return ContactDetails(**await opened(number, "contact", staff))

    @routes.get(
        "/demands/{number}/readings",
        summary="Who read; for the supervision office, inspectors and administrators",
    )
    async def list_readings(number: str, _: Overseer) -> list[ReadingShown]:
        found = await originals.readings(await _find(originals, number))
        return [ReadingShown.model_validate(reading) for reading in found]

    return routes


async def _find(originals: Originals, number: str) -> Original:
    original = await originals.find(number)
    if original is None:
        raise Problem(
            404,
            "Not Found",
            "no demand has this id or receipt number",
            field="number",
            remedy="use the receipt number or the demand_id that the case shows",
        )
    return original


def _not_yours(staff: Staff) -> Problem:
    return Problem(
        403,
        "Forbidden",
        f"the case does not lie with unit {staff.unit}",
        field="Authorization",
        remedy="ask the case's unit or a call-back clerk",
    )
