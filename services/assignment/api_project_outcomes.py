"""Outcomes about projects as HTTP says them: the project after an act, or a problem that names the remedy."""

from collections.abc import Sequence
from typing import Final

from services.assignment.api_project_models import ProjectMoved
from services.assignment.move_project import NoSuchProject, NotTheirProject, Outcome, Repeated
from services.assignment.open_projects import OpeningsRefused
from services.assignment.project import ActNotAllowed, Fault, Faulty, Moved, Project
from services.kit.http import Problem

LEAD_UNIT: Final = "use a token of the unit that leads the project, or have a clerk do it"
OWN_CASES: Final = "name cases that your unit handles or assists with, or have a clerk link them"
REMEDIES: Final = {"case_id": OWN_CASES, "cases": OWN_CASES}
"""What to do about a refusal, by the field that it names."""


def moved_view(project: Project) -> ProjectMoved:
    return ProjectMoved(
        ledger=project.ledger, project_id=project.project_id, state=project.state, version=project.version
    )


def answer_of(outcome: Outcome) -> ProjectMoved:
    """Raises Problem where the act was refused."""
    if isinstance(outcome, Moved | Repeated):
        return moved_view(outcome.project)
    raise problem_of(outcome)


def problem_of(outcome: ActNotAllowed | Faulty | NoSuchProject | NotTheirProject) -> Problem:
    """The refusal as RFC 9457 problem details."""
    match outcome:
        case NoSuchProject(ledger, field):
            return Problem(404, "Not Found", f"no project {ledger}", field=field, remedy="see /projects")
        case NotTheirProject(why, field):
            return Problem(403, "Forbidden", why, field=field, remedy=REMEDIES.get(field, LEAD_UNIT))
        case Faulty(faults):
            return faulty(faults)
        case ActNotAllowed(project, act, allowed):
            return Problem(
                409,
                "Conflict",
                f"project {project.ledger} is {project.state}: {act} is not possible",
                field="ledger",
                remedy=f"possible now: {', '.join(allowed) or 'none'}",
                allowed=list(allowed),
                state=project.state,
                version=project.version,
            )


def faulty(faults: Sequence[Fault]) -> Problem:
    """422 with each fault, 409 where the ledger number is another project's; the first is told at the top."""
    first, taken = faults[0], any(fault.field == "ledger" for fault in faults)
    return Problem(
        409 if taken else 422,
        "Conflict" if taken else "Unprocessable Content",
        f"{first.field}: {first.what}",
        field=first.field,
        remedy=first.remedy,
        errors=[{"field": one.field, "detail": one.what, "remedy": one.remedy} for one in faults],
    )


def refused(found: OpeningsRefused) -> Problem:
    """The faults of a single project that was to be opened."""
    return faulty([fault for _, fault in found.faults])


def no_directory() -> Problem:
    """Codes mean nothing yet."""
    return Problem(
        409,
        "Conflict",
        "no directory was loaded yet",
        field="lead_unit",
        remedy="load one: `yinuo directory load FOLDER`",
    )
