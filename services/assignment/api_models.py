"""What the API of cases takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from services.assignment.transitions import Step
from services.contracts.vocabulary import CaseState, Channel, Kind, Satisfaction, Tag, Urgency

STEPS_AT_ONCE = 1000
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL character in a text."""

Reply = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000, pattern=NO_NUL)
]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=NO_NUL)
]
Summary = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")
]
Days = Annotated[int, Field(ge=1, le=60)]
UnitCode = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)]
CaseNamed = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=NO_NUL),
    WithJsonSchema({"type": "string", "format": "case", "minLength": 1, "maxLength": 40}),
]
"""A case's id or its receipt number. The format, our own, lets a form know what is typed there."""
Query = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=NO_NUL)]

_CASE = "0f4f5f4e-9d9a-5f0a-8a53-0d6b0c4f7c11"
_RECEIPT = "YN20210301-00000001"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Completion(Frozen):
    """办结: the reply goes to the citizen, masked."""

    reply: Reply = Field(examples=["已于3月2日修复主管道，恢复供水。"])


class Reasoned(Frozen):
    """退回 挂起 重办 不予受理: why. Masked; the citizen reads the reason of a refusal."""

    reason: Reason = Field(examples=["该路段由公路段养护，不属我局职责。"])


class CallBack(Frozen):
    """回访: what the citizen said of the reply, masked."""

    note: Reason = Field(examples=["已接通，水压已恢复，表示满意。"])
    answer: Satisfaction | None = Field(
        default=None,
        description="how satisfied the citizen is (满意度); null where nobody answered",
        examples=["satisfied"],
    )


class Rectification(Frozen):
    """整改完成: how the matter was put right; the citizen reads it, masked."""

    rectification: Reply = Field(examples=["已上门致歉，并重新铺设入户管道。"])


class RectificationShown(Frozen):
    """A bad rating's rectification: since when, until when, and when it was done."""

    opened: datetime
    due: datetime | None
    done: datetime | None


class AssistAsked(Frozen):
    """协办: which unit does a part of the case, and which, masked."""

    unit: UnitCode = Field(examples=["roads"])
    what: Reason = Field(examples=["恢复开挖的路面。"])


class AssistDone(Frozen):
    """协办完成: what came of the unit's part, masked."""

    result: Reply = Field(examples=["路面已恢复。"])


class AssistReleased(Frozen):
    """解除协办: which unit need not do its part, and why, masked."""

    unit: UnitCode = Field(examples=["roads"])
    reason: Reason = Field(examples=["无需开挖。"])


class AssistShown(Frozen):
    """An assisting unit's part; `due` while it is still to come."""

    unit: str
    unit_name: str | None
    what: str
    asked_at: datetime
    due: datetime | None
    done_at: datetime | None
    result: str | None
    released_at: datetime | None


class Summarised(Frozen):
    """归纳: the matter in a line, masked; it stands where the rule's line stood."""

    summary: Summary = Field(examples=["河口镇某小区停水三天"])


class ExtensionAsked(Frozen):
    """延期申请: more days to complete it, of the kind that its limit counts (working days, or 24 hours)."""

    days: Days = Field(examples=[5])
    reason: Reason = Field(examples=["配件需从外地调运，预计五个工作日到货。"])


class Reassignment(Frozen):
    """转办: another unit handles the case from now on."""

    unit: UnitCode = Field(examples=["water_bureau"])
    reason: Reason | None = None


class Tagging(Frozen):
    """标记: all tags that the case has from now on; an empty list takes them away."""

    tags: tuple[Tag, ...] = Field(examples=[["petition"]])


class Merging(Frozen):
    """并办: the case is of the same matter as another, and follows it from now on."""

    into: CaseNamed = Field(
        description="the other case, or one merged into the same lead: its id or its receipt number",
        examples=[_RECEIPT],
    )
    reason: Reason = Field(examples=["与该件反映同一处停水。"])


class StepAsked(Frozen):
    """One step of a list: `reply` for complete, `note` (and `answer`) for call_back, `summary` for summarise,
    `unit` for reassign, else `reason`.

    `days` and `reason` for ask_extension, `into` and `reason` for merge, `tags` for tag.
    """

    case_id: UUID = Field(examples=[_CASE])
    step: Step = Field(examples=["complete"])
    reply: Reply | None = None
    reason: Reason | None = None
    note: Reason | None = None
    answer: Satisfaction | None = None
    summary: Summary | None = None
    unit: UnitCode | None = None
    days: Days | None = None
    into: CaseNamed | None = None
    rectification: Reply | None = None
    what: Reason | None = None
    result: Reply | None = None
    tags: tuple[Tag, ...] | None = None


