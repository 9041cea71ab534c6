"""Inspection rounds (巡回指导) and what they find, in topic `supervision`.

A round is keyed by its own id; a finding by the project that it concerns, else by its own id.
"""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.contracts.envelope import Event
from services.contracts.public_text import PublicText

TargetKind = Literal["unit", "project"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Target(_Part):
    """Where a round may go: a unit by code, or a project by ledger number with the unit that leads it."""

    kind: TargetKind
    key: str
    unit: str


class Visit(_Part):
    """A target that was drawn, and who was drawn to go there."""

    target: Target
    inspectors: tuple[str, ...]


class Barred(_Part):
    """Who may not be drawn for a target, having been there, or at its unit, the last time."""

    target: Target
    inspectors: tuple[str, ...]


class RoundEvent(Event):
    """What each event of a round carries. `version` counts them from 1."""

    round_id: UUID
    version: int

    def subject(self) -> str:
        return str(self.round_id)

    def identity(self) -> str:
        return f"{self.round_id}/{self.version}"


class RoundPlanned(RoundEvent):
    """A round shall go, between two local days, to `visits` of the targets, `team` inspectors to each."""

    type: ClassVar[str] = "yinuo.round.planned.v1"

    name: PublicText
    first_day: date
    last_day: date
    targets: tuple[Target, ...]
    visits: int
    inspectors: tuple[str, ...]
    team: int


class RoundDrawn(RoundEvent):
    """The lot decided who goes where. With `seed` and the pools anybody redoes it: `services/kit/lot.py`."""

    type: ClassVar[str] = "yinuo.round.drawn.v1"

    seed: str
    targets: tuple[Target, ...]
    inspectors: tuple[str, ...]
    barred: tuple[Barred, ...]
    drawn: tuple[Visit, ...]


class FindingRecorded(Event):
    """A round found something, at an instant and a place. `photos` are SHA-256 in hexadecimal.

    `late`: it was taken before the round was closed and came in afterwards, from a device that was offline.
    """

    type: ClassVar[str] = "yinuo.finding.recorded.v1"

    finding_id: UUID
    round_id: UUID
    unit: str
    project_id: UUID | None = None
    place: PublicText
    found_at: datetime
    found: PublicText
    required: PublicText | None
    item: PublicText | None
    photos: tuple[str, ...]
    needs_letter: bool
    late: bool

    def subject(self) -> str:
        return str(self.project_id or self.finding_id)

    def identity(self) -> str:
        return str(self.finding_id)


class RoundClosed(RoundEvent):
    """The round is over; `visited` are the targets that were really seen."""

    type: ClassVar[str] = "yinuo.round.closed.v1"

    visited: tuple[Target, ...]
