"""What merges, parts and all that happens between them must come to, told plainly: the oracle of the law of
groups (decision 0008) and of what rules open and end on the way (decision 0009).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from services.contracts.vocabulary import LimitKind

MORNING: Final = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
BETWEEN: Final = timedelta(hours=19)
"""Business time from one act to the next: a long sequence outlasts the limits."""
CASES: Final = 4
FIRST: Final = "water"
BACKSTOP: Final = "petition"
UNITS: Final = (FIRST, BACKSTOP, "river_town", "county")
DAYS: Final = 3
"""Of each extension that is asked for."""
HANDLED: Final = ("dispatched", "signed_for")
UNDER_WAY: Final = (*HANDLED, "suspended")
REPLIED: Final = ("completed", "reviewed")


class Act(NamedTuple):
    """What somebody does with a case; `other` is the case that it is merged into, or one of UNITS."""

    name: str
    number: int
    other: int = 0


class Runs(NamedTuple):
    """A limit that isn't over: whose, since when, what puts its end off. `rests_since`: it is suspended."""

    unit: str
    since: datetime
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    granted: int = 0
    rests_since: datetime | None = None


@dataclass(slots=True)
class Demand:
    """One citizen's demand: the case that handles it, how far its own case is, what its citizen was told.

    `asked`: since when more time is asked for. `dispute`: the unit that returned the case, and when.
    `assists`: the units whose part is to come, and since when. `rectifying`: since when a reply is put right.
    """

    leads: int
    dispatched: datetime
    began: datetime
    unit: str = FIRST
    state: str = "dispatched"
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    rests_since: datetime | None = None
    granted: int = 0
    asked: datetime | None = None
    dispute: tuple[str, datetime] | None = None
    assists: dict[str, datetime] = field(default_factory=dict)
    rectifying: datetime | None = None
    reply: str | None = None
    rectification: str | None = None
    rating: str | None = None
    withdrawn: bool = False

    def ends(self, state: str) -> None:
        """Without a reply of its own: nobody decides or assists any more."""
        self.state, self.asked, self.dispute, self.assists = state, None, None, {}

    def goes_to(self, unit: str, now: datetime) -> None:
        """Another dispatch: the unit signs for it anew; the time to complete, and others' parts, run on."""
        self.unit, self.state, self.dispatched = unit, "dispatched", now
        self.asked, self.dispute = None, None
        self.assists.pop(unit, None)


