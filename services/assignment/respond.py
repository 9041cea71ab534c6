"""What citizens said of their demands: a withdrawal closes the case, a rating stays with it, or it was late.

Late is a withdrawal after the answer, and a rating of a reply that was sent back meanwhile. A bad rating, of
the reply or of a project that answers the demand, opens a rectification (decision 0009).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from services.assignment.case import Act, Case, StepNotAllowed, Taken, case_id_of
from services.assignment.keep_steps import Publish, Records, keep
from services.assignment.merge import RULE, followed
from services.assignment.rulebook import Rulebook
from services.assignment.take import take
from services.assignment.transitions import Person
from services.contracts.demand import DemandRated, DemandWithdrawn, ProjectRated
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import BAD_RATINGS, Satisfaction

CITIZEN: Final = Person("citizen", None)
BY_CITIZEN: Final = "citizen"
BY_RATING: Final = "rule:rating"
BY_PROJECT_RATING: Final = "rule:project-rating"
PROJECT_RATED_BADLY: Final = PublicText("诉求人对答复其诉求的项目评价为不满意")

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


@dataclass(frozen=True, slots=True)
class Responses:
    """What citizens said, of one batch."""

    withdrawn: Sequence[DemandWithdrawn] = ()
    rated: Sequence[Rated] = ()
    projects_rated: Sequence[ProjectRated] = ()

    @property
    def case_ids(self) -> list[UUID]:
        return [
            *(one.case_id for one in self.withdrawn),
            *(one.case_id for one, _ in self.rated),
            *(case_id_of(one.demand_id) for one in self.projects_rated),
        ]


async def respond(
    cases: Cases, publish: Publish, rulebook: Rulebook | None, said: Responses, now: datetime
) -> None:
    """Withdrawals first, then ratings. All their cases are locked at once, in order. Raises UnknownCase."""
    if not said.case_ids:
        return
    present = await cases.lock(said.case_ids, regrouping=bool(said.withdrawn))
    if missing := next((one for one in said.case_ids if one not in present), None):
        raise UnknownCase(missing)
    desk = _Desk(present, rulebook.backstop_unit if rulebook else "", now)
    for withdrawal in said.withdrawn:
        desk.withdraw(withdrawal)
    standing = [one for one in said.rated if not desk.is_late(one[0])]
    if standing:
        await cases.keep_ratings(standing)
    for rating, _ in standing:
        desk.rectify(rating.case_id, rating.level, Act("open_rectification", BY_RATING))
    for one in said.projects_rated:
        act = Act("open_rectification", BY_PROJECT_RATING, PROJECT_RATED_BADLY)
        desk.rectify(case_id_of(one.demand_id), one.level, act)
    await keep(cases, publish, desk.taken)


@dataclass(frozen=True, slots=True)
class _Desk:
    """The cases that citizens speak of, as what was said so far left them, and the steps that followed."""

    present: dict[UUID, Case]
    backstop: str
    now: datetime
    taken: list[Taken] = field(default_factory=list)

    def withdraw(self, one: DemandWithdrawn) -> None:
        """A case that is still under way ends, and what was merged into it goes on under another lead.

        One that has its answer keeps it, and says that the withdrawal came too late.
        """
        if not self._take(one.case_id, Act("withdraw", BY_CITIZEN, one.reason), CITIZEN):
            late = Act("withdraw_late", BY_CITIZEN, one.reason, lead=self._lead(one.case_id))
            self._take(one.case_id, late, CITIZEN)

    def is_late(self, one: DemandRated) -> bool:
        """Whether the reply that is rated doesn't stand any more; then the case says so."""
        late = Act("rate_late", BY_CITIZEN, lead=self._lead(one.case_id))
        return self._take(one.case_id, late, CITIZEN)

    def rectify(self, case_id: UUID, level: Satisfaction, act: Act) -> None:
        """Open a rectification after a bad rating, of a merged case that of its lead case.

        None is opened where one is open, where no reply was given, or where the case is handled anew already.
        """
        if level in BAD_RATINGS:
            self._take(self.present[case_id].lead or case_id, act, RULE)

    def _lead(self, case_id: UUID) -> Case | None:
        lead = self.present[case_id].lead
        return self.present[lead] if lead else None

    def _take(self, case_id: UUID, act: Act, who: Person) -> bool:
        outcome = take(self.present[case_id], act, self.now, self.backstop, who)
        if isinstance(outcome, StepNotAllowed):
            return False
        self.taken.extend(followed(outcome, self.present, self.backstop, self.now))
        return True
