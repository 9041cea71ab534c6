"""Requests that a case not count (剔除) and appeals (申诉) as data: which step leads where, who takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple, get_args

from services.contracts.vocabulary import Role

Kind = Literal["exclusion", "appeal"]
State = Literal["asked", "approved", "refused", "appealed", "upheld", "dismissed", "withdrawn"]
Step = Literal["approve", "refuse", "appeal", "uphold", "dismiss", "withdraw"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
ASK: Final = "ask"
"""The step that opens a request."""


class Transition(NamedTuple):
    """One line of the table. `own`: only staff of the unit whose request it is. `another`: nobody who decided
    about it before, or who published the score that is contested."""

    kind: Kind
    state: State
    step: Step
    to: State
    roles: tuple[Role, ...]
    own: bool = False
    another: bool = False


UNIT: Final[tuple[Role, ...]] = ("unit_head",)
OFFICE: Final[tuple[Role, ...]] = ("supervision_office", "administrator")

TABLE: Final = (
    Transition("exclusion", "asked", "approve", "approved", OFFICE, another=True),
    Transition("exclusion", "asked", "refuse", "refused", OFFICE, another=True),
    Transition("exclusion", "asked", "withdraw", "withdrawn", UNIT, own=True),
    Transition("exclusion", "refused", "appeal", "appealed", UNIT, own=True),
    Transition("exclusion", "appealed", "uphold", "approved", OFFICE, another=True),
    Transition("exclusion", "appealed", "dismiss", "dismissed", OFFICE, another=True),
    Transition("exclusion", "appealed", "withdraw", "withdrawn", UNIT, own=True),
    Transition("appeal", "asked", "uphold", "upheld", OFFICE, another=True),
    Transition("appeal", "asked", "dismiss", "dismissed", OFFICE, another=True),
    Transition("appeal", "asked", "withdraw", "withdrawn", UNIT, own=True),
)
DECISIONS: Final = ("approve", "refuse", "uphold", "dismiss")
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "ask": ("申请", "ask"),
    "approve": ("同意剔除", "approve the exclusion"),
    "refuse": ("不同意剔除", "refuse the exclusion"),
    "appeal": ("申诉", "appeal"),
    "uphold": ("申诉成立", "uphold the appeal"),
    "dismiss": ("驳回申诉", "dismiss the appeal"),
    "withdraw": ("撤回申请", "withdraw it"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands. `decided_by`: who decided about it so far, or published what it contests."""

    kind: Kind
    state: State
    unit: str
    decided_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class NoSuchStep:
    """The state doesn't know the step; `allowed` are those it does."""

    allowed: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class NotYours:
    """Somebody else has to take it; `why` says who."""

    why: str


def allowed(standing: Standing) -> tuple[Step, ...]:
    """The steps that its state knows, in the order of the table."""
    return tuple(one.step for one in _lines(standing))


def taken(
    standing: Standing, step: Step, subject: str, role: Role, unit: str | None
) -> State | NoSuchStep | NotYours:
    """The state that a step by somebody leads to, or why it doesn't."""
    line = next((one for one in _lines(standing) if one.step == step), None)
    if line is None:
        return NoSuchStep(allowed(standing))
    if role not in line.roles:
        return NotYours(f"it takes one of the roles {', '.join(line.roles)}")
    if line.own and unit != standing.unit:
        return NotYours(f"it is a request of {standing.unit}, not of {unit or 'no unit'}")
    if line.another and subject in standing.decided_by:
        return NotYours(f"{subject} decided before: somebody else has to")
    return line.to


def last_day(decided: date, days: int) -> date:
    """The last local day on which a decision may be contested; its own day doesn't count."""
    return decided + timedelta(days=days)


def roles_of(step: Step) -> tuple[Role, ...]:
    """Every role that may take a step in some state."""
    return tuple(dict.fromkeys(role for one in TABLE if one.step == step for role in one.roles))


def may_revise(kind: Kind, state: State) -> bool:
    """Whether a request calls for a revision of what was published."""
    return (kind, state) in (("exclusion", "approved"), ("appeal", "upheld"))


def _lines(standing: Standing) -> Sequence[Transition]:
    return [one for one in TABLE if (one.kind, one.state) == (standing.kind, standing.state)]
