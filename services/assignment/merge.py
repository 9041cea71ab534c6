"""Groups of cases of one matter (同一事项): a lead case and those merged into it, flat. Pure.

Demands never move and a merge is no more than a link with its dates, so that any sequence of merges and
partings comes to what its last grouping says (decision 0008).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.assignment.case import Act, Case, Taken
from services.assignment.case_name import CaseName
from services.assignment.take import take
from services.assignment.transitions import Person, Step
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import BEFORE_REPLY

RULE: Final = Person("rule", None)
BY_RULE: Final = "rule:merge"
LEAD_WITHDRAWN: Final = PublicText("牵头件的诉求人撤回，其余诉求继续办理")
FOLLOWED: Final[frozenset[Step]] = frozenset(
    {
        "sign_for",
        "suspend",
        "resume",
        "complete",
        "review",
        "call_back",
        "archive",
        "redo",
        "return",
        "reassign",
        "refuse",
        "rectify",
    }
)
"""The steps of a lead case that those merged into it follow."""
TELLING: Final[frozenset[Step]] = frozenset({"complete", "refuse", "rectify"})
"""Those whose text each citizen is told."""


@dataclass(frozen=True, slots=True)
class CannotMerge:
    """The two cases can't become one group; `why` and `remedy` say it to whoever asked."""

    case: Case
    into: CaseName
    why: str
    remedy: str


def lead_of(case: Case, into: CaseName, present: Mapping[UUID, Case]) -> Case | CannotMerge:
    """The lead case of the group that a case is to be merged into: a merged one stands for its own lead.

    `present` holds both cases with all of their groups.
    """
    target = present.get(into) if isinstance(into, UUID) else None
    if target is None:
        return CannotMerge(case, into, f"no case {into}", "name one of /cases")
    lead = present[target.lead] if target.lead is not None else target
    if lead.case_id in (case.case_id, case.lead):
        return CannotMerge(case, into, "both are of one group already", "nothing needs to be done")
    if lead.state not in BEFORE_REPLY:
        why = f"case {lead.case_id} is {lead.state}: its limits don't run any more"
        return CannotMerge(case, into, why, "have it redone first, or reply to this case itself")
    return lead


def members(lead: UUID, present: Mapping[UUID, Case]) -> list[Case]:
    """The cases merged into a lead case, those dispatched first coming first."""
    theirs = (case for case in present.values() if case.lead == lead)
    return sorted(theirs, key=lambda case: (case.dispatched_at, case.case_id))


def followed(one: Taken, present: dict[UUID, Case], backstop_unit: str, now: datetime) -> list[Taken]:
    """A step with what it does to the group of its case; `present` shows both from then on."""
    done = [one, *consequences(one, present, backstop_unit, now)]
    present.update({step.case.case_id: step.case for step in done})
    return done


def consequences(
    one: Taken, present: Mapping[UUID, Case], backstop_unit: str, now: datetime
) -> Iterable[Taken]:
    """What a step of a lead case does to those merged into it. `present` shows the case before the step."""
    group = members(one.case.case_id, present)
    act = one.act
    if not group:
        return []
    if act.step == "merge":
        onward = Act("merge", act.by, act.text, lead=act.lead)
        return [_taken(case, onward, backstop_unit, now) for case in group]
    if act.step == "withdraw":
        return _gone_on(group, backstop_unit, now)
    if act.step not in FOLLOWED or _called_again(one, present):
        return []
    told = act.text if act.step in TELLING else None
    following = Act("follow", BY_RULE, told, lead=one.case, followed=act.step)
    return [_taken(case, following, backstop_unit, now) for case in group]


def _called_again(one: Taken, present: Mapping[UUID, Case]) -> bool:
    """A further call about the lead's reply moves nothing: it is between its citizen and the office."""
    return one.act.step == "call_back" and one.case.state == present[one.case.case_id].state


def _gone_on(group: list[Case], backstop_unit: str, now: datetime) -> list[Taken]:
    """The lead's demand is withdrawn: the oldest of the others leads from now on."""
    first, *others = group
    leading = _taken(first, Act("part", BY_RULE, LEAD_WITHDRAWN), backstop_unit, now)
    following = Act("merge", BY_RULE, LEAD_WITHDRAWN, lead=leading.case)
    return [leading, *(_taken(case, following, backstop_unit, now) for case in others)]


def _taken(case: Case, act: Act, backstop_unit: str, now: datetime) -> Taken:
    outcome = take(case, act, now, backstop_unit, RULE)
    assert isinstance(outcome, Taken)  # noqa: S101  the table lets the rule take these steps of merged cases
    return outcome
