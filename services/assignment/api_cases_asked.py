"""Which cases are asked for: the parameters of `GET /cases`, and what they come to for whoever asks."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from services.assignment.acting import FOR_THEIR_UNIT
from services.assignment.api_models import Query, UnitCode
from services.assignment.rulebook import Rulebook
from services.assignment.store_reading import Filter
from services.contracts.vocabulary import CaseState, Kind, Tag
from services.kit.auth import Staff
from services.kit.http import Problem

PAGE: Final = 50
LARGEST_PAGE: Final = 500


class CasesAsked(BaseModel):
    """The filter and the page; None = whatever."""

    unit: UnitCode | None = None
    state: CaseState | None = None
    kind: Kind | None = None
    category: UnitCode | None = Field(default=None, description="with all below it")
    q: Query | None = Field(default=None, description="receipt, or in summary or title")
    overdue: bool | None = None
    rectify: bool | None = Field(default=None, description="badly rated by the citizen")
    tag: Tag | None = None
    offers: bool | None = Field(
        default=None, description="with a project offered that the asker may decide about"
    )
    assisting: bool = Field(
        default=False, description="those that `unit`, or one's own, was asked to assist with"
    )
    case_id: list[UUID] | None = Field(
        default=None,
        max_length=LARGEST_PAGE,
        description="these alone, as far as they may be read one by one",
    )
    after: str | None = Field(default=None, description="`next` of the page before")
    limit: int = Field(default=PAGE, ge=1, le=LARGEST_PAGE)

    def filter(self, staff: Staff) -> Filter:
        """What it comes to for somebody, but for `categories`, which only the rulebook knows.

        Raises Problem 403 for another unit's cases, 422 for parts of no unit.
        """
        unit, own = unit_of(staff, self.unit), staff.unit if staff.role in FOR_THEIR_UNIT else None
        assisting = _assisting(staff, unit) if self.assisting else None
        reader = own if self.case_id is not None and self.unit is None else None
        return Filter(
            unit=None if assisting or reader else unit,
            state=self.state,
            kind=self.kind,
            q=self.q,
            overdue=self.overdue,
            rectify=self.rectify,
            tag=self.tag,
            assisting=assisting,
            case_ids=self.case_id,
            readable_by=reader,
            offers=self.offers,
            led_by=own,  # staff of a unit decide about the projects that it leads
        )

    def categories(self, rulebook: Rulebook) -> Sequence[str] | None:
        """The category asked for, with all below it."""
        return rulebook.family(self.category) if self.category else None


def unit_of(staff: Staff, asked: str | None) -> str | None:
    """The unit to look at: staff of a unit see its own cases only. Raises Problem 403."""
    if staff.role not in FOR_THEIR_UNIT:
        return asked
    if staff.unit is None or asked not in (None, staff.unit):
        raise Problem(
            403,
            "Forbidden",
            f"the token is for unit {staff.unit}, the cases asked for lie with {asked or 'any unit'}",
            field="unit",
            remedy="use a token of that unit, or one of a role that sees all units",
        )
    return staff.unit


def _assisting(staff: Staff, asked: str | None) -> str:
    """The unit whose parts are asked for: the own one, where none is named. Raises Problem 422."""
    if unit := asked or staff.unit:
        return unit
    raise Problem(
        422,
        "Unprocessable Content",
        "`assisting` asks for the parts of a unit, and none is named",
        field="unit",
        remedy="name the unit that assists",
    )
