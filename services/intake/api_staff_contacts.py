"""The units' people, for administrators: a list is replaced whole, and only what recognises them is kept."""

from datetime import datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ValidationError

from services.intake.api import body_schema
from services.intake.staff_contacts import StaffContacts, entries
from services.intake.store_staff_contacts import PostgresPeople
from services.intake.vault import Vault
from services.kit.auth import Staff
from services.kit.http import staff_with, validation_problem
from services.kit.large_body import LargeBodyRoute
from services.kit.postgres import Database, Writing

log = structlog.get_logger(__name__)
Administrator = Annotated[Staff, Depends(staff_with("administrator"))]


class Replaced(BaseModel):
    """How many people of how many units are known from now on."""

    contacts: int
    units: int
    at: datetime


def staff_contact_routes(database: Database, vault: Vault) -> APIRouter:
    """The routes, for role administrator only."""
    routes = APIRouter(tags=["staff contacts"], route_class=LargeBodyRoute)

    @routes.put(
        "/staff-contacts",
        summary="Replace the list of the units' people, all or nothing; for administrators",
        openapi_extra={"requestBody": body_schema("application/json", StaffContacts)},
    )
    async def replace_contacts(request: Request, staff: Administrator) -> Replaced:
        """Blind indexes are kept, no contact: they refuse ratings of the own work."""
        given = _read(await request.body())
        async with database.writing() as writing:
            replaced = await _replaced(writing, vault, given, staff)
        log.info(
            "staff contacts replaced", contacts=replaced.contacts, units=replaced.units, by=staff.subject
        )
        return replaced

    @routes.post(
        "/staff-contacts/check",
        summary="Say what replacing the list would do, or everything wrong with it; for administrators",
        openapi_extra={"requestBody": body_schema("application/json", StaffContacts)},
    )
    async def check_contacts(request: Request, staff: Administrator) -> Replaced:
        """As a replacement, and nothing is kept."""
        given = _read(await request.body())
        async with database.trying() as trial:
            return await _replaced(trial, vault, given, staff)

    return routes


async def _replaced(writing: Writing, vault: Vault, given: StaffContacts, staff: Staff) -> Replaced:
    count = len(given.contacts)
    people = PostgresPeople(writing.connection)
    units = await people.replace(entries(vault, given.contacts), count, staff.subject, writing.now)
    return Replaced(contacts=count, units=units, at=writing.now)


def _read(body: bytes) -> StaffContacts:
    """Raises Problem 422 with every field that is wrong and none of the values: they are personal."""
    try:
        return StaffContacts.model_validate_json(body)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_context=False, include_input=False)
        raise validation_problem([{**error, "loc": ("body", *error["loc"])} for error in errors]) from None
