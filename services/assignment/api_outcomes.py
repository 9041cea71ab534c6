"""Outcomes of steps as HTTP says them: the case after it, or a problem that names what would be possible."""

from typing import Final

from services.assignment.api_models import StepAsked, StepResult, StepTaken
from services.assignment.case import StepNotAllowed, Taken
from services.assignment.merge import CannotMerge
from services.assignment.steps import NoSuchCase, NoSuchUnit, NotTheirCase, Outcome
from services.assignment.transitions import Step
from services.kit.http import Problem

NEEDED: Final[dict[Step, tuple[str, ...]]] = {
    "complete": ("reply",),
    "call_back": ("note",),
    "rectify": ("rectification",),
    "assist": ("unit", "what"),
    "assist_done": ("result",),
    "release_assist": ("unit", "reason"),
    "suspend": ("reason",),
    "return": ("reason",),
    "redo": ("reason",),
    "refuse": ("reason",),
    "reassign": ("unit",),
    "summarise": ("summary",),
    "merge": ("into", "reason"),
    "part": ("reason",),
    "tag": ("tags",),
    "ask_extension": ("days", "reason"),
    "refuse_extension": ("reason",),
}
"""What each step of a list must bring."""


def taken_view(taken: Taken) -> StepTaken:
    case = taken.case
    return StepTaken(
        case_id=case.case_id,
        step=taken.act.step,
        state=case.state,
        unit=case.unit,
        post=case.post,
        dispatch=case.dispatch,
        version=case.version,
        at=taken.at,
    )


def problem_of(outcome: StepNotAllowed | NoSuchCase | NotTheirCase | NoSuchUnit | CannotMerge) -> Problem:
    """The refusal as RFC 9457 problem details."""
    match outcome:
        case NoSuchCase(case_id):
            return Problem(404, "Not Found", f"no case {case_id}", field="case_id", remedy="see /cases")
        case NotTheirCase(_, _, why):
            return Problem(403, "Forbidden", why, field="Authorization", remedy="use a token of one who may")
        case NoSuchUnit(unit):
            return Problem(
                422,
                "Unprocessable Content",
                f"the directory has no unit {unit}",
                field="unit",
                remedy="name a unit of /directory",
            )
        case CannotMerge(_, _, why, remedy):
            return Problem(409, "Conflict", f"it can't be merged: {why}", field="into", remedy=remedy)
        case StepNotAllowed():
            return _conflict(outcome)


def _conflict(refused: StepNotAllowed) -> Problem:
    case, allowed = refused.case, ", ".join(refused.allowed) or "none"
    where = f"case {case.case_id} is {case.state} with unit {case.unit}"
    same = refused.step in refused.allowed  # the unit that it names is not the one
    return Problem(
        409,
        "Conflict",
        f"{where}: step {refused.step}{' with this unit' if same else ''} is not possible{_awaited(refused)}",
        field="unit" if same else "step",
        remedy=f"steps that you may take now: {allowed}",
        allowed=list(refused.allowed),
        state=case.state,
        unit=case.unit,
        version=case.version,
    )


def _awaited(refused: StepNotAllowed) -> str:
    waits = refused.step == "complete" and refused.case.assisting
    return f" before these units did their part: {', '.join(refused.case.assisting)}" if waits else ""


def incomplete(asked: StepAsked) -> Problem | None:
    """422 where a step of a list lacks what it needs."""
    field = next((name for name in NEEDED.get(asked.step, ()) if getattr(asked, name) is None), None)
    if field is None:
        return None
    return Problem(
        422,
        "Unprocessable Content",
        f"step {asked.step} needs {field}",
        field=field,
        remedy=f"send {field} with this step",
    )


def result_of(asked: StepAsked, outcome: Outcome | Problem) -> StepResult:
    """One line of the answer to a list of steps."""
    if isinstance(outcome, Taken):
        return StepResult(status=200, **taken_view(outcome).model_dump())
    problem = outcome if isinstance(outcome, Problem) else problem_of(outcome)
    return StepResult.model_validate({**problem.body, "case_id": asked.case_id, "step": asked.step})
