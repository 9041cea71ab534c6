"""A caller's earlier demands, for who takes the next one down; the contact is in no address and no log."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.intake.demand import Contact
from services.intake.history import Histories, NotACaller, history
from services.intake.vault import Vault
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with

TakesDown = Annotated[Staff, Depends(staff_with("clerk", "administrator"))]
_SUMMARY: Final = "A caller's earlier demands; for clerks and administrators; each demand shown is recorded"

log = structlog.get_logger(__name__)


class EarlierDemand(BaseModel):
    """An earlier demand; case and unit are missing until it has a case. The title is masked."""

    model_config = ConfigDict(from_attributes=True)

    receipt: str
    channel: str
    title: str
    received_at: datetime
    state: str
    case_id: UUID | None
    unit: str | None
    unit_name: str | None


class CallerHistory(BaseModel):
    """How many demands the caller made, and the newest of them, newest first."""

    total: int
    demands: list[EarlierDemand]


def history_routes(histories: Histories, vault: Vault) -> APIRouter:
    """The route, for staff who take demands down."""
    routes = APIRouter(tags=["originals"])

    @routes.post("/citizens/history", summary=_SUMMARY)
    async def read_history(caller: Contact, staff: TakesDown) -> CallerHistory:
        """By phone or e-mail address, in whatever writing; the name recognises nobody."""
        try:
            total, found = await history(histories, vault, caller.phone, caller.email, staff)
        except NotACaller:
            raise _not_a_caller(caller) from None
        log.info("history read", demands=len(found), by=staff.subject)
        return CallerHistory(total=total, demands=[EarlierDemand.model_validate(one) for one in found])

    return routes


def _not_a_caller(caller: Contact) -> Problem:
    detail = "the phone can't be a number" if caller.phone else "an anonymous caller has no history"
    remedy = "send the phone (7 to 15 digits) or the e-mail address that the citizen gave"
    return Problem(422, "Unprocessable Content", detail, field="phone", remedy=remedy)
