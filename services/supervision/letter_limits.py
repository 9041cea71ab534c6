"""What the watch over limits is told of letters: by when a receipt and a reply are due, and when they came.

The shape is that of `subjects.SubjectLimit`; here it stands alone, so that letters know nothing of ladders.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

from services.supervision.letter import Letter, Taken

LetterLimitKind = Literal["letter_receipt", "letter_reply"]


@dataclass(frozen=True, slots=True)
class LetterLimit:
    """A limit to be watched. `due_day` is the last local day; None = the limits' own rule says it."""

    subject_id: UUID
    kind: LetterLimitKind
    unit: str
    post: str
    since: datetime
    due_day: date | None


class LetterLimits(Protocol):
    """Who watches, within one transaction."""

    async def open(self, asked: LetterLimit) -> None: ...

    async def end(
        self,
        subject_id: UUID,
        kind: LetterLimitKind,
        outcome: Literal["met", "closed"],
        at: datetime,
    ) -> None: ...


class Unwatched:
    """Nobody watches: the letter's row alone says what is due."""

    async def open(self, asked: LetterLimit) -> None:
        return None

    async def end(
        self, subject_id: UUID, kind: LetterLimitKind, outcome: Literal["met", "closed"], at: datetime
    ) -> None:
        return None


async def watch(limits: LetterLimits, taken: Taken, post: str, now: datetime) -> None:
    """Open and end what a step of a letter opens and ends."""
    letter = taken.letter
    match taken.step:
        case "sign":
            await limits.open(_limit(letter, "letter_receipt", post, now, None))
            await limits.open(_limit(letter, "letter_reply", post, now, letter.reply_by))
        case "return":
            await limits.open(_limit(letter, "letter_reply", post, now, letter.reply_by))
        case "receive":
            await limits.end(letter.letter_id, "letter_receipt", "met", now)
        case "reply":
            await limits.end(letter.letter_id, "letter_reply", "met", now)
        case "void":
            await limits.end(letter.letter_id, "letter_receipt", "closed", now)
            await limits.end(letter.letter_id, "letter_reply", "closed", now)


def _limit(
    letter: Letter, kind: LetterLimitKind, post: str, now: datetime, due_day: date | None
) -> LetterLimit:
    return LetterLimit(letter.letter_id, kind, letter.matter.unit, post, now, due_day)
