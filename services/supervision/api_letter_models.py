"""What the API of letters takes and gives."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.contracts.letter import Addressed
from services.kit.documents.official import chinese_day
from services.supervision.letter import number_of
from services.supervision.letter_transitions import LetterState, Step
from services.supervision.render.letter import LetterText

NO_NUL = r"^[^\x00]*$"
LONGEST = 5000

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST, pattern=NO_NUL)
]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00\r\n]*$")
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x20]+$")]
Days = Annotated[int, Field(ge=1, le=120, description="working days from today; today doesn't count")]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LetterGiven(Frozen):
    """整改督办函. `letter_id`: made by whoever sends it, so that the same again changes nothing."""

    letter_id: UUID | None = None
    unit: Code = Field(examples=["town_hekou"])
    addressed: Addressed = "unit"
    title: Title = Field("整改督办函", examples=["关于河口镇自来水管网改造进度滞后的整改督办函"])
    found: Text = Field(examples=["该项目节点“主体完工”逾期未完成。"])
    required: Text = Field(examples=["说明原因，明确完成时限，按期整改到位。"])
    reply_days: Days | None = Field(None, description="None: as the authority's policy has it")
    reply_by: date | None = Field(None, description="the last local day, in the place of days")
    project: Annotated[str, StringConstraints(max_length=64, pattern=NO_NUL)] | None = Field(
        None, description="a ledger number", examples=["凤项-2021-001"]
    )
    case_id: UUID | None = None


class SignGiven(Frozen):
    reply_by: date | None = Field(None, description="in the place of what the draft says")


class ReplyGiven(Frozen):
    reply: Text = Field(examples=["已增派两个班组，主体工程于8月20日完工，照片附后。"])


class ReturnGiven(Frozen):
    reason: Text = Field(examples=["未说明逾期原因，请补充。"])
    reply_days: Days | None = None
    reply_by: date | None = None


class NoteGiven(Frozen):
    note: Text | None = None


class ReasonGiven(Frozen):
    reason: Text


class LetterRow(Frozen):
    """A letter in a list. `number` None: not signed. Names are those of the directory in force."""

    letter_id: UUID
    number: str | None = Field(examples=["凤督函〔2026〕12号"])
    state: LetterState
    unit: str
    unit_name: str | None
    addressed: Addressed
    title: str
    project: str | None = Field(description="its ledger number")
    project_name: str | None
    case_id: UUID | None
    finding_id: UUID | None
    drafted_at: datetime
    issued_at: datetime | None
    receipt_due: datetime | None = Field(description="None: not signed, or its calendar isn't loaded")
    reply_by: date | None = Field(description="the last local day")
    received_at: datetime | None
    replied_at: datetime | None
    returns: int
    ended_at: datetime | None
    overdue: bool = Field(description="the receipt or the reply is late")


class LetterPage(Frozen):
    """Letters, those drafted last first. `next` is the cursor of the following page, None at the end."""

    letters: list[LetterRow]
    next: str | None


class StepShown(Frozen):
    """One step that was taken, and the state that it led to."""

    step: Step | Literal["draft"]
    state: LetterState
    at: datetime
    by: str
    words: str | None


class LetterView(LetterRow):
    """A letter whole. `allowed`: the steps that the caller may take now."""

    found: str
    required: str
    issuer: str | None
    addressee: str | None
    signed_by: str | None
    signed_post: str | None
    reply: str | None
    steps: list[StepShown]
    allowed: list[Step]


class LetterTextView(Frozen):
    """The letter as it reads on paper."""

    issuer: str
    number: str
    title: str
    addressee: str
    paragraphs: list[str]
    signature: str
    date: str
    copies: list[str]
    void: bool


def row_of(row: Mapping[str, Any]) -> LetterRow:
    return LetterRow.model_validate(_row(row))


def view_of(
    row: Mapping[str, Any], steps: Iterable[Mapping[str, Any]], allowed: Iterable[Step]
) -> LetterView:
    names = ("found", "required", "issuer", "addressee", "signed_by", "signed_post", "reply")
    shown = [StepShown.model_validate(dict(one)) for one in steps]
    more = {name: row[name] for name in names}
    return LetterView.model_validate({**_row(row), **more, "steps": shown, "allowed": list(allowed)})


def text_view(text: LetterText) -> LetterTextView:
    return LetterTextView(
        issuer=text.issuer,
        number=text.number,
        title=text.title,
        addressee=text.addressee,
        paragraphs=list(text.paragraphs),
        signature=text.signature,
        date=chinese_day(text.day),
        copies=list(text.copies),
        void=text.void,
    )


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    number = None if row["serial"] is None else number_of(row["word"], row["year"], row["serial"])
    given = {name: row[name] for name in LetterRow.model_fields if name not in _OTHERWISE}
    return {**given, "number": number, "project": row["ledger"], "receipt_due": row["receipt_limit"]}


_OTHERWISE = frozenset({"number", "project", "receipt_due"})
"""What isn't the column of its name: what is watched is the limit, that of the letter stands on paper."""
