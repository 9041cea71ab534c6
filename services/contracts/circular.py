"""Topic `circular`: issued circulars, keyed by their number."""

from datetime import date
from typing import ClassVar, Literal

from services.contracts.envelope import Event


class CircularIssued(Event):
    """A circular of the local days from `first` up to `until` (not in it) was issued, frozen at its cut.

    `figures_sha256` is of its canonical JSON. `corrects`: the number of the circular that this one mends;
    that one stays as it is.
    """

    type: ClassVar[str] = "yinuo.circular.issued.v1"

    number: str
    kind: Literal["weekly", "monthly", "yearly", "county"]
    first: date
    until: date
    corrects: str | None = None
    figures_sha256: str

    def subject(self) -> str:
        return self.number

    def identity(self) -> str:
        return self.number