@dataclass(slots=True)
class Model:
    """Demands by number. Each act says whether it was possible."""

    demands: list[Demand]

    @classmethod
    def begun(cls) -> "Model":
        """Each demand alone, one registered after the other."""
        starts = [MORNING + number * BETWEEN for number in range(CASES)]
        return cls([Demand(number, at, at) for number, at in enumerate(starts)])

    def copy(self) -> "Model":
        return Model([replace(one, assists=dict(one.assists)) for one in self.demands])

    def play(self, act: Act, now: datetime) -> bool:
        if act.name == "merge":
            return self.merge(act.number, act.other, now)
        if act.name in OF_A_UNIT:
            return OF_A_UNIT[act.name](self, act.number, UNITS[act.other], now)
        return ALONE[act.name](self, act.number, now)

    def lead(self, number: int) -> Demand:
        return self.demands[self.demands[number].leads]

    def group(self, number: int) -> list[int]:
        """Those merged into a lead, the one dispatched first coming first."""
        merged = [at for at, one in enumerate(self.demands) if one.leads == number and at != number]
        return sorted(merged, key=lambda at: (self.demands[at].dispatched, at))

    def public_state(self, number: int) -> str:
        return self.lead(number).state

    def limits(self, number: int) -> dict[tuple[LimitKind, str], Runs]:
        """By kind and what it is about, all that run or rest; of a merged demand none."""
        one, limits = self.demands[number], dict[tuple[LimitKind, str], Runs]()
        if one.leads != number:
            return limits
        if one.state == "dispatched":
            limits["sign_for", ""] = Runs(one.unit, one.dispatched)
        if one.state in UNDER_WAY:
            limits["complete", ""] = Runs(one.unit, one.began, one.pauses, one.granted, one.rests_since)
        if one.asked:
            limits["extension", ""] = Runs(one.unit, one.asked)
        if one.dispute:
            returned_by, since = one.dispute
            limits["dispute", returned_by] = Runs(BACKSTOP, since)
        if one.rectifying:
            limits["rectification", ""] = Runs(one.unit, one.rectifying)
        return limits | {("assist", unit): Runs(unit, since) for unit, since in one.assists.items()}

    def sign(self, at: int, now: datetime) -> bool:
        """It ends a dispute, too: whoever signs keeps the case."""
        done = self._moves(at, "dispatched", "signed_for")
        if done:
            self.demands[at].dispute = None
        return done

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
            one.pauses, one.rests_since = (*one.pauses, (one.rests_since, now)), None
        return done

    def complete(self, at: int, now: datetime) -> bool:
        one = self.demands[at]
        if one.assists or not self._moves(at, "signed_for", "completed"):
            return False
        one.asked = None
        return self._told(at, f"答复{at}于{now}")

    def refuse(self, at: int, now: datetime) -> bool:
        if not self._is(at, "dispatched"):
            return False
        self.demands[at].ends("refused")
        return self._told(at, f"理由{at}于{now}")

    def redo(self, at: int, now: datetime) -> bool:
        """All begins anew with the unit that replied; a rectification gives way to the new limits."""
        one, done = self.demands[at], self._is(at, *REPLIED)
        if done:
            one.goes_to(one.unit, now)
            one.began, one.pauses, one.granted, one.rectifying = now, (), 0, None
        return done

    def give_back(self, at: int, now: datetime) -> bool:
        """Behind the backstop unit there is nobody."""
        one = self.demands[at]
        if not self._is(at, *HANDLED) or one.unit == BACKSTOP:
            return False
        returned_by = one.unit
        one.goes_to(BACKSTOP, now)
        one.dispute = (returned_by, now)
        return True

    def reassign(self, at: int, unit: str, now: datetime) -> bool:
        one = self.demands[at]
        if not self._is(at, *HANDLED) or one.unit == unit:
            return False
        one.goes_to(unit, now)
        return True

    def ask_extension(self, at: int, unit: str, now: datetime) -> bool:
        """Only the unit that the case lies with asks, and not again before it has its answer."""
        one = self.demands[at]
        if not self._is(at, "signed_for") or one.unit != unit or one.asked:
            return False
        one.asked = now
        return True

    def grant_extension(self, at: int, now: datetime) -> bool:
        done = self.refuse_extension(at, now)
        if done:
            self.demands[at].granted += DAYS
        return done

    def refuse_extension(self, at: int, now: datetime) -> bool:
        one = self.demands[at]
        if not self._is(at, "signed_for", "suspended") or not one.asked:
            return False
        one.asked = None
        return True

    def assist(self, at: int, unit: str, now: datetime) -> bool:
        one = self.demands[at]
        if not self._is(at, *HANDLED) or unit == one.unit or unit in one.assists:
            return False
        one.assists[unit] = now
        return True

    def end_assist(self, at: int, unit: str, now: datetime) -> bool:
        """The unit did its part, or is let off: also while the case rests."""
        return self._is(at, *UNDER_WAY) and self.demands[at].assists.pop(unit, None) is not None

    def merge(self, at: int, into: int, now: datetime) -> bool:
        one, lead = self.demands[at], self.demands[into].leads
        own = one.leads == at
        if own and one.state not in HANDLED:
            return False
        if lead in (at, one.leads) or self.demands[lead].state not in UNDER_WAY:
            return False
        for moving in [at, *(self.group(at) if own else [])]:
            self.demands[moving].leads = lead
        one.ends("merged")
        return True

    def part(self, at: int, now: datetime) -> bool:
        """It goes to its own unit, and has the time to complete that it would have had alone."""
        one = self.demands[at]
        if one.leads == at:
            return False
        one.leads = at
        one.goes_to(one.unit, now)
        return True

    def withdraw(self, at: int, now: datetime) -> bool:
        one = self.demands[at]
        if one.withdrawn or self.public_state(at) not in UNDER_WAY:
            return False
        others = self.group(at)
        one.leads, one.withdrawn = at, True
        one.ends("withdrawn")
        if others:
            self.part(others[0], now)
            for other in others[1:]:
                self.demands[other].leads = others[0]
        return True

    def rate(self, at: int, now: datetime) -> bool:
        """Badly; what was opened by an earlier rating of the matter goes on."""
        one, lead = self.demands[at], self.lead(at)
        if one.rating or lead.state not in REPLIED:
            return False
        one.rating, lead.rectifying = "dissatisfied", lead.rectifying or now
        return True

    def rectify(self, at: int, now: datetime) -> bool:
        one = self.demands[at]
        if not self._is(at, *REPLIED) or not one.rectifying:
            return False
        one.rectifying = None
        for told in (at, *self.group(at)):
            self.demands[told].rectification = f"整改{at}于{now}"
        return True

    def _is(self, at: int, *states: str) -> bool:
        """Whether it leads, or stands alone, and has come so far."""
        one = self.demands[at]
        return one.leads == at and one.state in states

    def _moves(self, at: int, before: str, after: str) -> bool:
        done = self._is(at, before)
        if done:
            self.demands[at].state = after
        return done

    def _told(self, at: int, words: str) -> bool:
        for told in (at, *self.group(at)):
            self.demands[told].reply = words
        return True


ALONE: Final[Mapping[str, Callable[[Model, int, datetime], bool]]] = {
    "sign_for": Model.sign,
    "review": Model.review,
    "suspend": Model.suspend,
    "resume": Model.resume,
    "complete": Model.complete,
    "refuse": Model.refuse,
    "redo": Model.redo,
    "return": Model.give_back,
    "grant_extension": Model.grant_extension,
    "refuse_extension": Model.refuse_extension,
    "part": Model.part,
    "withdraw": Model.withdraw,
    "rate": Model.rate,
    "rectify": Model.rectify,
}
OF_A_UNIT: Final[Mapping[str, Callable[[Model, int, str, datetime], bool]]] = {
    "reassign": Model.reassign,
    "assist": Model.assist,
    "assist_done": Model.end_assist,
    "release_assist": Model.end_assist,
    "ask_extension": Model.ask_extension,
}
