"""Books kept in memory, reading all records anew each time: the oracle of reporting's store, its fake."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.contracts.case import (
    CaseAssigned,
    CaseCompleted,
    CaseMerged,
    CaseParted,
    CaseReassigned,
    CaseRedone,
    CaseRefused,
    CaseReturned,
    CaseSignedFor,
    CaseWithdrawn,
)
from services.contracts.demand import DemandRated, DemandRegistered
from services.contracts.directory import AuthorityRecorded, DirectoryEvent
from services.contracts.envelope import Record
from services.contracts.flow import TOPICS
from services.contracts.promise import PromiseEvent
from services.contracts.supervision import LimitsSet, NoticeAcknowledged, NoticeSent
from services.contracts.vocabulary import BAD_RATINGS
from services.contracts.watermark import WatermarkPassed
from services.reporting.assess.gaming import GameFact, default_parameters, signals
from services.reporting.assess.gaming import counted as by_unit_of
from services.reporting.circular import Circular, CutAt, PromiseHead
from services.reporting.compose import Again, Group, Numbers, OpenLate
from services.reporting.directory import Directory, build
from services.reporting.facts import facts_of
from services.reporting.periods import DAY, Editions, Period, SoFar, next_over
from tests.contract.reporting_histories import READ, midnight
from tests.contract.reporting_lists import list_numbers


@dataclass(slots=True)
class Dispatch:
    """All that is known of one dispatch of a case, each fact with the day it counts on."""

    case: CaseAssigned
    number: int
    unit: str
    post: str
    origin: str
    opened: tuple[date, datetime]
    signed: tuple[date, datetime] | None = None
    closed: tuple[date, datetime, str] | None = None
    limits: list[tuple[date, LimitsSet]] = field(default_factory=list)

    def dues(self, day: date) -> tuple[datetime | None, datetime | None]:
        known = [event for set_in, event in self.limits if set_in <= day]
        newest = max(known, key=lambda event: event.version, default=None)
        return (newest.sign_for_due, newest.complete_due) if newest else (None, None)

    def in_book(self, of: Period) -> bool:
        open_in_it = self.opened[0] <= of.last and (self.closed is None or self.closed[0] >= of.first)
        return open_in_it or self.settling(of)

    def settling(self, of: Period) -> bool:
        """Closed before, and waiting for a limit that may still come."""
        before = of.first - DAY
        if self.closed is None or self.closed[0] > before or self.dues(before)[1] is not None:
            return False
        if self.closed[2] == "completed":
            return True
        passed_on_untold = all(set_in > before for set_in, _ in self.limits)
        return passed_on_untold and (self.closed[2] == "returned" or self.signed is not None)

    def judged(self, of: Period, done: date | None, place: int) -> bool:
        """Whether this is the first book that knows both what was done and its limit."""
        if done is None or done > of.last or self.dues(of.last)[place] is None:
            return False
        return done >= of.first or self.dues(of.first - DAY)[place] is None


def counted(dispatch: Dispatch, of: Period) -> dict[str, bool]:
    """Which figures a dispatch is counted in: each rule said once more, in plain words."""
    cut_at = midnight(of.until)
    sign_due, due = dispatch.dues(of.last)
    settling = dispatch.settling(of)
    carried = dispatch.opened[0] < of.first and not settling
    opened = of.first <= dispatch.opened[0] <= of.last
    new = opened and dispatch.origin == "assigned"
    closed = dispatch.closed if dispatch.closed and dispatch.closed[0] <= of.last else None
    fate = closed[2] if closed else None
    overdue = closed is None and due is not None and due <= cut_at
    ended = _ended(dispatch, of)
    return {
        "carried_over": carried,
        "dispatched": opened,
        "assigned": new,
        "redispatched": opened and not new,
        **_signing(dispatch, of),
        "unsigned_overdue": closed is None
        and not _signed_by(dispatch, of)
        and sign_due is not None
        and sign_due <= cut_at,
        "completed": fate == "completed" and not settling,
        "unjudged_before": fate == "completed" and settling,
        "judged_afterwards": fate == "completed" and settling and due is not None,
        "unjudged": fate == "completed" and due is None,
        "returned": fate == "returned" and not settling,
        "reassigned": fate == "reassigned" and not settling,
        "redone": opened and dispatch.origin == "redone",
        "withdrawn": fate == "withdrawn" and not settling,
        "refused": fate == "refused" and not settling,
        "merged": fate == "merged" and not settling,
        "parted": opened and dispatch.origin == "parted",
        "closed": closed is not None and not settling,
        "carried_forward": closed is None,
        "overdue": overdue,
        "due": overdue or any(ended.values()),
        **ended,
        "without_limit": closed is None and due is None,
        "repeats": new and dispatch.case.repeat_of is not None,
        "backstop": new and dispatch.case.backstop,
    }


def _signed_by(dispatch: Dispatch, of: Period) -> bool:
    return dispatch.signed is not None and dispatch.signed[0] <= of.last


def _signing(dispatch: Dispatch, of: Period) -> dict[str, bool]:
    done, at = dispatch.signed or (None, None)
    due, complete_due = dispatch.dues(of.last)
    judged = dispatch.judged(of, done, 0)
    in_time = judged and at is not None and due is not None and at <= due
    return {
        "signed": done is not None and of.first <= done <= of.last,
        "signed_in_time": in_time,
        "signed_late": judged and not in_time,
        "signed_unjudged": _signed_by(dispatch, of) and due is None and complete_due is None,
    }


def _ended(dispatch: Dispatch, of: Period) -> dict[str, bool]:
    done, at, fate = dispatch.closed or (None, None, None)
    due = dispatch.dues(of.last)[1]
    judged = dispatch.judged(of, done, 1)
    in_time = judged and at is not None and due is not None and at <= due
    return {
        "completed_on_time": in_time and fate == "completed",
        "completed_late": judged and not in_time and fate == "completed",
        "returned_overdue": judged and not in_time and fate == "returned",
    }


class FakeBooks:
    """The Books of draft.py without a database: each book is read from the whole record."""

    def __init__(self) -> None:
        self.placed: list[tuple[Record, date]] = []
        self.reached: dict[tuple[str, int], list[tuple[date, int]]] = defaultdict(list)
        self.circulars: dict[Period, Circular] = {}
        self.policies: dict[Period, str] = {}

    def take(self, records: list[Record]) -> None:
        """Read a batch."""
        for record in records:
            passed = self.reached[record.topic, record.partition]
            if isinstance(record.event, WatermarkPassed):
                passed.append((record.event.day, record.offset))
            else:
                self.placed.append((record, max(day for day, _ in passed)))

    @property
    def weekly(self) -> dict[date, Circular]:
        """The weekly circulars by their Mondays."""
        return {of.first: one for of, one in self.circulars.items() if of.kind == "weekly"}

    async def next_over(self) -> Period | None:
        return next_over(await self.so_far())

    async def hold(self) -> None:
        """There is nobody else."""

    async def so_far(self) -> SoFar:
        passed = [marks for marks in self.reached.values() if marks]
        whole = len(passed) == sum(TOPICS[topic].partitions for topic in READ)
        return SoFar(
            began=min((day for marks in passed for day, _ in marks), default=None),
            reached=min(max(day for day, _ in marks) for marks in passed) if whole else None,
            last={
                kind: max(of.first for of in self.circulars if of.kind == kind)
                for kind in {of.kind for of in self.circulars}
            },
            editions=[
                Editions(placed, frozenset(record.event.editions))
                for record, placed in self.placed
                if isinstance(record.event, AuthorityRecorded)
            ],
        )

    async def close(self, of: Period) -> Numbers:
        book = [d for d in dispatches(self.placed) if d.in_book(of)]
        by_unit: dict[str, Counter[str]] = defaultdict(Counter)
        for dispatch in book:
            by_unit[dispatch.unit].update(counted(dispatch, of))
        new = [d for d in book if of.first <= d.opened[0] <= of.last and d.origin == "assigned"]
        groups = Counter((d.case.kind, d.case.category, d.case.town) for d in new)
        inside = [record for record, placed in self.placed if of.first <= placed <= of.last]
        return Numbers(
            by_unit=by_unit,
            groups=[Group(*key, count) for key, count in groups.items()],
            channels=Counter(r.event.channel for r in inside if isinstance(r.event, DemandRegistered)),
            notices=Counter(_colours(inside)),
            whole=_whole(inside, midnight(of.first)),
            overdue=_overdue(book, of),
            repeats=_repeats(new, book, of),
            cut=self._cut(of),
            promise_heads=self._promise_heads(of),
            lists=list_numbers(self.placed, of),
            gaming=by_unit_of(signals(self._game_facts(), default_parameters(), of.first, of.until)),
        )

    def _game_facts(self) -> Iterator[GameFact]:
        """All that was ever told, however long ago."""
        for fact in facts_of(self.placed, midnight):
            if fact.case_id is not None:
                told = {name: getattr(fact, name) for name in GameFact._fields}
                yield GameFact(**told)

    async def directory(self, of: Period) -> Directory:
        newest: dict[tuple[str, ...], DirectoryEvent] = {}
        for record, placed in self.placed:
            event = record.event
            if isinstance(event, DirectoryEvent) and placed <= of.last:
                kind, _, code = event.subject().partition("/")
                if (kind, code) not in newest or newest[kind, code].version < event.version:
                    newest[kind, code] = event
        return build((key[0], event.model_dump(mode="json")) for key, event in sorted(newest.items()))

    async def circular(self, of: Period) -> Circular | None:
        same = [one for other, one in self.circulars.items() if other[1:] == of[1:]]
        return min(same, key=lambda one: (one.kind != of.kind, one.kind), default=None)

    async def keep(self, circular: Circular, policy: str, by: str) -> None:
        self.circulars[circular.period] = circular
        self.policies[circular.period] = policy

    def _promise_heads(self, of: Period) -> dict[str, PromiseHead]:
        said = [r.event for r, day in self.placed if isinstance(r.event, PromiseEvent) and day <= of.last]
        return {
            one.authority: PromiseHead(seq=one.seq, hash=one.hash, signature=one.signature, key=one.key)
            for one in sorted(said, key=lambda one: one.seq)
        }

    def _cut(self, of: Period) -> tuple[CutAt, ...]:
        return tuple(
            CutAt(topic=topic, partition=partition, offset=min(o for day, o in marks if day >= of.until))
            for (topic, partition), marks in sorted(self.reached.items())
        )


def dispatches(placed: list[tuple[Record, date]]) -> list[Dispatch]:
    """Every dispatch of a history, in no order; limits may come before their dispatch."""
    cases = {r.event.case_id: r.event for r, _ in placed if isinstance(r.event, CaseAssigned)}
    made: dict[tuple[UUID, int], Dispatch] = {}
    for record, day in placed:
        event, when = record.event, (day, record.time)
        if isinstance(event, CaseAssigned | CaseReturned | CaseReassigned | CaseRedone | CaseParted):
            key, case = (event.case_id, event.dispatch), cases[event.case_id]
            origin = event.type.split(".")[2]
            made[key] = Dispatch(case, event.dispatch, event.unit, event.post, origin, when)
            if origin in ("returned", "reassigned"):
                made[event.case_id, event.dispatch - 1].closed = (*when, origin)
        elif isinstance(event, CaseSignedFor):
            made[event.case_id, event.dispatch].signed = when
        elif isinstance(event, CaseCompleted | CaseWithdrawn | CaseRefused | CaseMerged):
            made[event.case_id, event.dispatch].closed = (*when, event.type.split(".")[2])
    for record, day in placed:
        if isinstance(record.event, LimitsSet):
            made[record.event.case_id, record.event.dispatch].limits.append((day, record.event))
    return list(made.values())


def _colours(inside: list[Record]) -> list[str]:
    notices = [r.event for r in inside if isinstance(r.event, NoticeSent)]
    return [event.colour for event in notices if event.outcome == "sent"]


def _whole(inside: list[Record], begin: datetime) -> dict[str, int]:
    notices = [r.event.outcome for r in inside if isinstance(r.event, NoticeSent)]
    return {
        "received": sum(isinstance(r.event, DemandRegistered) for r in inside),
        "notices": notices.count("sent"),
        "notices_collapsed": notices.count("collapsed"),
        "acknowledged": sum(isinstance(r.event, NoticeAcknowledged) for r in inside),
        "rated": sum(isinstance(r.event, DemandRated) for r in inside),
        "rated_badly": sum(isinstance(r.event, DemandRated) and r.event.level in BAD_RATINGS for r in inside),
        "latecomers": sum(r.time < begin and not isinstance(r.event, DirectoryEvent) for r in inside),
    }


def _overdue(book: list[Dispatch], of: Period) -> list[OpenLate]:
    late = [d for d in book if counted(d, of)["overdue"]]
    return sorted((_open_late(d, of) for d in late), key=lambda one: (one.complete_due, one.case_id))


def _open_late(dispatch: Dispatch, of: Period) -> OpenLate:
    due = dispatch.dues(of.last)[1]
    assert due is not None
    return OpenLate(
        case_id=dispatch.case.case_id,
        dispatch=dispatch.number,
        receipt=dispatch.case.receipt,
        unit=dispatch.unit,
        post=dispatch.post,
        category=dispatch.case.category,
        town=dispatch.case.town,
        opened_at=dispatch.opened[1],
        complete_due=due,
        signed=dispatch.signed is not None and dispatch.signed[0] <= of.last,
    )


def _repeats(new: list[Dispatch], book: list[Dispatch], of: Period) -> list[Again]:
    receipts: dict[UUID, str] = {d.case.case_id: d.case.receipt for d in book}
    again = [d for d in new if d.case.repeat_of is not None]
    again.sort(key=lambda d: (d.opened[1], d.case.case_id))
    return [_again(d, receipts, of) for d in again]


def _again(dispatch: Dispatch, receipts: dict[UUID, str], of: Period) -> Again:
    case: Any = dispatch.case
    closed = dispatch.closed
    return Again(
        case_id=case.case_id,
        receipt=case.receipt,
        earlier=receipts.get(case.repeat_of),
        unit=dispatch.unit,
        category=case.category,
        completed=bool(closed and closed[0] <= of.last and closed[2] == "completed"),
    )
