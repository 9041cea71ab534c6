"""What the API of listings takes and gives."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.contracts.listing import Listable, OpenedBy
from services.supervision.api_letter_models import NO_NUL, Frozen, Text, Title
from services.supervision.listing_transitions import ListingState, ListingStep


class ListingGiven(Frozen):
    """挂牌 by hand: a project by its ledger number, or a case by its id."""

    project: Annotated[str, StringConstraints(max_length=64, pattern=NO_NUL)] | None = Field(
        None, description="a ledger number", examples=["凤项-2021-001"]
    )
    case_id: UUID | None = None
    title: Title | None = Field(None, description="None: the project's name")
    reason: Text = Field(examples=["群众连续三次评价不满意，限期整改。"])


class TextGiven(Frozen):
    """What the unit reports, or asks with."""

    text: Text = Field(examples=["已更换施工队，本周完成管沟开挖二百米。"])


class ListingRow(Frozen):
    """A listing in a list, as anybody may see it. Names are those of the directory in force."""

    listing_id: UUID
    state: ListingState
    subject_kind: Listable
    project: str | None = Field(description="its ledger number")
    case_id: UUID | None
    title: str
    reason: str
    opened_by: OpenedBy
    rule: str | None
    ratings: int = Field(description="how many bad ratings the rule rests on")
    times: int = Field(description="the how-maniest listing of the same case or project")
    unit: str
    unit_name: str | None
    opened_at: datetime
    reports: int
    reported_at: datetime | None
    report_due: datetime | None = Field(description="None: no report is due, or its calendar isn't loaded")
    overdue: bool = Field(description="this week's report is late")
    ended_at: datetime | None


class ListingPage(Frozen):
    """Listings, those opened last first. `next` is the cursor of the following page, None at the end."""

    listings: list[ListingRow]
    next: str | None


class ListingStepShown(Frozen):
    """One step that was taken, and the state that it led to; who took it isn't told to the public."""

    step: ListingStep | Literal["open"]
    state: ListingState
    at: datetime
    words: str | None


class ListingView(ListingRow):
    """A listing whole. `allowed`: the steps that the caller may take now, none without a token."""

    steps: list[ListingStepShown]
    allowed: list[ListingStep]


def row_of(row: Mapping[str, Any]) -> ListingRow:
    return ListingRow.model_validate(_row(row))


def view_of(
    row: Mapping[str, Any], steps: Iterable[Mapping[str, Any]], allowed: Iterable[ListingStep]
) -> ListingView:
    shown = [{name: one[name] for name in ListingStepShown.model_fields} for one in steps]
    return ListingView.model_validate({**_row(row), "steps": shown, "allowed": list(allowed)})


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        "project": row["ledger"] if row["subject_kind"] == "project" else None,
        "case_id": row["subject_id"] if row["subject_kind"] == "case" else None,
        "opened_by": "hand" if row["rule"] is None else "rule",
    }
    return {**{name: row[name] for name in ListingRow.model_fields if name not in made}, **made}
