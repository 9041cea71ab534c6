"""What a figure is: a count with its names and the condition of its rows."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["ledger", "facts", "lists", "standing", "closed", "ended"]
"""The book of cases; their facts; those of the other lists; what stands in these at the cut; what left them
in the period; what ever left them by the cut."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A count over a week. `condition` is SQL over the source's columns; `$2` is the instant of the cut.

    What was done is counted in its week (`NOT settling`). Whether it was in time is counted once: in the
    first week by whose cut the limit is known, that week or a later one.
    """

    name: str
    zh: str
    en: str
    source: Source
    condition: str
