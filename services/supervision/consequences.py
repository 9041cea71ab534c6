"""What the supervision office does with what a ladder proposes: follows it, or waives it with a reason."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from services.contracts.public_text import PublicText
from services.contracts.supervision import ConsequenceSettled
from services.contracts.vocabulary import SubjectKind

How = Literal["followed", "waived"]


class Proposal(NamedTuple):
    """A consequence that was drawn, in the order in which the store reads it; `settled_…` None: it waits."""

    consequence_id: UUID
    subject: SubjectKind
    subject_id: UUID
    unit: str
    post: str
    colour: str
    times: int
    measure: str
    points: int
    ladder: str
    notice_id: UUID
    at: datetime
    settled_at: datetime | None
    settled_by: str | None
    settled_as: How | None
    note: str | None
    letter_id: UUID | None


class Proposals(Protocol):
    """Where consequences are kept, within one transaction."""

    async def proposal(self, consequence_id: UUID) -> Proposal | None:
        """Held until the end of the transaction."""
        ...

    async def settle(self, settled: Proposal) -> None: ...


class NoSuchConsequence(LookupError):
    """None of that id was drawn."""

    def __init__(self, consequence_id: UUID) -> None:
        super().__init__(f"no consequence {consequence_id} was drawn")


class NoLetterProposed(ValueError):
    """A letter goes only where one was proposed."""

    def __init__(self, found: Proposal) -> None:
        super().__init__(f"consequence {found.consequence_id} proposes {found.measure}, no letter")


class AlreadySettled(ValueError):
    """What was settled stays so: the points are counted by it."""

    def __init__(self, found: Proposal) -> None:
        super().__init__(f"consequence {found.consequence_id} is {found.settled_as} by {found.settled_by}")
        self.found = found


Publish = Callable[[ConsequenceSettled], None]


async def settle(
    proposals: Proposals,
    publish: Publish,
    consequence_id: UUID,
    how: How,
    note: PublicText,
    now: datetime,
    by: str,
    letter_id: UUID | None = None,
) -> Proposal:
    """As it is then; done again alike it changes nothing.

    `letter_id`: the letter that follows the proposal, written in the same transaction. Raises
    `NoSuchConsequence`, `NoLetterProposed`, `AlreadySettled`.
    """
    found = await proposals.proposal(consequence_id)
    if found is None:
        raise NoSuchConsequence(consequence_id)
    if letter_id is not None and found.measure != "special_letter":
        raise NoLetterProposed(found)
    if (found.settled_as, found.letter_id) == (how, letter_id):
        return found
    if found.settled_as is not None:
        raise AlreadySettled(found)
    settled = found._replace(settled_at=now, settled_by=by, settled_as=how, note=note, letter_id=letter_id)
    await proposals.settle(settled)
    publish(
        ConsequenceSettled(
            subject_kind=found.subject,
            subject_id=found.subject_id,
            consequence_id=consequence_id,
            how=how,
            note=note,
        )
    )
    return settled
