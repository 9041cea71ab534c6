"""What citizens said of their demands: a withdrawal ends the case or is late, a rating stays with it."""

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
BY_CITIZEN: Final = "citizen"
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


async def respond(
    cases: Cases,
    publish: Publish,
    rulebook: Rulebook | None,
    withdrawn: Sequence[DemandWithdrawn],
    rated: Sequence[Rated],
    now: datetime,
) -> None:
    """Withdrawals first, then ratings; their cases are locked at once, in order. Raises UnknownCase."""
    ids = [*(one.case_id for one in withdrawn), *(one.case_id for one, _ in rated)]
    present = await cases.lock(ids, regrouping=bool(withdrawn))
    if missing := next((one for one in ids if one not in present), None):
        raise UnknownCase(missing)
    if rated:
        await cases.keep_ratings(rated)
    backstop, taken = rulebook.backstop_unit if rulebook else "", list[Taken]()
    for withdrawal in withdrawn:
        taken += _withdrawn(present, withdrawal, backstop, now)
    for rating, _ in rated:
        taken += _rated(present, rating, backstop, now)
    await keep(cases, publish, taken)


def _withdrawn(
    present: dict[UUID, Case], one: DemandWithdrawn, backstop: str, now: datetime
) -> Sequence[Taken]:
    """A case that is still under way ends, and what was merged into it goes on under another lead.

    One that has its answer keeps it, and says that the withdrawal came too late.
    """
    case = present[one.case_id]
    outcome = take(case, Act("withdraw", BY_CITIZEN, one.reason), now, backstop, CITIZEN)
    if isinstance(outcome, NotAllowed):
        late = Act(
            "withdraw_late", BY_CITIZEN, one.reason, lead=present.get(case.lead) if case.lead else None
        )
        outcome = take(case, late, now, backstop, CITIZEN)
    return followed(outcome, present, backstop, now) if isinstance(outcome, Taken) else ()


def _rated(present: dict[UUID, Case], one: DemandRated, backstop: str, now: datetime) -> Sequence[Taken]:
    """A bad rating opens a rectification, of a merged case that of its lead case.

    None is opened where one is open, or where the case is handled anew already.
    """
    if one.level not in BAD_RATINGS:
        return ()
    case = present[present[one.case_id].lead or one.case_id]
    outcome = take(case, Act("open_rectification", BY_RATING), now, backstop, RULE)
    return followed(outcome, present, backstop, now) if isinstance(outcome, Taken) else ()
