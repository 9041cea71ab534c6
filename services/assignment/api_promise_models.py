"""What the API of promises takes and gives."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.assignment.api_models import Reason, UnitCode
from services.assignment.chain import Broken
from services.assignment.promise import Ledgers, Line, Words
from services.contracts.vocabulary import Occasion, PromiseState, PromiseTier, Settlement

ROWS_AT_ONCE = 20_000
Cell = Annotated[str, StringConstraints(max_length=4000)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(Frozen):
    """改期, other words, or other projects; at least one of them.

    `projects`: all that it is about from now on. `approver`: the post that approved it.
    """

    due: date | None = Field(default=None, examples=["2021-08-31"])
    words: Words | None = None
    projects: Ledgers | None = Field(default=None, description="ledger numbers")
    reason: Reason = Field(examples=["汛期道路中断，材料进场推迟。"])
    approver: UnitCode = Field(examples=["magistrate"])


class Aired(Frozen):
    """电视亮诺 of a promise made elsewhere: programme, local day, reference of the clip."""

    programme: Line = Field(examples=["《承诺面对面》"])
    aired_on: date = Field(examples=["2021-05-12"])
    clip: Line | None = Field(default=None, examples=["FX-0512-03"])


class Settle(Frozen):
    """How it ended. `kept` needs `evidence`, `broken` a `reason`, `withdrawn` a `reason` and an `approver`.

    Kept in time or late follows from `on` (the local day it was fulfilled) against the date in force.
    """

    outcome: Settlement
    on: date | None = Field(default=None, description="None = today, by the business clock")
    reason: Reason | None = None
    evidence: Line | None = Field(default=None, examples=["验收报告 凤水验〔2021〕4号"])
    approver: UnitCode | None = None


class ImportRow(Frozen):
    """A row of the authority's list: its number in the file, and its cells by field name, empty ones too.

    `fault`: why the row itself can't be read, as whoever read the file found; then nothing goes in.
    """

    row: int = Field(ge=1, examples=[2])
    cells: dict[str, Cell]
    fault: Annotated[str, StringConstraints(max_length=1000)] | None = None


class Import(Frozen):
    """The whole list; it goes in whole or not at all."""

    rows: list[ImportRow] = Field(min_length=1, max_length=ROWS_AT_ONCE)


class Imported(Frozen):
    """What an import did: `repeated` rows were on record already."""

    made: int
    repeated: int
    seq: int = Field(description="facts in the chain now")


class PromiseRow(Frozen):
    """A promise in a list. Names of unit and post are those of the directory in force.

    `holder`: who held the post on `made_on`, as the fact says it; None for ordinary members.
    """

    promise_id: UUID
    authority: str
    number: str
    version: int
    tier: PromiseTier
    unit: str
    unit_name: str | None
    post: str | None
    post_title: str | None
    holder: str | None
    member: str | None = Field(description="ordinary members: SHA-256 over salt and name")
    first_words: str
    words: str
    projects: list[str] = Field(description="ledger numbers")
    made_on: date
    first_due: date
    due: date
    days_left: int = Field(description="until the date in force; negative once it is past")
    overdue: bool = Field(description="standing, and the date in force is past")
    occasion: Occasion
    programme: str | None
    aired_on: date | None
    clip: str | None
    evidence: str | None
    recorded_at: datetime
    state: PromiseState
    settled_on: date | None


class PromisePage(Frozen):
    """Promises, those recorded last first. `next` is the cursor of the following page, None at the end."""

    promises: list[PromiseRow]
    next: str | None


class PromiseFactView(Frozen):
    """One fact. `body`: the text whose UTF-8 bytes have the SHA-256 `hash`; `signature`: Ed25519, hex."""

    seq: int
    body: str
    hash: str
    signature: str
    key: str


class SaidView(Frozen):
    """A fact as people read it, with the fact itself."""

    at: datetime
    says: str = Field(examples=["期限 2021-06-30 → 2021-08-31，因为汛期道路中断。批准：县长"])
    said: dict[str, Any]
    fact: PromiseFactView


class PromiseView(PromiseRow):
    """A promise with everything that was ever said about it, oldest first."""

    facts: list[SaidView]


class Made(Frozen):
    """A promise on record. `repeated`: it was there before, nothing was added."""

    promise: PromiseRow
    repeated: bool


class ChainPage(Frozen):
    """Facts in the chain's order. `next` is the `after` of the following page, None at the end."""

    authority: str
    facts: list[PromiseFactView]
    next: int | None


class HeadView(Frozen):
    """The chain's end, as circulars print it; `public_key` (base64 of 32 bytes) may be pinned."""

    authority: str
    seq: int
    hash: str
    signature: str
    key: str
    public_key: str


class BrokenView(Frozen):
    """The first place where the chain doesn't hold, and why."""

    seq: int
    why: str

    @classmethod
    def of(cls, broken: Broken | None) -> Self | None:
        return cls(seq=broken.seq, why=broken.why) if broken else None


class WitnessView(Frozen):
    """A head as somebody noted it down."""

    seq: int
    hash: str


class VerifyView(Frozen):
    """Whether the chain holds from its first fact to its signed head, and what it says of an old head.

    `on_chain`: that fact has that hash still; None where no head was asked about.
    """

    holds: bool
    head: HeadView
    broken: BrokenView | None
    asked: WitnessView | None
    on_chain: bool | None


class Erased(Frozen):
    """An ordinary member's name and salt are gone; the chain is as it was."""

    promise_id: UUID
    erased: bool = Field(description="false: there was no name, or none any more")
