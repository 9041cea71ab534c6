"""What a script is drawn with: a seeded generator, days within the half year, numbers used once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final, TypeVar

from services.kit.clock import LOCAL

Thing = TypeVar("Thing")

FIRST_DAY: Final = date(2021, 3, 1)
LAST_DAY: Final = date(2021, 6, 15)


@dataclass(slots=True)
class Draw:
    """Chance, the same again from the same seed. `used`: how many numbers were handed out."""

    random: Random
    used: int = 0

    def chosen(self, things: Sequence[Thing], share: float) -> list[Thing]:
        """A share of them, at least one."""
        return self.random.sample(things, max(1, int(len(things) * share)))

    def number(self, prefix: str) -> str:
        """One that nothing else has."""
        self.used += 1
        return f"{prefix}{self.used:05}"

    def between(self, first: date, last: date) -> datetime:
        """A working hour of a day."""
        day = first + timedelta(days=self.random.randint(0, (last - first).days))
        return instant(day, self.random.randint(9, 16), self.random.randint(0, 59))

    def after(self, at: datetime) -> datetime:
        """A working hour of a later day, before the replay ends (or of the last one)."""
        last = LAST_DAY - timedelta(days=1)
        return self.between(min(at.date() + timedelta(days=1), last), last)


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LOCAL)
