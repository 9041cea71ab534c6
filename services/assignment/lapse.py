"""Act on limits that passed: a dispute that nobody decided, an extension neither granted nor refused.

A rule acts only if the case still waits for that very decision: `dispatch` and `opened_by` fence what
was done while the event was on its way (decision 0009).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from services.assignment.case import Act, Case, Taken
from services.assignment.keep_steps import Publish, Records, keep
from services.assignment.merge import RULE, followed
from services.assignment.rulebook import Rulebook, UnknownUnit
from services.assignment.take import take
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitPassed

BY_DISPUTE: Final = "rule:dispute"
BY_EXTENSION: Final = "rule:extension"
UNDECIDED: Final = PublicText("退回争议逾期未裁定，按首接负责由原单位办理")
UNANSWERED: Final = PublicText("延期申请逾期未批，视为不予延期")


class History(NamedTuple):
    """The version of the last extension asked for of a case, and the units that the rule gave it back to."""

    asked: int | None = None
    given_back: frozenset[str] = frozenset()


class Cases(Records, Protocol):
    """Where cases are kept, within one transaction."""

    async def lock(self, case_ids: Sequence[UUID], regrouping: bool = False) -> dict[UUID, Case]: ...

    async def histories(self, case_ids: Sequence[UUID]) -> Mapping[UUID, History]:
        """Of the cases that have any step."""
        ...

    async def note_passed(self, limits: Sequence[LimitPassed], now: datetime) -> None: ...


async def lapse(
    cases: Cases, publish: Publish, rulebook: Rulebook, passed: Sequence[LimitPassed], now: datetime
) -> None:
    """Do what the rules say of each limit that passed; nothing where somebody decided meanwhile."""
    ids = [one.case_id for one in passed]
    present = await cases.lock(ids)
    histories = await cases.histories(ids)
    await cases.note_passed(passed, now)
    taken: list[Taken] = []
    for one in passed:
        case = present.get(one.case_id)
        act = decided(one, case, histories.get(one.case_id, History()), rulebook) if case else None
        outcome = take(case, act, now, rulebook.backstop_unit, RULE) if case and act else None
        if isinstance(outcome, Taken):
            taken += followed(outcome, present, rulebook.backstop_unit, now)
    await keep(cases, publish, taken)


def decided(passed: LimitPassed, case: Case, history: History, rulebook: Rulebook) -> Act | None:
    """What the rule does about a case; None where it no longer waits for that decision.

    An undecided dispute goes back to the unit that returned the case (首接负责), to each unit once: when it
    returns the case again, the backstop office keeps it. An unanswered request counts as refused.
    """
    if passed.limit == "extension":
        waits = case.extension_asked is not None and history.asked == passed.opened_by
        return Act("refuse_extension", BY_EXTENSION, UNANSWERED) if waits else None
    waits = passed.dispatch == case.dispatch and case.state == "dispatched"
    if passed.limit != "dispute" or not waits or passed.about in history.given_back:
        return None
    try:
        post = rulebook.post_of(passed.about)
    except UnknownUnit:  # the directory dropped it meanwhile: the backstop office keeps the case
        return None
    return Act("reassign", BY_DISPUTE, UNDECIDED, passed.about, post)
