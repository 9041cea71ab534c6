"""What people do in the replay. Instants are local, aware; a `key` is a demand's own number."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.contracts.vocabulary import Channel, Occasion, PromiseTier, Tag, Tier

ChangedField = Literal["completion", "content", "assisting_units"]
"""What of a project is changed."""


@dataclass(frozen=True, slots=True)
class MakePromise:
    """A promise put on record. `member`: an ordinary member's name, who comes in a list with many others."""

    at: datetime
    number: str
    tier: PromiseTier
    unit: str
    post: str | None
    words: str
    project: str | None
    made_on: date
    due: date
    occasion: Occasion
    member: str | None = None


@dataclass(frozen=True, slots=True)
class ImportMembers:
    """The spreadsheet of ordinary members, whole; a later one repeats the rows of an earlier one."""

    at: datetime
    rows: tuple[MakePromise, ...]


@dataclass(frozen=True, slots=True)
class ChangePromise:
    """A new date, with reason and approver (a post)."""

    at: datetime
    number: str
    due: date
    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class WithdrawPromise:
    at: datetime
    number: str
    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class OpenProject:
    """A ledger opened. `funds`: pairs of source and yuan."""

    at: datetime
    ledger: str
    name: str
    tier: Tier
    owner: str
    unit: str
    start: date
    completion: date
    funds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ReplaceProject:
    """A ledger that another one stands in for from now on, with reason and approver (a post).

    `finding`: the key of what a round found, where that is why.
    """

    at: datetime
    ledger: str
    by: str
    reason: str
    approver: str
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeProject:
    """Another completion, content or assisting unit, with reason and approver, perhaps for a finding."""

    at: datetime
    ledger: str
    what: ChangedField
    value: str
    reason: str
    approver: str
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class DropProject:
    """A ledger given up without another one in its place, with reason and approver (a post)."""

    at: datetime
    ledger: str
    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class FinishProject:
    at: datetime
    ledger: str


@dataclass(frozen=True, slots=True)
class SendDemand:
    """A citizen's message; the same `key` again is the same demand."""

    at: datetime
    key: str
    channel: Channel
    text: int


@dataclass(frozen=True, slots=True)
class RefuseDemand:
    """A clerk refuses it, with a reason that the citizen reads."""

    at: datetime
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawDemand:
    """The citizen takes it back."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class AirPromise:
    """A promise made elsewhere is said on television, too."""

    at: datetime
    number: str
    programme: str


@dataclass(frozen=True, slots=True)
class SynchroniseDemands:
    """What callers at the door (上门问需) took down without a network: sent late and all at once."""

    at: datetime
    sends: tuple[SendDemand, ...]


@dataclass(frozen=True, slots=True)
class TagDemand:
    """A clerk says which tags its case has; none takes them away."""

    at: datetime
    key: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class CompleteDemand:
    """The unit signs for its case and replies."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class MergeDemand:
    """A clerk merges its case into another's."""

    at: datetime
    key: str
    into: str


@dataclass(frozen=True, slots=True)
class PartDemand:
    """It was another matter after all."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class PlanRound:
    """An inspection round over units (codes) and projects (ledgers); all of them are visited."""

    at: datetime
    number: int
    first_day: date
    last_day: date
    units: tuple[str, ...]
    ledgers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawRound:
    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class CloseRound:
    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """What a round found, sent when the device had a network; the same key again is the same."""

    at: datetime
    key: str
    number: int
    found_at: datetime
    unit: str
    ledger: str | None
    opinion: bool
    """Whether it becomes a letter: a rectification opinion (整改意见)."""


@dataclass(frozen=True, slots=True)
class AnswerLetter:
    """The addressee of a finding's letter signs for it and replies; `struck_off`: the office is content."""

    at: datetime
    finding: str
    unit: str
    struck_off: bool


@dataclass(frozen=True, slots=True)
class VoidLetter:
    """A finding's letter went to the wrong address; its number stays its own."""

    at: datetime
    finding: str


@dataclass(frozen=True, slots=True)
class OrderCircular:
    """A county circular over local days, drafted; `issued`: and checked, signed and issued."""

    at: datetime
    first: date
    last: date
    issued: bool


Action = (
    MakePromise
    | ImportMembers
    | ChangePromise
    | AirPromise
    | WithdrawPromise
    | OpenProject
    | ChangeProject
    | ReplaceProject
    | DropProject
    | FinishProject
    | SendDemand
    | SynchroniseDemands
    | MergeDemand
    | PartDemand
    | TagDemand
    | CompleteDemand
    | RefuseDemand
    | WithdrawDemand
    | PlanRound
    | DrawRound
    | RecordFinding
    | CloseRound
    | AnswerLetter
    | VoidLetter
    | OrderCircular
)
