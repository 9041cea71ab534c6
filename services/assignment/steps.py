"""Take steps of cases as staff ask for them, many at once, each with its own outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from services.assignment.case import Act, Case, StepNotAllowed, Taken
from services.assignment.case_name import CaseName
from services.assignment.keep_steps import Publish, Records, keep
from services.assignment.merge import CannotMerge, followed, lead_of
from services.assignment.rulebook import Rulebook, UnknownUnit
from services.assignment.take import take
from services.assignment.transitions import Person, Step, may, roles_of, who_may
from services.contracts.vocabulary import TAGS, Satisfaction, Tag
from services.kit.auth import Staff
from services.kit.masking import mask


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that somebody asks for. `text`: reply, reason or note; `unit`: where to; `days`: more time.

    `into`: the case that it is to be merged into, by id or receipt; `tags`: those that it has from then on.
    `answer`: how satisfied the citizen is who was called back.
    """

    case_id: UUID
    step: Step
    text: str | None = None
    unit: str | None = None
    days: int | None = None
    into: CaseName | None = None
    tags: tuple[Tag, ...] | None = None
    answer: Satisfaction | None = None


@dataclass(frozen=True, slots=True)
class NoSuchCase:
    """No case has this id."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class NotTheirCase:
    """The case, or this step of it, isn't theirs; `why` names what would be needed."""

    case: Case
    step: Step
    why: str


@dataclass(frozen=True, slots=True)
class NoSuchUnit:
    """A case can't go to a unit that the directory doesn't have."""

    unit: str


Outcome = Taken | StepNotAllowed | NoSuchCase | NotTheirCase | NoSuchUnit | CannotMerge
PARTS_ENDED: Final[frozenset[Step]] = frozenset({"assist_done", "release_assist"})
"""Steps that name a unit which the directory may have dropped meanwhile."""
REGROUPING: Final[frozenset[Step]] = frozenset({"merge", "part"})


class Cases(Records, Protocol):
    """Where cases are kept, within one transaction."""

    async def lock(self, case_ids: Sequence[UUID], regrouping: bool = False) -> dict[UUID, Case]:
        """Cases with all of their groups, held until commit; `regrouping`: groups may be changed."""
        ...

    async def of_receipts(self, receipts: Sequence[str]) -> Mapping[str, UUID]:
        """The cases that some receipt numbers name, those there are."""
        ...


async def take_steps(
    cases: Cases, publish: Publish, rulebook: Rulebook, asked: Sequence[Asked], staff: Staff, now: datetime
) -> list[Outcome]:
    """The outcome of each step, in order. Those taken commit together; a refused one stops no other."""
    asked = await _by_id(cases, asked)
    ids = [case_id for one in asked for case_id in (one.case_id, one.into) if isinstance(case_id, UUID)]
    present = await cases.lock(ids, any(one.step in REGROUPING for one in asked))
    outcomes, taken = [], list[Taken]()
    for one in asked:
        outcomes.append(outcome := _outcome(present, rulebook, one, staff, now))
        if isinstance(outcome, Taken):
            taken += followed(outcome, present, rulebook.backstop_unit, now)
    await keep(cases, publish, taken)
    return outcomes


async def _by_id(cases: Cases, asked: Sequence[Asked]) -> Sequence[Asked]:
    """A receipt number that names a case becomes its id, whoever may see that case."""
    receipts = [one.into for one in asked if isinstance(one.into, str)]
    if not receipts:
        return asked
    known = await cases.of_receipts(receipts)
    return [
        replace(one, into=known.get(one.into, one.into)) if isinstance(one.into, str) else one
        for one in asked
    ]


def _outcome(
    present: dict[UUID, Case], rulebook: Rulebook, asked: Asked, staff: Staff, now: datetime
) -> Outcome:
    """Decide about one step of the cases as the steps before it left them."""
    case = present.get(asked.case_id)
    if case is None:
        return NoSuchCase(asked.case_id)
    if why := refusal(staff, case, asked.step, rulebook.backstop_unit):
        return NotTheirCase(case, asked.step, why)
    try:
        act = act_of(asked, staff, rulebook)
    except UnknownUnit as unknown:
        return NoSuchUnit(unknown.code)
    if asked.step == "merge" and asked.into is not None:
        lead = lead_of(case, asked.into, present)
        if isinstance(lead, CannotMerge):
            return lead
        act = replace(act, lead=lead)
    return take(case, act, now, rulebook.backstop_unit, person_of(staff))


def act_of(asked: Asked, staff: Staff, rulebook: Rulebook) -> Act:
    """What is done, with texts masked and the post named. Raises UnknownUnit."""
    unit = _target(asked, staff, rulebook)
    text = mask(asked.text) if asked.text is not None else None
    tags = None if asked.tags is None else tuple(tag for tag in TAGS if tag in asked.tags)
    post = rulebook.post_of(unit) if unit and asked.step not in PARTS_ENDED else None
    return Act(asked.step, staff.subject, text, unit, post, asked.days, tags=tags, answer=asked.answer)


def person_of(staff: Staff) -> Person:
    """Whom the table of transitions asks about."""
    return Person(staff.role, staff.unit)


def refusal(staff: Staff, case: Case, step: Step, backstop_unit: str) -> str | None:
    """Why a member of staff may not take a step; None where they may."""
    if may(person_of(staff), case.place(backstop_unit), step):
        return None
    if staff.role not in roles_of(step):
        return f"role {staff.role} doesn't take step {step}; who does: {who_may(step)}"
    if staff.unit != case.unit:
        return f"the case lies with unit {case.unit}, the token is for unit {staff.unit}"
    return f"step {step} is for staff of the backstop unit {backstop_unit}; return the case with a reason"


def _target(asked: Asked, staff: Staff, rulebook: Rulebook) -> str | None:
    """Where a step takes the case, or which unit assists; None: it is the case's unit alone."""
    match asked.step:
        case "return":
            return rulebook.backstop_unit
        case "reassign" | "assist" | "release_assist":
            return asked.unit
        case "assist_done":
            return staff.unit
    return None
