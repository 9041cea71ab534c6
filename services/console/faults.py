"""What is wrong with a form that was sent: what its page says of it at the top and beside each input."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from services.console.call import Refused
from services.console.typed import Unfit

OF_THE_FORM: Final = (
    httpx.codes.CONFLICT,
    httpx.codes.UNPROCESSABLE_ENTITY,
    httpx.codes.REQUEST_ENTITY_TOO_LARGE,
)
"""What a service says of what was typed, or of how things stand by now."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer's status, and by input (`body`, an id: by what isn't one) what the service said of it.

    A text that is a name of the catalogue's group `unfit` is ours: nothing was sent.
    """

    status: int = 200
    faults: Mapping[str, str] = field(default_factory=dict)

    def under(self, name: str) -> "Told":
        """The same, all of it about one input."""
        return Told(self.status, {name: "；".join(self.faults.values())})


NOTHING: Final = Told()


def told_of(failed: Unfit | Refused) -> Told:
    """Raises the refusal again where it says nothing of what was typed: no token, not there, not allowed."""
    if isinstance(failed, Unfit):
        return Told(httpx.codes.UNPROCESSABLE_ENTITY, {failed.field: failed.why})
    of_a_field = failed.status == httpx.codes.FORBIDDEN and failed.field
    if failed.status not in OF_THE_FORM and not of_a_field:
        raise failed
    return Told(failed.status, failed.faults or {"": _words(failed)})


def _words(refused: Refused) -> str:
    return "；".join(text for text in (refused.detail, str(refused.problem.get("remedy", ""))) if text)
