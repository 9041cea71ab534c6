"""From draft to issued: which step leads where, and who may take it."""

from typing import Final, Literal, NamedTuple

from services.contracts.vocabulary import Role

State = Literal["draft", "checked", "signed", "issued"]
Verb = Literal["check", "sign", "issue"]

STATES: Final[tuple[State, ...]] = ("draft", "checked", "signed", "issued")


class Step(NamedTuple):
    """One act of a person. A leader acts only for the authority's own unit, above all others."""

    verb: Verb
    before: State
    after: State
    roles: tuple[Role, ...]


STEPS: Final = (
    Step("check", "draft", "checked", ("clerk", "supervision_office", "administrator")),
    Step("sign", "checked", "signed", ("leader", "supervision_office", "administrator")),
    Step("issue", "signed", "issued", ("clerk", "leader", "supervision_office", "administrator")),
)
BY_VERB: Final = {step.verb: step for step in STEPS}


def allowed(state: State, role: Role | None = None) -> tuple[Verb, ...]:
    """The steps that lead on from a state, all or those of a role."""
    return tuple(step.verb for step in STEPS if step.before == state and (role is None or role in step.roles))


def done_before(step: Step, state: State) -> bool:
    """Whether a step was taken already: asked for again, it changes nothing."""
    return STATES.index(state) >= STATES.index(step.after)
