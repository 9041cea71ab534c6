"""Which rungs there must be: reckoned anew from what the topics tell of limits, by ladder and calendar. Pure.

A limit that never ended has climbed every rung up to now. Of one that ended those are sure that fell before
the stack last stood settled until then; a later one may have come in time or not, and of a case or project
one more, until supervision had read of its end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from services.contracts.case import (
    CaseAssigned,
    CaseCompleted,
    CaseEvent,
    CaseMerged,
    CaseRefused,
    CaseReturned,
    CaseSignedFor,
    CaseSuspended,
    CaseWithdrawn,
)
from services.contracts.directory import AuthorityRecorded
from services.contracts.envelope import Event
from services.contracts.letter import (
    LetterEvent,
    LetterReceived,
    LetterReplied,
    LetterStruckOff,
    LetterVoided,
)
from services.contracts.listing import ListingEvent, ListingOpened
from services.contracts.project import (
    ProgressReported,
    ProjectDone,
    ProjectDropped,
    ProjectEvent,
    ProjectOpened,
    ProjectReplaced,
)
from services.contracts.round import FindingRecorded
from services.contracts.supervision import LimitsSet, NoticeAnswered, SubjectLimitSet
from services.contracts.vocabulary import LimitKind
from services.dev.storm_topics import Told, Topics
from services.supervision.calendar import WorkCalendar, local_midnight
from services.supervision.ladder import Ladder, rungs
from services.supervision.notices import notice_id

_LEAVING: Final = (CaseReturned, CaseSuspended, CaseWithdrawn, CaseRefused, CaseMerged)
ENDS: Final[Mapping[LimitKind, tuple[type[Event], ...]]] = {
    "sign_for": (CaseSignedFor, CaseCompleted, *_LEAVING),
    "complete": (CaseCompleted, *_LEAVING),
    "letter_receipt": (LetterReceived, LetterVoided, LetterStruckOff),
    "letter_reply": (LetterReplied, LetterVoided, LetterStruckOff),
    "project_report": (ProgressReported, ProjectDone, ProjectReplaced, ProjectDropped),
    "listing_report": (ListingEvent,),
    "notice_reply": (NoticeAnswered, LetterVoided, LetterStruckOff),
}
"""Which events end a limit of their subject, or begin its next one."""
READ_LATER: Final[frozenset[LimitKind]] = frozenset({"sign_for", "complete", "project_report"})
"""Limits whose end supervision learns from a topic; all others end in its own transactions."""


class Watch(NamedTuple):
    """A limit as the topics tell it. `since`: when it began; `first`: the rung at which it begins."""

    subject_id: UUID
    kind: LimitKind
    about: str
    generation: int
    since: datetime
    due_at: datetime
    ended_at: datetime | None
    first: int = 1

    @property
    def dispatched_at(self) -> datetime:
        """As the ladder calls it."""
        return self.since


@dataclass(slots=True)
class Expected:
    """Notices by id: those that must be there, and those that may. Each is called by what it is of.

    `free`: subjects whose limits were moved about, of which only that no rung is there twice can be said.
    """

    must: dict[UUID, str] = field(default_factory=dict)
    may: dict[UUID, str] = field(default_factory=dict)
    free: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What rungs are reckoned by. `settled`: when the stack stood settled, by the business clock, up to now.

    `chosen`: the ladders that the authority chose, each from an instant on, the last one last.
    """

    calendar: WorkCalendar
    chosen: Sequence[tuple[datetime, Ladder]]
    settled: Sequence[datetime]

    @classmethod
    def of(
        cls,
        topics: Topics,
        ladders: Mapping[str, Ladder],
        calendar: WorkCalendar,
        settled: Sequence[datetime],
    ) -> "Reckoning":
        chosen = [(at, ladders[told.ladder]) for told, at in topics.of(AuthorityRecorded)]
        return cls(calendar, sorted(chosen, key=lambda one: one[0]), settled)

    @property
    def now(self) -> datetime:
        return self.settled[-1]

    def read_by(self, at: datetime) -> datetime:
        """When everything that happened by an instant was read for certain."""
        return min((settled for settled in self.settled if settled >= at), default=self.now)

    def ladder(self, at: datetime) -> Ladder:
        """The one that a limit climbs which began at an instant."""
        return [ladder for since, ladder in self.chosen if since <= at][-1]


