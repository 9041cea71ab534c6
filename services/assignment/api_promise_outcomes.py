"""What can't be put on record, as HTTP says it."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from services.assignment.chain import ChainBroken
from services.assignment.pledge import NoSuchPromise, NotTheirPromise
from services.assignment.promise import Complaint, FactRefused
from services.kit.http import Problem

log = structlog.get_logger(__name__)


def no_promise(promise_id: UUID) -> Problem:
    return Problem(404, "Not Found", f"no promise {promise_id}", field="promise_id", remedy="see /promises")


def problem_of(refused: NoSuchPromise | NotTheirPromise | FactRefused | ChainBroken) -> Problem:
    """The refusal as RFC 9457 problem details."""
    match refused:
        case NoSuchPromise():
            return Problem(404, "Not Found", str(refused), field="promise_id", remedy="see /promises")
        case NotTheirPromise():
            return Problem(
                403, "Forbidden", str(refused), field="unit", remedy="use a token of that unit, or a clerk's"
            )
        case FactRefused(field=None):
            return Problem(409, "Conflict", str(refused), field="promise_id", remedy=refused.remedy)
        case FactRefused():
            return Problem(
                422, "Unprocessable Content", str(refused), field=refused.field, remedy=refused.remedy
            )
        case ChainBroken():
            log.critical("promise chain broken: nothing is added to it", reason=str(refused))
            return Problem(
                409,
                "Conflict",
                f"{refused}; nothing is added to a chain that doesn't hold",
                field="authority",
                remedy="run `yinuo promises verify`, keep the database as it is, restore a backup (runbook)",
            )


def refused_rows(found: Sequence[tuple[int | None, Complaint]]) -> Problem:
    """422 with everything that is wrong; `row` is None where a single promise was sent."""
    row, first = found[0]
    where = first.column if row is None else f"rows:{row}:{first.column}"
    problems = [
        {**({} if row is None else {"row": row}), **complaint.model_dump()} for row, complaint in found
    ]
    return Problem(
        422,
        "Unprocessable Content",
        f"{len(found)} problems, nothing was kept; the first: {first.what}",
        field=where,
        remedy=first.remedy,
        problems=problems,
    )
