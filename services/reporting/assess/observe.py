"""What one case says of those who handled it, fact by fact: the observations that an assessment counts.

`sql/assessment.sql` says the same set-wise over all cases; a test and the audit hold one against the other.
The words are the circular's: what is due, signed and overdue is judged as `figures` judges it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, NamedTuple, get_args
from uuid import UUID

from services.contracts.vocabulary import BAD_RATINGS

IndicatorId = Literal["on_time", "receipt", "satisfaction", "returned", "redone"]
INDICATORS: Final[tuple[IndicatorId, ...]] = get_args(IndicatorId)
NOTICES: Final = "notices"
"""The name under which notices stand beside the indicators; each costs points, none is a share."""
EXCLUDABLE: Final = (*INDICATORS, NOTICES)

OPENING: Final = ("assigned", "returned", "reassigned", "redone", "parted")
ENDING: Final = ("completed", "withdrawn", "refused", "merged")
"""Kinds of facts that end their own dispatch; a return or a reassignment ends the one before it."""
OBSERVED: Final = (
    *OPENING,
    *ENDING,
    *("signed_for", "limits_set", "rated", "rating_late", "called_back", "notice"),
)
"""All kinds of facts that an assessment reads."""


class CaseFact(NamedTuple):
    """A fact of one case, as far as assessing reads it. `day`: the local day it is counted in."""

    event_id: UUID
    at: datetime
    day: date
    kind: str
    case_id: UUID
    dispatch: int | None = None
    version: int | None = None
    unit: str | None = None
    post: str | None = None
    receipt: str | None = None
    sign_for_due: datetime | None = None
    complete_due: datetime | None = None
    colour: str | None = None
    outcome: str | None = None


class Period(NamedTuple):
    """Local days from `first` to (excluding) `until`; `cut_at` is the instant at which `until` begins."""

    first: date
    until: date
    cut_at: datetime


class Observation(NamedTuple):
    """One row that is counted. `hit`: it is what the indicator is named after (on time, returned, …).

    `then` is the local day that decides whose leader it was: what was late is the one's who held the post
    when it fell due (decision 0010), all else the one's who held it when it was done. `due`: the limit, where
    one decided.
    """

    indicator: str
    unit: str
    post: str | None
    then: date
    hit: bool
    case_id: UUID
    dispatch: int | None
    receipt: str | None
    at: datetime
    due: datetime | None = None
    colour: str | None = None


@dataclass(slots=True)
class _Dispatch:
    opened: CaseFact
    signed: CaseFact | None = None
    ended: CaseFact | None = None
    limits: list[CaseFact] = field(default_factory=list)

    def newest(self) -> CaseFact | None:
        return max(self.limits, key=lambda one: one.version or 0, default=None)


def observations(
    facts: Iterable[CaseFact], period: Period, local_day: Callable[[datetime], date]
) -> Iterator[Observation]:
    """The observations of one case in a period, from all its facts known before the period's end."""
    known = sorted(
        (fact for fact in facts if fact.day < period.until), key=lambda one: (one.day, one.at, one.event_id)
    )
    dispatches = _dispatches(known)
    receipt = next((fact.receipt for fact in known if fact.kind == "assigned"), None)
    saying = _Saying(period, local_day, receipt)
    for number, dispatch in dispatches.items():
        yield from saying.completion(number, dispatch)
        yield from saying.signature(number, dispatch)
        yield from saying.fate(number, dispatch, dispatches.get(number + 1))
    yield from saying.ratings(known, dispatches)
    yield from saying.notices(known)


def _dispatches(known: Sequence[CaseFact]) -> dict[int, _Dispatch]:
    made: dict[int, _Dispatch] = {}
    for fact in known:
        if fact.kind in OPENING and fact.dispatch is not None:
            made.setdefault(fact.dispatch, _Dispatch(fact))
    for fact in known:
        ends = fact.kind in ("returned", "reassigned")
        dispatch = made.get((fact.dispatch or 0) - ends)
        if dispatch is None:
            continue
        if ends or fact.kind in ENDING:
            dispatch.ended = dispatch.ended or fact
        elif fact.kind == "signed_for":
            dispatch.signed = dispatch.signed or fact
        elif fact.kind == "limits_set":
            dispatch.limits.append(fact)
    return made


class _Judged(NamedTuple):
    day: date
    due: datetime


def _judged(
    done: CaseFact, limits: Sequence[CaseFact], due: Callable[[CaseFact], datetime | None]
) -> _Judged | None:
    """The first day on which both what was done and its limit, the newest then known, are known; so each is
    judged once, and what is told afterwards changes nothing. None: it waits for its limit."""
    for day in sorted({max(done.day, one.day) for one in limits}):
        newest = max((one for one in limits if one.day <= day), key=lambda one: one.version or 0)
        instant = due(newest)
        if instant is not None:
            return _Judged(day, instant)
    return None


