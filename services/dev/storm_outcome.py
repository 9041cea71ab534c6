"""What a busy Monday saw."""

from dataclasses import dataclass

from services.dev.audit_checks import Result
from services.dev.chaos_victims import Victims
from services.dev.mail_server import MailServer
from services.dev.storm_books import Found
from services.dev.storm_load import OfficeBooks


@dataclass(frozen=True, slots=True)
class Outcome:
    """`in_flight`: requests without an answer at each kill; `under_fire`: rungs recorded between kills."""

    rounds: int
    victims: Victims
    offices: OfficeBooks
    mail: MailServer
    in_flight: tuple[int, ...]
    under_fire: int
    found: Found
    audit: tuple[Result, ...]

    @property
    def good(self) -> bool:
        """Everything once, no mail missing, the books balance, every answer explained, every round played."""
        clean = self.found.good and not self.offices.surprises
        played = len(self.in_flight) == self.rounds and all(self.in_flight) and self.under_fire > 0
        return clean and played and all(one.balanced for one in self.audit)
