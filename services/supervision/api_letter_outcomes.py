"""Refusals of letters' steps as HTTP says them, each with what would be possible."""

from uuid import UUID

from services.kit.auth import Staff
from services.kit.http import Problem
from services.supervision.letter import StepNotAllowed
from services.supervision.letter_transitions import allowed_steps
from services.supervision.letters import (
    AnotherLetter,
    DayUnfit,
    NoSuchAddressee,
    NoSuchLetter,
    NotTheirs,
    Refused,
)


def no_letter(letter_id: UUID) -> Problem:
    return Problem(404, "Not Found", f"no letter {letter_id}", field="letter_id", remedy="see /letters")


def letter_problem(refused: Refused, staff: Staff) -> Problem:
    """RFC 9457 problem details."""
    match refused:
        case NoSuchLetter(letter_id):
            return no_letter(letter_id)
        case NoSuchAddressee(unit, why):
            remedy = "写单位名录（units.csv）中的单位；没有党委的，发给单位本身"
            return _unfit("unit", f"{unit}：{why}", remedy)
        case NotTheirs(step, who):
            what = f"role {staff.role} of unit {staff.unit} may not take step {step}"
            return Problem(403, "Forbidden", what, field="Authorization", remedy=f"it is taken by: {who}")
        case DayUnfit(why, remedy):
            return _unfit("reply_by", why, remedy)
        case AnotherLetter(letter):
            what = f"letter {letter.letter_id} is on record and says something else"
            remedy = "send another letter_id, or the same contents"
            return Problem(409, "Conflict", what, field="letter_id", remedy=remedy)
        case StepNotAllowed():
            return _conflict(refused, staff)


def _conflict(refused: StepNotAllowed, staff: Staff) -> Problem:
    letter = refused.letter
    allowed = allowed_steps(staff.role, staff.unit, letter.matter.unit, letter.state)
    return Problem(
        409,
        "Conflict",
        f"letter {letter.letter_id} is {letter.state}: step {refused.step} is not possible",
        field="step",
        remedy=f"steps that you may take now: {', '.join(allowed) or 'none'}",
        allowed=list(allowed),
        state=letter.state,
        version=letter.version,
    )


def _unfit(field: str, detail: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field=field, remedy=remedy)
