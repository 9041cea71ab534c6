"""What a run of chaos saw."""

from dataclasses import dataclass

from services.dev.audit_checks import Result
from services.dev.chaos_books import Books, Difference
from services.dev.chaos_victims import Victims


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run saw. `in_flight`: requests without an answer at each kill."""

    rounds: int
    victims: Victims
    books: Books
    in_flight: tuple[int, ...]
    steps: int
    differences: tuple[Difference, ...]
    audit: tuple[Result, ...]

    @property
    def lost(self) -> int:
        return sum(len(one.lost) for one in self.differences)

    @property
    def duplicated(self) -> int:
        """Entries that are there too often, those that nobody has a receipt for, and receipts given twice."""
        extra = sum(len(one.duplicated) + len(one.strangers) for one in self.differences)
        return extra + len(self.books.contradictions)

    @property
    def good(self) -> bool:
        """Nothing lost, nothing twice, the books balance, every answer explained, every kill under load."""
        clean = not (self.lost or self.duplicated or self.books.surprises)
        return clean and all(one.balanced for one in self.audit) and all(self.in_flight)
