"""A letter (整改督办函) and what each step makes of it. Pure; the table is in `letter_transitions`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.contracts.letter import (
    Addressed,
    LetterAccepted,
    LetterEvent,
    LetterIssued,
    LetterReceived,
    LetterReplied,
    LetterReturned,
    LetterStruckOff,
    LetterVoided,
)
from services.contracts.named_ids import Namespace
from services.contracts.public_text import PublicText
from services.supervision.letter_transitions import LetterState, Step, leads_to

_OF_FINDING: Final = Namespace.of("4f0b7a52-5f43-5b5c-8b0e-0a6d3f1f9b21")
_OF_CONSEQUENCE: Final = Namespace.of("c1d27b7e-7c0c-4a56-9a2f-5b6f0c7f3e18")


def letter_id_of(finding_id: UUID) -> UUID:
    """The id of the letter that a finding becomes: one finding, one letter."""
    return _OF_FINDING(str(finding_id))


def special_letter_id_of(consequence_id: UUID) -> UUID:
    """The id of the letter (专函督办) by which a ladder's proposal is followed: one proposal, one letter."""
    return _OF_CONSEQUENCE(str(consequence_id))


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter is to say. `reply_days` are working days from signing; `reply_by` a local day instead."""

    unit: str
    addressed: Addressed
    title: PublicText
    found: PublicText
    required: PublicText
    reply_days: int | None
    reply_by: date | None
    finding_id: UUID | None = None
    project_id: UUID | None = None
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """What signing adds. `reply_by`: the last local day; `receipt_due` None awaits a calendar.

    Names stand as they were that day, so that the letter reads the same for good.
    """

    issuer: str
    addressee: str
    copy_to: str | None
    word: str
    year: int
    serial: int
    signed_by: str
    signed_post: str | None
    reply_by: date
    receipt_due: datetime | None

    @property
    def number(self) -> str:
        return number_of(self.word, self.year, self.serial)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as its steps left it. `version` counts its steps from 1, a draft's making is 0."""

    letter_id: UUID
    version: int
    state: LetterState
    matter: Matter
    drafted_at: datetime
    drafted_by: str
    signature: Signature | None = None
    issued_at: datetime | None = None
    reply_by: date | None = None
    received_at: datetime | None = None
    replied_at: datetime | None = None
    reply: PublicText | None = None
    returns: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What goes with a step: reply, reason or note, and the new last day of a return."""

    text: PublicText | None = None
    reply_by: date | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The letter after a step; `event` None: nothing is told of drafts."""

    letter: Letter
    step: Step
    words: Words
    event: LetterEvent | None


@dataclass(frozen=True, slots=True)
class StepNotAllowed:
    """The step doesn't follow from the letter's state."""

    letter: Letter
    step: Step


def number_of(word: str, year: int, serial: int) -> str:
    """`凤督函〔2026〕12号`: hexagonal brackets, no zeros before the serial (GB/T 9704-2012, 7.2.5)."""
    return f"{word}〔{year}〕{serial}号"


def drafted(letter_id: UUID, matter: Matter, now: datetime, by: str) -> Letter:
    """A letter that waits for its signature."""
    return Letter(letter_id, 0, "drafted", matter, now, by)


def signed(letter: Letter, signature: Signature, now: datetime) -> Taken | StepNotAllowed:
    """The letter goes out under a number."""
    if leads_to(letter.state, "sign") is None:
        return StepNotAllowed(letter, "sign")
    after = replace(
        letter,
        version=letter.version + 1,
        state="issued",
        signature=signature,
        issued_at=now,
        reply_by=signature.reply_by,
    )
    return Taken(after, "sign", Words(), _issued(after, signature))


def step(letter: Letter, step: Step, words: Words, now: datetime) -> Taken | StepNotAllowed:
    """Any other step."""
    state = leads_to(letter.state, step)
    if state is None:
        return StepNotAllowed(letter, step)
    effect = _EFFECTS.get(step)
    changed = effect(letter, words, now) if effect else {}
    after = replace(letter, version=letter.version + 1, state=state, **changed)
    told = _TOLD.get(step)
    return Taken(after, step, words, told[0](**_head(after), **told[1](words)) if told else None)


def _head(letter: Letter) -> dict[str, Any]:
    assert letter.signature is not None  # noqa: S101  only drafts have none, and nothing is told of these
    return {
        "letter_id": letter.letter_id,
        "version": letter.version,
        "number": letter.signature.number,
        "unit": letter.matter.unit,
        "project_id": letter.matter.project_id,
        "case_id": letter.matter.case_id,
    }


def _issued(letter: Letter, signature: Signature) -> LetterIssued:
    matter = letter.matter
    return LetterIssued(
        **_head(letter),
        issuer=signature.issuer,
        addressee=signature.addressee,
        word=signature.word,
        year=signature.year,
        serial=signature.serial,
        addressed=matter.addressed,
        title=matter.title,
        found=matter.found,
        required=matter.required,
        reply_by=signature.reply_by,
        receipt_due=signature.receipt_due,
        signed_by=signature.signed_by,
        signed_post=signature.signed_post,
        finding_id=matter.finding_id,
    )


def _replied(_: Letter, words: Words, now: datetime) -> dict[str, Any]:
    return {"replied_at": now, "reply": words.text}


def _returned(letter: Letter, words: Words, _: datetime) -> dict[str, Any]:
    return {"reply_by": words.reply_by, "returns": letter.returns + 1}


def _ended(_: Letter, __: Words, now: datetime) -> dict[str, Any]:
    return {"ended_at": now}


_EFFECTS: Final[Mapping[Step, Callable[[Letter, Words, datetime], dict[str, Any]]]] = {
    "receive": lambda _, __, now: {"received_at": now},
    "reply": _replied,
    "return": _returned,
    "strike_off": _ended,
    "void": _ended,
    "discard": _ended,
}
"""What a step changes besides version and state."""

_TOLD: Final[Mapping[Step, tuple[type[LetterEvent], Callable[[Words], dict[str, Any]]]]] = {
    "receive": (LetterReceived, lambda _: {}),
    "reply": (LetterReplied, lambda words: {"reply": words.text}),
    "accept": (LetterAccepted, lambda words: {"note": words.text}),
    "return": (LetterReturned, lambda words: {"reason": words.text, "reply_by": words.reply_by}),
    "void": (LetterVoided, lambda words: {"reason": words.text}),
    "strike_off": (LetterStruckOff, lambda words: {"note": words.text}),
}
"""The event of a step, and what its words fill in it."""
