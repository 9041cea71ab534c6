"""What merges and parts must come to, told plainly: the oracle of the law of groups (decision 0008)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

UNDER_WAY: Final = ("dispatched", "signed_for", "suspended")
REPLIED: Final = ("completed", "reviewed")


@dataclass(slots=True)
class Demand:
    """One citizen's demand: the case that handles it, how far its own case is, what its citizen was told."""

    leads: int
    dispatched: datetime
    began: datetime
    state: str = "dispatched"
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    rests_since: datetime | None = None
    reply: str | None = None
    rectification: str | None = None
    rectifying: bool = False
    rating: str | None = None
    withdrawn: bool = False


@dataclass(slots=True)
class Model:
    """Demands by number. Each act says whether it was possible."""

    demands: list[Demand]

    def lead(self, number: int) -> Demand:
        return self.demands[self.demands[number].leads]

    def group(self, number: int) -> list[int]:
        """Those merged into a lead, the one dispatched first coming first."""
        merged = [at for at, one in enumerate(self.demands) if one.leads == number and at != number]
        return sorted(merged, key=lambda at: (self.demands[at].dispatched, at))

    def public_state(self, number: int) -> str:
        return self.lead(number).state

    def sign(self, at: int, now: datetime) -> bool:
        return self._moves(at, "dispatched", "signed_for")

    def review(self, at: int, now: datetime) -> bool:
        return self._moves(at, "completed", "reviewed")

    def suspend(self, at: int, now: datetime) -> bool:
        done = self._moves(at, "signed_for", "suspended")
        if done:
            self.demands[at].rests_since = now
        return done

    def resume(self, at: int, now: datetime) -> bool:
        one, done = self.demands[at], self._moves(at, "suspended", "signed_for")
        if done and one.rests_since:
            one.pauses.append((one.rests_since, now))
            one.rests_since = None
        return done

    def complete(self, at: int, now: datetime) -> bool:
        return self._moves(at, "signed_for", "completed") and self._told(at, f"答复{at}于{now}")

    def refuse(self, at: int, now: datetime) -> bool:
        return self._moves(at, "dispatched", "refused") and self._told(at, f"理由{at}于{now}")

    def redo(self, at: int, now: datetime) -> bool:
        one = self.demands[at]
        done = one.leads == at and one.state in REPLIED
        if done:
            one.state, one.began, one.dispatched, one.pauses = "dispatched", now, now, []
            one.rectifying = False
        return done

    def merge(self, at: int, into: int, now: datetime) -> bool:
        one, lead = self.demands[at], self.demands[into].leads
        own = one.leads == at
        if own and one.state not in ("dispatched", "signed_for"):
            return False
        if lead in (at, one.leads) or self.demands[lead].state not in UNDER_WAY:
            return False
        for moving in [at, *(self.group(at) if own else [])]:
            self.demands[moving].leads = lead
        one.state, one.rectifying = "merged", False
        return True

    def part(self, at: int, now: datetime) -> bool:
        one = self.demands[at]
        if one.leads == at:
            return False
        one.leads, one.state, one.dispatched = at, "dispatched", now
        return True

    def withdraw(self, at: int, now: datetime) -> bool:
        one = self.demands[at]
        if one.withdrawn or self.public_state(at) not in UNDER_WAY:
            return False
        others = self.group(at)
        one.leads, one.state, one.withdrawn = at, "withdrawn", True
        if others:
            self.part(others[0], now)
            for other in others[1:]:
                self.demands[other].leads = others[0]
        return True

    def rate(self, at: int, now: datetime) -> bool:
        one = self.demands[at]
        if one.rating or self.public_state(at) not in REPLIED:
            return False
        one.rating, lead = "dissatisfied", self.lead(at)
        lead.rectifying = True
        return True

    def rectify(self, at: int, now: datetime) -> bool:
        one = self.demands[at]
        if one.leads != at or one.state not in REPLIED or not one.rectifying:
            return False
        one.rectifying = False
        for told in (at, *self.group(at)):
            self.demands[told].rectification = f"整改{at}于{now}"
        return True

    def _moves(self, at: int, before: str, after: str) -> bool:
        one = self.demands[at]
        if one.leads != at or one.state != before:
            return False
        one.state = after
        return True

    def _told(self, at: int, words: str) -> bool:
        for told in (at, *self.group(at)):
            self.demands[told].reply = words
        return True


ACTS: Final[Mapping[str, Callable[[Model, int, datetime], bool]]] = {
    "sign_for": Model.sign,
    "review": Model.review,
    "suspend": Model.suspend,
    "resume": Model.resume,
    "complete": Model.complete,
    "refuse": Model.refuse,
    "redo": Model.redo,
    "part": Model.part,
    "withdraw": Model.withdraw,
    "rate": Model.rate,
    "rectify": Model.rectify,
}
BETWEEN: Final = timedelta(hours=9)
"""Business time from one act to the next."""
