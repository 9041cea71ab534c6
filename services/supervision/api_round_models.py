"""What the API of rounds takes and gives."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.contracts.round import Barred, Target, TargetKind, Visit
from services.kit.masking import mask
from services.supervision.api_letter_models import Code, Days, Frozen, Text
from services.supervision.checklist import Item, checklist
from services.supervision.finding import Kept
from services.supervision.letter import number_of
from services.supervision.letter_transitions import LetterState
from services.supervision.round import RULE, Draw, Round, RoundState

MOST_TARGETS = 2000
MOST_INSPECTORS = 200
MOST_PHOTOS = 20

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00\r\n]*$")
]
Key = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00\r\n]*$")
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Seed = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[!-~]+$")
]


class TargetGiven(Frozen):
    """A unit by its code, or a project by its ledger number."""

    kind: TargetKind
    key: Key = Field(examples=["town_hekou"])


class RoundGiven(Frozen):
    """巡回计划: to `visits` of the targets go `team` inspectors each, all drawn by lot."""

    name: Name = Field(examples=["第一轮巡回指导"])
    first_day: date
    last_day: date
    targets: tuple[TargetGiven, ...] = Field(min_length=1, max_length=MOST_TARGETS)
    visits: int | None = Field(None, ge=1, description="None: all targets")
    inspectors: tuple[Name, ...] = Field(min_length=1, max_length=MOST_INSPECTORS)
    team: int = Field(2, ge=1, le=10)

    @model_validator(mode="after")
    def _fits(self) -> "RoundGiven":
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        if len(set(self.targets)) < len(self.targets):
            raise ValueError("a target is named twice")
        if len(set(self.inspectors)) < len(self.inspectors):
            raise ValueError("an inspector is named twice: tell namesakes apart")
        if any(mask(one) != one for one in self.inspectors):
            raise ValueError("inspectors: names alone, no telephone numbers or the like; they are published")
        if self.visits is not None and self.visits > len(self.targets):
            raise ValueError(f"visits: there are {len(self.targets)} targets only")
        return self


class DrawGiven(Frozen):
    seed: Seed | None = Field(None, description="None = drawn; recorded either way")


class CloseGiven(Frozen):
    missed: tuple[Key, ...] = Field(
        (), description="drawn targets that were not seen after all", examples=[["unit:town_hekou"]]
    )


class FindingGiven(Frozen):
    """问题: what was found, where and when. The same body again under the same id changes nothing."""

    unit: Code | None = Field(None, description="None: the unit that leads `project`")
    project: Key | None = Field(None, description="a ledger number", examples=["凤项-2021-001"])
    place: Name = Field(examples=["河口镇安河村泵站"])
    found_at: AwareDatetime = Field(examples=["2021-03-01T10:30:00+08:00"])
    found: Text = Field(examples=["泵站未按期安装，现场无人施工。"])
    item: Name | None = Field(None, description="which item of the checklist", examples=["project-dates"])
    photos: tuple[Sha256, ...] = Field((), max_length=MOST_PHOTOS, description="PUT /photos/{sha256}")
    needs_letter: bool = False
    required: Text | None = Field(None, description="what the letter requires", examples=["限期安装。"])
    reply_days: Days | None = None
    reply_by: date | None = None

    @model_validator(mode="after")
    def _about_something(self) -> "FindingGiven":
        if self.unit is None and self.project is None:
            raise ValueError("name the unit, or the project")
        if self.needs_letter and self.required is None:
            raise ValueError("a letter says what is required: send `required`, or needs_letter false")
        return self


class RoundRow(Frozen):
    """A round in a list."""

    round_id: UUID
    name: str
    state: RoundState
    first_day: date
    last_day: date
    targets: int
    visits: int
    inspectors: int
    team: int
    planned_at: datetime
    planned_by: str
    drawn_at: datetime | None
    closed_at: datetime | None
    version: int


class RoundPage(Frozen):
    """Rounds, those planned last first. `next` is the cursor of the following page, None at the end."""

    rounds: list[RoundRow]
    next: str | None


class DrawView(Frozen):
    """A draw with all that is needed to draw it again, and the rule in words."""

    round_id: UUID
    name: str
    rule: str = RULE
    seed: str
    seed_given: bool
    targets: list[Target]
    visits: int
    inspectors: list[str]
    team: int
    barred: list[Barred]
    drawn: list[Visit]
    drawn_by: str
    drawn_at: datetime


class PhotoShown(Frozen):
    sha256: str
    there: bool = Field(description="false: not sent yet")


class FindingView(Frozen):
    """A finding, with the letter that came of it. `late`: it came in after the round was closed."""

    finding_id: UUID
    unit: str
    unit_name: str | None
    project: str | None
    project_name: str | None
    place: str
    found_at: datetime
    found: str
    required: str | None
    item: str | None
    photos: list[PhotoShown]
    needs_letter: bool
    late: bool
    recorded_at: datetime
    recorded_by: str
    letter_id: UUID | None
    letter_number: str | None
    letter_state: LetterState | None


class RoundView(RoundRow):
    """A round whole."""

    draw: DrawView | None
    visited: list[Target] | None
    findings: list[FindingView]
    checklist: list[Item]


class FindingKept(Frozen):
    """What became of a finding that was sent."""

    finding_id: UUID
    round_id: UUID
    new: bool
    late: bool
    letter_id: UUID | None


class Seen(Frozen):
    """A town or an open project, and when a round was there last; `rounds` 0: never."""

    kind: TargetKind
    key: str
    name: str
    unit: str
    rounds: int
    last_seen: datetime | None
    last_round: UUID | None
    last_round_name: str | None


class Coverage(Frozen):
    """Those never seen first, then those seen longest ago."""

    seen: int
    never: int
    targets: list[Seen]


class PhotoKept(Frozen):
    sha256: str
    media_type: str
    size: int
    new: bool


def round_row(one: Round) -> RoundRow:
    return RoundRow(**_row(one))


def draw_view(one: Round, draw: Draw) -> DrawView:
    return DrawView(
        round_id=one.round_id,
        name=one.plan.name,
        seed=draw.seed,
        seed_given=draw.seed_given,
        targets=list(one.plan.targets),
        visits=one.plan.visits,
        inspectors=list(one.plan.inspectors),
        team=one.plan.team,
        barred=list(draw.barred),
        drawn=list(draw.drawn),
        drawn_by=draw.by,
        drawn_at=draw.at,
    )


def round_view(one: Round, findings: Iterable[Mapping[str, Any]]) -> RoundView:
    return RoundView(
        **_row(one),
        draw=draw_view(one, one.draw) if one.draw else None,
        visited=None if one.visited is None else list(one.visited),
        findings=[finding_view(row) for row in findings],
        checklist=list(checklist().items),
    )


def finding_view(row: Mapping[str, Any]) -> FindingView:
    number = None if row["serial"] is None else number_of(row["word"], row["year"], row["serial"])
    own = FindingView.model_fields.keys() - {"project", "photos", "letter_number"}
    photos = [PhotoShown(sha256=one, there=one in row["photos_there"]) for one in row["photos"]]
    given = {name: row[name] for name in own}
    return FindingView(**given, project=row["ledger"], photos=photos, letter_number=number)


def finding_kept(kept: Kept, new: bool, letter_id: UUID | None) -> FindingKept:
    return FindingKept(
        finding_id=kept.finding.finding_id,
        round_id=kept.finding.round_id,
        new=new,
        late=kept.late,
        letter_id=letter_id,
    )


def coverage_of(rows: Iterable[Mapping[str, Any]]) -> Coverage:
    targets = [Seen.model_validate(dict(row)) for row in rows]
    never = sum(one.rounds == 0 for one in targets)
    return Coverage(seen=len(targets) - never, never=never, targets=targets)


def _row(one: Round) -> dict[str, Any]:
    plan = one.plan
    return {
        "round_id": one.round_id,
        "name": plan.name,
        "state": one.state,
        "first_day": plan.first_day,
        "last_day": plan.last_day,
        "targets": len(plan.targets),
        "visits": plan.visits,
        "inspectors": len(plan.inspectors),
        "team": plan.team,
        "planned_at": one.planned_at,
        "planned_by": one.planned_by,
        "drawn_at": one.draw.at if one.draw else None,
        "closed_at": one.closed_at,
        "version": one.version,
    }
