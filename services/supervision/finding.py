"""What a round found (问题): recorded once under the id that the inspector's device made. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from services.contracts.public_text import PublicText
from services.contracts.round import FindingRecorded
from services.supervision.round import Round

AHEAD: Final = timedelta(minutes=10)
"""How far the clock of a device may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it was sent. `photos` are SHA-256 in hexadecimal; their bytes come before it or after it.

    `project_id` with its `unit`; `item` is the checklist's. `required`, `reply_days` and `reply_by` are for
    the letter that it becomes where it needs one.
    """

    finding_id: UUID
    round_id: UUID
    unit: str
    project_id: UUID | None
    place: PublicText
    found_at: datetime
    found: PublicText
    required: PublicText | None
    item: PublicText | None
    photos: tuple[str, ...]
    needs_letter: bool
    reply_days: int | None
    reply_by: date | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding that is on record. `digest` is that of the body that it came with."""

    finding: Finding
    digest: str
    late: bool
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a finding can't be taken, which field is at fault, and the remedy."""

    field: str
    why: str
    remedy: str


def digest_of(body: str) -> str:
    """What tells whether a body is the same again: SHA-256 of its canonical JSON, before any masking."""
    return sha256(body.encode()).hexdigest()


def objection(finding: Finding, to: Round, now: datetime) -> Objection | None:
    """What forbids a finding that isn't on record yet; None where nothing does."""
    if to.state == "planned":
        return Objection("round_id", "the round isn't drawn yet", "draw it: POST /rounds/{round_id}/draw")
    if finding.found_at > now + AHEAD:
        remedy = "set the device's clock, and send the instant with its offset from UTC"
        return Objection("found_at", f"{finding.found_at.isoformat()} hasn't come yet", remedy)
    if to.closed_at is not None and finding.found_at > to.closed_at:
        why = f"the round was closed at {to.closed_at.isoformat()}, before it was found"
        return Objection("found_at", why, "record it in a round that is open")
    if finding.needs_letter and finding.required is None:
        return Objection("required", "a letter says what is required", "send `required`, or no letter")
    return None


def is_late(to: Round) -> bool:
    """Whether what comes in now, and is not objected to, comes after the round was closed."""
    return to.state == "closed"


def told(kept: Kept) -> FindingRecorded:
    """What is told of it."""
    one = kept.finding
    return FindingRecorded(
        finding_id=one.finding_id,
        round_id=one.round_id,
        unit=one.unit,
        project_id=one.project_id,
        place=one.place,
        found_at=one.found_at,
        found=one.found,
        required=one.required,
        item=one.item,
        photos=one.photos,
        needs_letter=one.needs_letter,
        late=kept.late,
    )
