"""What a figure is: a count with its names and the condition of its rows."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["ledger", "facts", "lists", "standing", "closed", "ended"]
"""The book of cases; their facts; those of the other lists; what stands in these at the cut; what left them
in the period; what ever left them by the cut."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A count over the days of a book. `condition` is SQL over the source's columns; `$2` is the instant of
    the cut, and for facts `$1` the first day.

    What was done is counted in its book (`NOT settling`). Whether it was in time is counted once: in the
    first book by whose cut the limit is known, that one or a later one of its kind.
    """

    name: str
    zh: str
    en: str
    source: Source
    condition: str
