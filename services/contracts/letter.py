"""Official letters (整改督办函) in topic `supervision`, keyed by case or project, else by their own id.

`version` counts what was told of one letter from 1. A draft that waits for a signature is not told of.
"""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.public_text import PublicText

Addressed = Literal["party_committee", "unit"]
"""To the unit's Party committee (the addressee of what a round found), or to the unit itself."""


class LetterEvent(Event):
    """What each event of a letter carries; `unit` is the addressee, or the one whose committee is."""

    letter_id: UUID
    version: int
    number: str
    unit: str
    project_id: UUID | None = None
    case_id: UUID | None = None

    def subject(self) -> str:
        return str(self.case_id or self.project_id or self.letter_id)

    def identity(self) -> str:
        return f"{self.letter_id}/{self.version}"


class LetterIssued(LetterEvent):
    """The letter was signed and took its number: `word`〔`year`〕`serial`号, without a gap by word and year.

    `addressee` is the name of the unit, or of its Party committee. `reply_by` is the last local day for the
    reply. `receipt_due` None = its calendar isn't loaded.
    `signed_by` is whoever signed, or held `signed_post`, on that day.
    """

    type: ClassVar[str] = "yinuo.letter.issued.v1"

    issuer: str
    addressee: str
    word: str
    year: int
    serial: int
    addressed: Addressed
    title: PublicText
    found: PublicText
    required: PublicText
    reply_by: date
    receipt_due: datetime | None
    signed_by: str
    signed_post: str | None = None
    finding_id: UUID | None = None


class LetterReceived(LetterEvent):
    """The addressee signed for the letter (签收)."""

    type: ClassVar[str] = "yinuo.letter.received.v1"


class LetterReplied(LetterEvent):
    """The addressee said what was put right (回复)."""

    type: ClassVar[str] = "yinuo.letter.replied.v1"

    reply: PublicText


class LetterAccepted(LetterEvent):
    """The reply is good enough (验收); the letter waits to be struck off."""

    type: ClassVar[str] = "yinuo.letter.accepted.v1"

    note: PublicText | None = None


class LetterReturned(LetterEvent):
    """The reply is not good enough (退回); another is due by the end of a local day."""

    type: ClassVar[str] = "yinuo.letter.returned.v1"

    reason: PublicText
    reply_by: date


class LetterVoided(LetterEvent):
    """The letter is void (作废); its number stays its own."""

    type: ClassVar[str] = "yinuo.letter.voided.v1"

    reason: PublicText


class LetterStruckOff(LetterEvent):
    """The matter is closed (销号)."""

    type: ClassVar[str] = "yinuo.letter.struck-off.v1"

    note: PublicText | None = None
