"""What citizens said of their demands: a withdrawal closes the case, a rating stays with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from services.assignment.case import Act, Case, NotAllowed, Taken
from services.assignment.keep_steps import Publish, Records, keep
from services.assignment.merge import RULE, followed
from services.assignment.rulebook import Rulebook
from services.assignment.take import take
from services.assignment.transitions import Person
from services.contracts.demand import DemandRated, DemandWithdrawn
from services.contracts.vocabulary import BAD_RATINGS

CITIZEN: Final = Person("citizen", None)
BY_RATING: Final = "rule:rating"

Rated = tuple[DemandRated, datetime]
"""A rating and the business time at which it was given."""


class UnknownCase(LookupError):
    """A citizen speaks of a case that was never opened: its demand was given up as a dead letter."""

    def __init__(self, case_id: UUID) -> None:
        super().__init__(f"no case {case_id}")


class Cases(Records, Protocol):
    """Where cases are kept, within one transaction."""

    async def lock(self, case_ids: Sequence[UUID], regrouping: bool = False) -> dict[UUID, Case]: ...

    async def keep_ratings(self, rated: Sequence[Rated]) -> None:
        """The first rating of a case stands."""
        ...


async def withdraw(
    cases: Cases,
    publish: Publish,
    rulebook: Rulebook | None,
    withdrawn: Sequence[DemandWithdrawn],
    now: datetime,
) -> None:
    """Close the cases that are still under way; one that was replied to meanwhile keeps its reply.

    What was merged into a withdrawn case goes on under another lead.

    Raises UnknownCase.
    """
    present = await cases.lock([one.case_id for one in withdrawn], regrouping=True)
    backstop = rulebook.backstop_unit if rulebook else ""
    taken: list[Taken] = []
    for one in withdrawn:
        outcome = _withdrawn(present, one, backstop, now)
        if isinstance(outcome, Taken):
            taken += followed(outcome, present, backstop, now)
    await keep(cases, publish, taken)


def _withdrawn(
    present: dict[UUID, Case], one: DemandWithdrawn, backstop: str, now: datetime
) -> Taken | NotAllowed:
    case = present.get(one.case_id)
    if case is None:
        raise UnknownCase(one.case_id)
    return take(case, Act("withdraw", "citizen", one.reason), now, backstop, CITIZEN)


async def rate(
    cases: Cases, publish: Publish, rulebook: Rulebook | None, rated: Sequence[Rated], now: datetime
) -> None:
    """Keep ratings with their cases; a bad one opens a rectification, of a merged case that of its lead case.

    None is opened where one is open, or where the case is handled anew already. Raises UnknownCase.
    """
    present = await cases.lock([one.case_id for one, _ in rated])
    for one, _ in rated:
        if one.case_id not in present:
            raise UnknownCase(one.case_id)
    await cases.keep_ratings(rated)
    backstop, taken = rulebook.backstop_unit if rulebook else "", list[Taken]()
    for one, _ in rated:
        if one.level in BAD_RATINGS:
            case = present[present[one.case_id].lead or one.case_id]
            outcome = take(case, Act("open_rectification", BY_RATING), now, backstop, RULE)
            if isinstance(outcome, Taken):
                present[case.case_id] = outcome.case
                taken.append(outcome)
    await keep(cases, publish, taken)