class StepTaken(Frozen):
    """The case after a step."""

    case_id: UUID = Field(examples=[_CASE])
    step: Step
    state: CaseState
    unit: str
    post: str
    dispatch: int
    version: int
    at: datetime


class StepResult(BaseModel):
    """The outcome of one step of a list: 200 and the case after it, or a problem (RFC 9457 members)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    case_id: UUID
    step: Step
    status: int = Field(examples=[200])


class PartShown(Frozen):
    """A unit's part of a case (协办). `ended`: its case ended, or came to lie with the unit, without it.

    `due` while it is still to come, `ended_at` when it was done or the unit released.
    """

    state: Literal["open", "done", "released", "ended"]
    due: datetime | None
    ended_at: datetime | None


class CaseRow(Frozen):
    """A case in a list. Names are those of the directory in force."""

    case_id: UUID = Field(examples=[_CASE])
    demand_id: UUID
    receipt: str = Field(examples=[_RECEIPT])
    channel: Channel
    kind: Kind
    urgency: Urgency
    category: str
    category_name: str | None
    place: str | None
    place_name: str | None
    town: str | None
    unit: str
    unit_name: str | None
    post: str
    post_title: str | None
    backstop: bool = Field(description="no route covered it")
    summary: str
    repeat_of: UUID | None = Field(description="an earlier case of the same citizen's matter")
    state: CaseState
    dispatch: int
    version: int
    registered_at: datetime
    assigned_at: datetime
    dispatched_at: datetime = Field(description="the present dispatch")
    signed_at: datetime | None
    completed_at: datetime | None
    extension_asked: int | None = Field(description="days asked for and not decided yet")
    sign_for_due: datetime | None
    complete_due: datetime | None
    sign_for_overdue: bool
    overdue: bool = Field(description="past its limit to complete")
    rating: Satisfaction | None = Field(description="the citizen's, of the reply")
    rated_at: datetime | None
    tags: list[Tag]
    rectify: bool = Field(description="badly rated and not rectified yet")
    assisting: list[str] = Field(description="the units whose part is still to come")
    part: PartShown | None = Field(default=None, description="the unit's part, in a list with `assisting`")


class CasePage(Frozen):
    """Cases, those assigned last first; with `assisting` those whose part is open before the others.

    `next` is the cursor of the following page, None at the end.
    """

    cases: list[CaseRow]
    next: str | None


class Moment(Frozen):
    """One entry of the timeline. Notices have no version."""

    at: datetime
    step: Step | Literal["assign", "notice"]
    version: int | None
    unit: str
    post: str
    by: str | None
    note: str | None
    days: int | None = None
    lead: UUID | None = Field(default=None, description="the case that this one was merged into")
    assisting: str | None = Field(default=None, description="the unit that assists")


class Grouped(Frozen):
    """Another case of the same matter; `since` when they are one group, None of one that may become so.

    `why` says what speaks for it.
    """

    case_id: UUID
    receipt: str
    summary: str
    unit: str
    unit_name: str | None
    state: CaseState
    assigned_at: datetime
    since: datetime | None = None
    why: str | None = None


class Twins(Frozen):
    """Open cases of what seems the same matter, the likeliest first."""

    twins: list[Grouped]


class CaseView(CaseRow):
    """A case whole. Texts are masked; the original lies with intake."""

    title: str
    body: str
    reply: str | None
    rating_comment: str | None
    rectification: RectificationShown | None
    assists: list[AssistShown]
    first_unit: str
    first_post: str
    lead: Grouped | None = Field(description="the case that this one is merged into")
    members: list[Grouped] = Field(description="the cases merged into this one")
    allowed: list[Step] = Field(description="the steps that the caller may take now")
    timeline: list[Moment]


def example_steps() -> list[dict[str, Any]]:
    """A list of steps, as a unit's own system would send it."""
    return [
        {"case_id": _CASE, "step": "sign_for"},
        {"case_id": _CASE, "step": "complete", "reply": "已恢复供水。"},
    ]
