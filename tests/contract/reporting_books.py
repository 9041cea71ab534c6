"""Books kept in memory, reading all records anew each time: the oracle of reporting's store, its fake."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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
from services.contracts.circular import CircularIssued
from services.contracts.demand import DemandRated, DemandRegistered
from services.contracts.directory import DirectoryEvent
from services.contracts.envelope import Record
from services.contracts.flow import TOPICS
from services.contracts.promise import PromiseEvent
from services.contracts.supervision import LimitsSet, NoticeAcknowledged, NoticeSent
from services.contracts.vocabulary import BAD_RATINGS
from services.contracts.watermark import WatermarkPassed
from services.reporting.circular import Circular, CutAt, PromiseHead, canonical, sha256
from services.reporting.compose import Again, Group, Numbers, OpenLate
from services.reporting.directory import Directory, build
from services.reporting.draft import Week
from tests.contract.reporting_histories import READ, midnight
from tests.contract.reporting_lists import list_numbers


@dataclass(slots=True)
class Dispatch:
    """All that is known of one dispatch of a case, each fact with the week it counts in."""

    case: CaseAssigned
    number: int
    unit: str
    post: str
    origin: str
    opened: tuple[date, datetime]
    signed: tuple[date, datetime] | None = None
    closed: tuple[date, datetime, str] | None = None
    limits: list[tuple[date, LimitsSet]] = field(default_factory=list)

    def dues(self, week: date) -> tuple[datetime | None, datetime | None]:
        known = [event for set_in, event in self.limits if set_in <= week]
        newest = max(known, key=lambda event: event.version, default=None)
        return (newest.sign_for_due, newest.complete_due) if newest else (None, None)

    def in_book(self, week: date) -> bool:
        open_in_it = self.opened[0] <= week and (self.closed is None or self.closed[0] >= week)
        return open_in_it or self.settling(week)

    def settling(self, week: date) -> bool:
        """Closed before, and waiting for a limit that may still come."""
        before = week - timedelta(days=7)
        if self.closed is None or self.closed[0] > before or self.dues(before)[1] is not None:
            return False
        if self.closed[2] == "completed":
            return True
        passed_on_untold = all(set_in > before for set_in, _ in self.limits)
        return passed_on_untold and (self.closed[2] == "returned" or self.signed is not None)

    def judged(self, week: date, done: date | None, place: int) -> bool:
        """Whether this is the first week that knows both what was done and its limit."""
        if done is None or done > week or self.dues(week)[place] is None:
            return False
        return done == week or self.dues(week - timedelta(days=7))[place] is None


def counted(dispatch: Dispatch, week: date, cut_at: datetime) -> dict[str, bool]:
    """Which figures a dispatch is counted in: each rule said once more, in plain words."""
    sign_due, due = dispatch.dues(week)
    settling = dispatch.settling(week)
    carried = dispatch.opened[0] < week and not settling
    new = dispatch.opened[0] == week and dispatch.origin == "assigned"
    closed = dispatch.closed if dispatch.closed and dispatch.closed[0] <= week else None
    fate = closed[2] if closed else None
    overdue = closed is None and due is not None and due <= cut_at
    ended = _ended(dispatch, week)
    return {
        "carried_over": carried,
        "dispatched": dispatch.opened[0] == week,
        "assigned": new,
        "redispatched": dispatch.opened[0] == week and not new,
        **_signing(dispatch, week),
        "unsigned_overdue": closed is None
        and not _signed_by(dispatch, week)
        and sign_due is not None
        and sign_due <= cut_at,
        "completed": fate == "completed" and not settling,
        "unjudged_before": fate == "completed" and settling,
        "judged_afterwards": fate == "completed" and settling and due is not None,
        "unjudged": fate == "completed" and due is None,
        "returned": fate == "returned" and not settling,
        "reassigned": fate == "reassigned" and not settling,
        "redone": dispatch.opened[0] == week and dispatch.origin == "redone",
        "withdrawn": fate == "withdrawn" and not settling,
        "refused": fate == "refused" and not settling,
        "merged": fate == "merged" and not settling,
        "parted": dispatch.opened[0] == week and dispatch.origin == "parted",
        "closed": closed is not None and not settling,
        "carried_forward": closed is None,
        "overdue": overdue,
        "due": overdue or any(ended.values()),
        **ended,
        "without_limit": closed is None and due is None,
        "repeats": new and dispatch.case.repeat_of is not None,
        "backstop": new and dispatch.case.backstop,
    }


def _signed_by(dispatch: Dispatch, week: date) -> bool:
    return dispatch.signed is not None and dispatch.signed[0] <= week


def _signing(dispatch: Dispatch, week: date) -> dict[str, bool]:
    done, at = dispatch.signed or (None, None)
    due, complete_due = dispatch.dues(week)
    judged = dispatch.judged(week, done, 0)
    in_time = judged and at is not None and due is not None and at <= due
    return {
        "signed": done == week,
        "signed_in_time": in_time,
        "signed_late": judged and not in_time,
        "signed_unjudged": _signed_by(dispatch, week) and due is None and complete_due is None,
    }


def _ended(dispatch: Dispatch, week: date) -> dict[str, bool]:
    done, at, fate = dispatch.closed or (None, None, None)
    due = dispatch.dues(week)[1]
    judged = dispatch.judged(week, done, 1)
    in_time = judged and at is not None and due is not None and at <= due
    return {
        "completed_on_time": in_time and fate == "completed",
        "completed_late": judged and not in_time and fate == "completed",
        "returned_overdue": judged and not in_time and fate == "returned",
    }


class FakeBooks:
    """The Books of draft.py and the Circulars of issue.py without a database."""

    def __init__(self) -> None:
        self.placed: list[tuple[Record, date]] = []
        self.reached: dict[tuple[str, int], list[tuple[date, int]]] = defaultdict(list)
        self.circulars: dict[date, Circular] = {}
        self.policies: dict[date, str] = {}
        self.numbers: dict[date, str] = {}
        self.counters: Counter[int] = Counter()
        self.published: list[CircularIssued] = []

    def take(self, records: list[Record]) -> None:
        """Read a batch."""
        for record in records:
            passed = self.reached[record.topic, record.partition]
            if isinstance(record.event, WatermarkPassed):
                passed.append((record.event.week, record.offset))
            else:
                self.placed.append((record, max(week for week, _ in passed)))

    async def next_week(self) -> Week | None:
        passed = [marks for marks in self.reached.values() if marks]
        if len(passed) < sum(TOPICS[topic].partitions for topic in READ):
            return None
        first = min(week for marks in passed for week, _ in marks)
        monday = max(self.circulars) + timedelta(days=7) if self.circulars else first
        end = monday + timedelta(days=7)
        over = all(max(week for week, _ in marks) >= end for marks in passed)
        return Week(monday, midnight(end)) if over else None

    async def close(self, week: Week) -> Numbers:
        book = [d for d in dispatches(self.placed) if d.in_book(week.monday)]
        by_unit: dict[str, Counter[str]] = defaultdict(Counter)
        for dispatch in book:
            by_unit[dispatch.unit].update(counted(dispatch, week.monday, week.cut_at))
        new = [d for d in book if d.opened[0] == week.monday and d.origin == "assigned"]
        groups = Counter((d.case.kind, d.case.category, d.case.town) for d in new)
        inside = [record for record, placed in self.placed if placed == week.monday]
        return Numbers(
            by_unit=by_unit,
            groups=[Group(*key, count) for key, count in groups.items()],
            channels=Counter(r.event.channel for r in inside if isinstance(r.event, DemandRegistered)),
            notices=Counter(_colours(inside)),
            whole=_whole(inside, midnight(week.monday)),
            overdue=_overdue(book, week),
            repeats=_repeats(new, book, week),
            cut=self._cut(week),
            promise_heads=self._promise_heads(week),
            lists=list_numbers(self.placed, week.monday, week.cut_at),
        )

    async def directory(self, week: Week) -> Directory:
        newest: dict[tuple[str, ...], DirectoryEvent] = {}
        for record, placed in self.placed:
            event = record.event
            if isinstance(event, DirectoryEvent) and placed <= week.monday:
                kind, _, code = event.subject().partition("/")
                if (kind, code) not in newest or newest[kind, code].version < event.version:
                    newest[kind, code] = event
        return build((key[0], event.model_dump(mode="json")) for key, event in sorted(newest.items()))

    async def before(self, week: Week) -> Circular | None:
        return self.circulars.get(week.monday - timedelta(days=7))

    async def keep(self, circular: Circular, policy: str) -> None:
        self.circulars[circular.week] = circular
        self.policies[circular.week] = policy

    async def oldest_draft(self) -> tuple[date, str] | None:
        drafts = sorted(set(self.circulars) - set(self.numbers))
        return (drafts[0], self.policies[drafts[0]]) if drafts else None

    async def next_count(self, year: int) -> int:
        self.counters[year] += 1
        return self.counters[year]

    async def issue(self, week: date, number: str, at: datetime, by: str) -> str:
        self.numbers[week] = number
        return sha256(canonical(self.circulars[week]))

    def publish(self, event: CircularIssued) -> None:
        self.published.append(event)

    def _promise_heads(self, week: Week) -> dict[str, PromiseHead]:
        said = [r.event for r, w in self.placed if isinstance(r.event, PromiseEvent) and w <= week.monday]
        return {
            one.authority: PromiseHead(seq=one.seq, hash=one.hash, signature=one.signature, key=one.key)
            for one in sorted(said, key=lambda one: one.seq)
        }

    def _cut(self, week: Week) -> tuple[CutAt, ...]:
        end = week.monday + timedelta(days=7)
        return tuple(
            CutAt(topic=topic, partition=partition, offset=min(o for passed, o in marks if passed >= end))
            for (topic, partition), marks in sorted(self.reached.items())
        )


def dispatches(placed: list[tuple[Record, date]]) -> list[Dispatch]:
    """Every dispatch of a history, in no order; limits may come before their dispatch."""
    cases = {r.event.case_id: r.event for r, _ in placed if isinstance(r.event, CaseAssigned)}
    made: dict[tuple[UUID, int], Dispatch] = {}
    for record, week in placed:
        event, when = record.event, (week, record.time)
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
    for record, week in placed:
        if isinstance(record.event, LimitsSet):
            made[record.event.case_id, record.event.dispatch].limits.append((week, record.event))
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


def _overdue(book: list[Dispatch], week: Week) -> list[OpenLate]:
    late = [d for d in book if counted(d, week.monday, week.cut_at)["overdue"]]
    return sorted((_open_late(d, week) for d in late), key=lambda one: (one.complete_due, one.case_id))


def _open_late(dispatch: Dispatch, week: Week) -> OpenLate:
    due = dispatch.dues(week.monday)[1]
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
        signed=dispatch.signed is not None and dispatch.signed[0] <= week.monday,
    )


def _repeats(new: list[Dispatch], book: list[Dispatch], week: Week) -> list[Again]:
    receipts: dict[UUID, str] = {d.case.case_id: d.case.receipt for d in book}
    again = [d for d in new if d.case.repeat_of is not None]
    again.sort(key=lambda d: (d.opened[1], d.case.case_id))
    return [_again(d, receipts, week) for d in again]


def _again(dispatch: Dispatch, receipts: dict[UUID, str], week: Week) -> Again:
    case: Any = dispatch.case
    closed = dispatch.closed
    return Again(
        case_id=case.case_id,
        receipt=case.receipt,
        earlier=receipts.get(case.repeat_of),
        unit=dispatch.unit,
        category=case.category,
        completed=bool(closed and closed[0] == week.monday and closed[2] == "completed"),
    )