def expected(topics: Topics, by: Reckoning) -> Expected:
    """All rungs of all limits, and the notices that events brought."""
    found = Expected(free=_moved(topics))
    for watch in watches(topics, by):
        if watch.subject_id not in found.free:
            _climb(found, watch, by)
    for id_, name in triggered(topics, by):
        found.must[id_] = name
    return found


def _climb(found: Expected, watch: Watch, by: Reckoning) -> None:
    end, last = watch.ended_at, by.now
    sure = last if end is None else max((at for at in by.settled if at < end), default=watch.since)
    if end is not None:
        last = by.read_by(end) if watch.kind in READ_LATER else end
    for rung, at in rungs(watch, by.ladder(watch.since), by.calendar):
        if at is not None and rung.number >= watch.first and at <= last:
            key = (watch.subject_id, watch.kind, watch.generation, rung.number, watch.about)
            into = found.must if at <= sure else found.may
            into[notice_id(*key)] = f"{watch.kind} of {watch.subject_id}, rung {rung.number}"


def watches(topics: Topics, by: Reckoning) -> Iterator[Watch]:
    """The limits that the topics tell of."""
    assigned = {case.case_id: (case, at) for case, at in topics.of(CaseAssigned)}
    ends = _ends(topics)
    for told, _ in topics.of(LimitsSet):
        case, since = assigned[told.case_id]
        kinds: tuple[tuple[LimitKind, datetime | None], ...] = (
            ("sign_for", told.sign_for_due),
            ("complete", told.complete_due),
        )
        for kind, due in kinds:
            if due is not None:
                first = by.ladder(since).start(kind, case.kind, case.urgency)
                end = ends(told.case_id, kind, since)
                yield Watch(told.case_id, kind, "", 1, since, due, end, first)
    begun = _begun(topics)
    for limit, at in topics.of(SubjectLimitSet):
        since = begun.get(limit.subject_id, at) if limit.generation == 1 else at
        if limit.due is not None:
            end = ends(limit.subject_id, limit.limit, at)
            key = (limit.subject_id, limit.limit, limit.about, limit.generation)
            yield Watch(*key, since, limit.due, end)


def _begun(topics: Topics) -> dict[UUID, datetime]:
    """A project that begins later has nothing to report before."""
    return {
        one.project_id: max(at, local_midnight(one.plan.start.toordinal()))
        for one, at in topics.of(ProjectOpened)
    }


def _ends(topics: Topics) -> Callable[[UUID, LimitKind, datetime], datetime | None]:
    events: dict[UUID, list[Told]] = {}
    for one in topics.told.values():
        if (subject := _subject(one.event)) is not None:
            events.setdefault(subject, []).append(one)

    def ended(subject: UUID, kind: LimitKind, since: datetime) -> datetime | None:
        """When something first ended such a limit; the opening of a listing ends none."""
        over = (
            one.at
            for one in events.get(subject, ())
            if isinstance(one.event, ENDS.get(kind, ()))
            and one.at >= since
            and not isinstance(one.event, ListingOpened)
        )
        return min(over, default=None)

    return ended


def _subject(event: Event) -> UUID | None:
    match event:
        case CaseEvent():
            return event.case_id
        case LetterEvent():
            return event.letter_id
        case ProjectEvent():
            return event.project_id
        case ListingEvent():
            return event.listing_id
        case NoticeAnswered():
            return event.subject_id
    return None


def _moved(topics: Topics) -> set[UUID]:
    """Cases whose limits were set more than once, or that were dispatched anew."""
    return {told.case_id for told, _ in topics.of(LimitsSet) if told.version > 1 or told.dispatch > 1}


def triggered(topics: Topics, by: Reckoning) -> Iterator[tuple[UUID, str]]:
    """The notices that events bring at once: one for each repeat and each finding, if the ladder has it."""
    for case, at in topics.of(CaseAssigned):
        if case.repeat_of is not None and "repeat" in by.ladder(at).events:
            yield notice_id(case.case_id, "repeat", case.version, 1), f"repeat {case.case_id}"
    times: dict[UUID, int] = {}
    for finding, at in topics.of(FindingRecorded):
        subject = finding.project_id or finding.finding_id
        times[subject] = times.get(subject, 0) + 1
        if "finding" in by.ladder(at).events:
            yield notice_id(subject, "finding", times[subject], 1), f"finding {times[subject]} of {subject}"


def unexpected(recorded: Iterable[tuple[UUID, UUID]], known: Expected) -> list[UUID]:
    """Of recorded notices, each with its subject, those that nothing explains."""
    return [
        notice
        for notice, subject in recorded
        if notice not in known.must and notice not in known.may and subject not in known.free
    ]
