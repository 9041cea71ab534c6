"""The limits that the steps of a letter open and end: its receipt (签收) and its reply (回复)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.contracts.supervision import SubjectLimitSet
from services.supervision.letter import Letter, Taken
from services.supervision.policy import Policy
from services.supervision.subjects import SubjectLimit, SubjectLimits, end_all, end_limit, open_limit


@dataclass(frozen=True, slots=True)
class LetterWatch:
    """Opens and ends them within one transaction. `receipt_days`: the authority's, in working days."""

    limits: SubjectLimits
    policy: Policy
    publish: Callable[[SubjectLimitSet], None]
    receipt_days: int

    async def after(self, taken: Taken, post: str, now: datetime) -> None:
        """What follows from a step. `post` answers for the unit; empty where it has none.

        A letter that is void or struck off asks for nothing more, answers to notices about it among that.
        """
        letter = taken.letter
        match taken.step:
            case "sign":
                await self._open(self._receipt(letter, post, now))
                await self._open(self._reply(letter, post, now))
            case "return":
                await self._open(self._reply(letter, post, now))
            case "receive":
                await end_limit(self.limits, letter.letter_id, "letter_receipt", "met", now)
            case "reply":
                await end_limit(self.limits, letter.letter_id, "letter_reply", "met", now)
            case "void" | "strike_off":
                await end_all(self.limits, letter.letter_id, "closed", now)

    async def _open(self, asked: SubjectLimit) -> None:
        await open_limit(self.limits, self.policy, self.publish, asked)

    def _receipt(self, letter: Letter, post: str, now: datetime) -> SubjectLimit:
        whose = (letter.matter.unit, post, now)
        return SubjectLimit("letter", letter.letter_id, "letter_receipt", *whose, days=self.receipt_days)

    def _reply(self, letter: Letter, post: str, now: datetime) -> SubjectLimit:
        whose = (letter.matter.unit, post, now)
        return SubjectLimit("letter", letter.letter_id, "letter_reply", *whose, due_day=letter.reply_by)
