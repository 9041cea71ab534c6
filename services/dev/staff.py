"""How the units' staff behave in a demonstration: who signs and completes in time, late, or never.

The behaviour is data (`staff.yaml` beside the directory); the plan for a case is drawn from a
generator seeded by its receipt, so that the same demonstration plays the same way again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, Literal, Self
from uuid import UUID

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

Step = Literal["sign_for", "complete", "return"]
LATE_HOUR: Final = timedelta(hours=10)
"""Limits end at midnight; who is late acts at ten in the morning."""


class Shares(BaseModel):
    """Shares of a unit's cases; they add up to 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    in_time: float = Field(ge=0, le=1)
    late: float = Field(ge=0, le=1)
    never: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(self.in_time + self.late + self.never - 1) > 1e-6:
            raise ValueError("in_time, late and never must add up to 1")
        return self

    def drawn(self, random: Random) -> Literal["in_time", "late", "never"]:
        draw = random.random()
        if draw < self.in_time:
            return "in_time"
        return "late" if draw < self.in_time + self.late else "never"


class Pace(BaseModel):
    """`in_time`: share of the limit's length; `late`: days after the limit. Each [least, most]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    in_time: tuple[float, float]
    late: tuple[float, float]


class Behaviour(BaseModel):
    """How one unit's staff work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sign: Shares
    complete: Shares
    returned: float = Field(ge=0, le=1)
    pace: Pace


class Staff(BaseModel):
    """The content of `staff.yaml`: behaviours by unit, replies by top category."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place_unknown: str
    defaults: Behaviour
    units: dict[str, dict[str, object]] = {}
    replies: dict[str, list[str]]
    return_reasons: list[str]

    def of(self, unit: str) -> Behaviour:
        """The behaviour of a unit: the defaults with what its entry changes."""
        changed = self.units.get(unit)
        return Behaviour(**{**self.defaults.model_dump(), **changed}) if changed else self.defaults

    def reply(self, seen: "SeenCase", random: Random) -> str:
        """A reply fit for the case's top category, else one of the `other` ones."""
        top = seen.category.split(".", 1)[0]
        texts = self.replies.get(top) or self.replies["other"]
        return random.choice(texts).format(
            title=seen.title, summary=seen.title, unit=seen.unit_name, place=seen.place or self.place_unknown
        )


@dataclass(frozen=True, slots=True)
class SeenCase:
    """What the staff of a unit see of a case in their list. Dues are None without a calendar."""

    case_id: UUID
    receipt: str
    dispatch: int
    unit: str
    unit_name: str
    category: str
    title: str
    place: str | None
    backstop: bool
    dispatched_at: datetime
    sign_for_due: datetime | None
    complete_due: datetime | None


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step that the staff will take at (or at the first look after) `at`, to be done `before`."""

    at: datetime
    before: datetime | None
    case_id: UUID
    dispatch: int
    step: Step
    text: str | None = None


def read_staff(path: Path) -> Staff:
    """Read `staff.yaml`. Raises pydantic's ValidationError naming the entry that is wrong."""
    return Staff.model_validate(yaml.safe_load(path.read_text("utf-8")))


def plan(seen: SeenCase, staff: Staff) -> list[PlannedStep]:
    """What the staff will do with a dispatch, in order."""
    random = Random(f"{seen.receipt}/{seen.dispatch}")  # noqa: S311  a play, not a secret
    behaviour = staff.of(seen.unit)
    if not seen.backstop and random.random() < behaviour.returned:
        at = seen.dispatched_at + timedelta(hours=random.uniform(1, 12))
        return [_step(seen, at, None, "return", random.choice(staff.return_reasons))]
    return list(_signed_and_completed(seen, staff, behaviour, random))


def _signed_and_completed(
    seen: SeenCase, staff: Staff, behaviour: Behaviour, random: Random
) -> Iterator[PlannedStep]:
    signed = _moment(behaviour.sign, behaviour.pace, seen.dispatched_at, seen.sign_for_due, random)
    completed = _moment(behaviour.complete, behaviour.pace, seen.dispatched_at, seen.complete_due, random)
    reply = staff.reply(seen, random)
    if signed is not None:
        yield _step(seen, signed[0], signed[1], "sign_for")
        if completed is not None:
            yield _step(seen, max(completed[0], signed[0]), completed[1], "complete", reply)


def _moment(
    shares: Shares, pace: Pace, start: datetime, due: datetime | None, random: Random
) -> tuple[datetime, datetime | None] | None:
    how = shares.drawn(random)
    in_time, late = random.uniform(*pace.in_time), random.uniform(*pace.late)
    if how == "never" or due is None:
        return None
    if how == "in_time":
        return start + (due - start) * min(in_time, 0.98), due
    return due + timedelta(days=round(late)) + LATE_HOUR, None


def _step(
    seen: SeenCase, at: datetime, before: datetime | None, step: Step, text: str | None = None
) -> PlannedStep:
    return PlannedStep(at, before, seen.case_id, seen.dispatch, step, text)


def due_steps(
    planned: Sequence[PlannedStep], now: datetime, next_look: datetime
) -> tuple[list[PlannedStep], list[PlannedStep]]:
    """What to do now, and what stays: what is due, and what would be too late at the next look."""
    chosen = [step for step in planned if step.at <= now or (step.before and step.before <= next_look)]
    kept = set(chosen)
    return sorted(chosen, key=lambda step: step.at), [step for step in planned if step not in kept]
