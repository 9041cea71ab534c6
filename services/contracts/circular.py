"""Topic `circular`: issued circulars, keyed by their number."""

from datetime import date
from typing import ClassVar, Literal

from services.contracts.envelope import Event


class CircularIssued(Event):
    """A circular was issued with figures frozen at its cut. `figures_sha256` is of their canonical JSON."""

    type: ClassVar[str] = "yinuo.circular.issued.v1"

    number: str
    kind: Literal["weekly"]
    week: date
    figures_sha256: str

    def subject(self) -> str:
        return self.number

    def identity(self) -> str:
        return self.number