@dataclass(frozen=True, slots=True)
class _Saying:
    """Makes the observations of one case."""

    period: Period
    local_day: Callable[[datetime], date]
    receipt: str | None

    def completion(self, number: int, dispatch: _Dispatch) -> Iterator[Observation]:
        """按期办结: what was completed or is overdue; a return only past the limit, as in the circular."""
        ended = dispatch.ended
        if ended is None:
            newest = dispatch.newest()
            yield from self._overdue("on_time", number, dispatch, newest and newest.complete_due)
        elif ended.kind in ("completed", "returned"):
            judged = _judged(ended, dispatch.limits, lambda one: one.complete_due)
            if judged and judged.day >= self.period.first:
                in_time = ended.at <= judged.due
                if ended.kind == "completed" or not in_time:
                    yield self._timed("on_time", number, dispatch, ended, judged.due)

    def signature(self, number: int, dispatch: _Dispatch) -> Iterator[Observation]:
        """及时签收: what was signed for, and what lies unsigned past the limit."""
        if dispatch.signed is None:
            newest = dispatch.newest()
            if dispatch.ended is None:
                yield from self._overdue("receipt", number, dispatch, newest and newest.sign_for_due)
            return
        judged = _judged(dispatch.signed, dispatch.limits, lambda one: one.sign_for_due)
        if judged and judged.day >= self.period.first:
            yield self._timed("receipt", number, dispatch, dispatch.signed, judged.due)

    def fate(self, number: int, dispatch: _Dispatch, following: _Dispatch | None) -> Iterator[Observation]:
        """回退 among what the unit ended; 重办 among its replies, counted when either happened."""
        ended, first = dispatch.ended, self.period.first
        if ended is None or ended.kind not in ("completed", "returned"):
            return
        if ended.day >= first:
            yield self._said("returned", number, dispatch, ended.kind == "returned", ended)
        again = following.opened if following and following.opened.kind == "redone" else None
        if ended.kind == "completed" and max(ended.day, again.day if again else ended.day) >= first:
            yield self._said("redone", number, dispatch, again is not None, ended)

    def ratings(self, known: Sequence[CaseFact], dispatches: dict[int, _Dispatch]) -> Iterator[Observation]:
        """群众满意: standing ratings (one that came too late isn't spent), and answers when called back."""
        late = sum(fact.kind == "rating_late" for fact in known)
        standing = sorted((f for f in known if f.kind == "rated"), key=lambda one: (one.at, one.event_id))
        asked = [f for f in known if f.kind == "called_back" and f.outcome is not None]
        for fact in (*standing[late:], *asked):
            if fact.day >= self.period.first and fact.unit is not None:
                yield self._rated(fact, dispatches)

    def notices(self, known: Sequence[CaseFact]) -> Iterator[Observation]:
        """督办单, those sent; a collapsed one costs nothing."""
        for fact in known:
            sent = fact.kind == "notice" and fact.outcome == "sent"
            if sent and fact.day >= self.period.first and fact.unit is not None:
                then = self.local_day(fact.at)
                yield Observation(
                    *(NOTICES, fact.unit, fact.post, then, True, fact.case_id, fact.dispatch, self.receipt),
                    *(fact.at, None, fact.colour),
                )

    def _rated(self, fact: CaseFact, dispatches: dict[int, _Dispatch]) -> Observation:
        """The rated reply is of the unit's last dispatch opened before; its leader's when it was given."""
        before = [n for n, d in dispatches.items() if d.opened.unit == fact.unit and d.opened.at <= fact.at]
        number = max(before, default=None)
        dispatch = dispatches[number] if number is not None else None
        ended = dispatch.ended if dispatch else None
        replied = ended if ended and ended.kind == "completed" and ended.at <= fact.at else fact
        assert fact.unit is not None  # noqa: S101  the caller looked
        return Observation(
            "satisfaction",
            fact.unit,
            dispatch.opened.post if dispatch else None,
            self.local_day(replied.at),
            fact.outcome not in BAD_RATINGS,
            fact.case_id,
            number,
            self.receipt,
            fact.at,
        )

    def _timed(
        self, indicator: str, number: int, dispatch: _Dispatch, done: CaseFact, due: datetime
    ) -> Observation:
        in_time = done.at <= due
        said = self._said(indicator, number, dispatch, in_time and done.kind != "returned", done)
        return said._replace(due=due, then=self.local_day(done.at if in_time else due))

    def _overdue(
        self, indicator: str, number: int, dispatch: _Dispatch, due: datetime | None
    ) -> Iterator[Observation]:
        if due is not None and due <= self.period.cut_at:
            said = self._said(indicator, number, dispatch, False, dispatch.opened)
            yield said._replace(due=due, then=self.local_day(due))

    def _said(
        self, indicator: str, number: int, dispatch: _Dispatch, hit: bool, fact: CaseFact
    ) -> Observation:
        opened = dispatch.opened
        unit = opened.unit or ""
        return Observation(
            *(indicator, unit, opened.post, self.local_day(fact.at), hit, opened.case_id, number),
            *(self.receipt, fact.at),
        )


def by_case(facts: Iterable[CaseFact]) -> Iterator[list[CaseFact]]:
    """Facts in any order, each case's together."""
    cases: dict[UUID, list[CaseFact]] = defaultdict(list)
    for fact in facts:
        cases[fact.case_id].append(fact)
    yield from cases.values()
