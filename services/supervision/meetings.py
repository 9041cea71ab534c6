"""The leading group meets: draw the agenda, take down what is said, set follow-ups, close the minutes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol
from uuid import UUID

from services.contracts.meeting import AgendaItem, FollowUpDone, FollowUpSet, MeetingHeld, Said
from services.contracts.public_text import PublicText
from services.contracts.supervision import SubjectLimitSet
from services.kit.auth import Staff
from services.supervision.agenda import RATED_WITHIN, Found, agenda
from services.supervision.calendar import LOCAL
from services.supervision.policy import Policy
from services.supervision.subjects import SubjectLimit, SubjectLimits, end_all, end_limit, open_limit

FURTHEST: Final = timedelta(days=3 * 366)
"""A follow-up due later than that is a slip of the pen."""
SaidAs = Literal["report", "comment"]
Event = MeetingHeld | FollowUpSet | FollowUpDone | SubjectLimitSet


class Meeting(NamedTuple):
    """A meeting with its agenda; `minutes` None: it goes on."""

    meeting_id: UUID
    name: PublicText
    day: date
    drawn_at: datetime
    agenda: tuple[AgendaItem, ...]
    minutes: PublicText | None


class Task(NamedTuple):
    """A follow-up; `done` None: it is still to do."""

    follow_up_id: UUID
    meeting_id: UUID
    item: int | None
    unit: str
    task: PublicText
    due: date
    done: PublicText | None


class Entry(NamedTuple):
    """A report or a comment that was taken down."""

    meeting_id: UUID
    kind: SaidAs
    said: Said


@dataclass(frozen=True, slots=True)
class Missing:
    """No such meeting, follow-up, unit, post or item of the agenda."""

    field: str
    what: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The minutes are closed, or the follow-up is done: nothing is added any more."""

    what: str
    field: str


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """It is for others to do."""

    who: str


@dataclass(frozen=True, slots=True)
class DayUnfit:
    """A follow-up can't be due then, but from a day to another."""

    due: date
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Another:
    """The id of a meeting, an entry or a follow-up is taken by one that says something else."""

    field: str
    taken: UUID


Refused = Missing | Closed | NotTheirs | DayUnfit | Another


class Meetings(Protocol):
    """Where meetings are kept, within one transaction."""

    async def found(self, now: datetime, rated_since: datetime) -> Sequence[Found]: ...

    async def one(self, meeting_id: UUID) -> Meeting | None:
        """Held until commit."""
        ...

    async def draw(self, meeting: Meeting, by: str) -> None: ...

    async def entry(self, entry_id: UUID) -> Entry | None:
        """Nobody else takes one down under this id until commit."""
        ...

    async def say(self, entry_id: UUID, entry: Entry, at: datetime, by: str) -> None: ...

    async def said(self, meeting_id: UUID, kind: SaidAs) -> Sequence[Said]: ...

    async def close(self, meeting_id: UUID, minutes: str, at: datetime, by: str) -> None: ...

    async def task(self, follow_up_id: UUID) -> Task | None:
        """Held until commit."""
        ...

    async def set_task(self, task: Task, at: datetime, by: str) -> None: ...

    async def finish(self, follow_up_id: UUID, text: str, at: datetime, by: str) -> None: ...

    async def unit_of_post(self, post: str) -> str | None: ...

    async def post_of(self, unit: str) -> str | None:
        """The post that answers for a unit, empty where none does; None: no such unit."""
        ...


@dataclass(frozen=True, slots=True)
class MeetingDesk:
    """One member of staff at work on meetings, within one transaction. The same again changes nothing."""

    meetings: Meetings
    limits: SubjectLimits
    policy: Policy
    publish: Callable[[Event], None]
    staff: Staff
    now: datetime

    async def draw(self, meeting_id: UUID, name: PublicText, day: date) -> Meeting | Refused:
        """A meeting whose agenda is what is overdue or badly rated now, and stays so."""
        there = await self.meetings.one(meeting_id)
        if there is not None:
            return there if (there.name, there.day) == (name, day) else Another("meeting_id", meeting_id)
        found = await self.meetings.found(self.now, self.now - RATED_WITHIN)
        meeting = Meeting(meeting_id, name, day, self.now, agenda(found), None)
        await self.meetings.draw(meeting, self.staff.subject)
        return meeting

    async def say(self, meeting_id: UUID, entry_id: UUID, kind: SaidAs, said: Said) -> Meeting | Refused:
        """Take down a report or a comment. A leader reports for the posts of the own unit."""
        entry = Entry(meeting_id, kind, said)
        there = await self.meetings.entry(entry_id)
        if there is not None and there != entry:
            return Another("entry_id", entry_id)
        if there is not None:
            return await self._held(meeting_id)
        meeting = await self._open(meeting_id, said.item)
        if not isinstance(meeting, Meeting):
            return meeting
        unit = await self.meetings.unit_of_post(said.post)
        if unit is None:
            return Missing("post", f"no post {said.post}")
        if self.staff.role == "leader" and self.staff.unit != unit:
            return NotTheirs("a leader of the post's unit, supervision_office, administrator")
        await self.meetings.say(entry_id, entry, self.now, self.staff.subject)
        return meeting

    async def follow_up(self, task: Task) -> Task | Refused:
        """Set a unit something to do; the limit for it runs to the end of its day."""
        there = await self.meetings.task(task.follow_up_id)
        if there is not None:
            same = there._replace(done=None) == task
            return there if same else Another("follow_up_id", task.follow_up_id)
        meeting = await self._open(task.meeting_id, task.item)
        if not isinstance(meeting, Meeting):
            return meeting
        post = await self.meetings.post_of(task.unit)
        if post is None:
            return Missing("unit", f"no unit {task.unit}")
        today = self.now.astimezone(LOCAL).date()
        first, last = today + timedelta(days=1), today + FURTHEST
        if not first <= task.due <= last:
            return DayUnfit(task.due, first, last)
        await self.meetings.set_task(task, self.now, self.staff.subject)
        head = {"follow_up_id": task.follow_up_id, "meeting_id": task.meeting_id}
        self.publish(FollowUpSet(**head, unit=task.unit, task=task.task, due=task.due))
        whose = (task.unit, post, self.now)
        limit = SubjectLimit("follow_up", task.follow_up_id, "follow_up", *whose, due_day=task.due)
        await open_limit(self.limits, self.policy, self.publish, limit)
        return task

    async def finish(self, follow_up_id: UUID, text: PublicText) -> Task | Refused:
        """The unit says what it did; the office may say it for the unit."""
        task = await self.meetings.task(follow_up_id)
        if task is None:
            return Missing("follow_up_id", f"no follow-up {follow_up_id}")
        if self.staff.role == "unit_head" and self.staff.unit != task.unit:
            return NotTheirs("the head of the follow-up's unit, supervision_office, administrator")
        if task.done is not None:
            same = task.done == text
            return task if same else Closed(f"follow-up {follow_up_id} is done", "follow_up_id")
        await self.meetings.finish(follow_up_id, text, self.now, self.staff.subject)
        await end_limit(self.limits, follow_up_id, "follow_up", "met", self.now)
        await end_all(self.limits, follow_up_id, "closed", self.now)
        head = {"follow_up_id": follow_up_id, "meeting_id": task.meeting_id}
        self.publish(FollowUpDone(**head, unit=task.unit, text=text))
        return task._replace(done=text)

    async def close(self, meeting_id: UUID, minutes: PublicText) -> Meeting | Refused:
        """Close the minutes; from then on the meeting stands as it was."""
        there = await self.meetings.one(meeting_id)
        if there is not None and there.minutes == minutes:
            return there
        meeting = await self._open(meeting_id, None)
        if not isinstance(meeting, Meeting):
            return meeting
        await self.meetings.close(meeting_id, minutes, self.now, self.staff.subject)
        self.publish(
            MeetingHeld(
                meeting_id=meeting_id,
                name=meeting.name,
                day=meeting.day,
                drawn_at=meeting.drawn_at,
                agenda=meeting.agenda,
                reports=tuple(await self.meetings.said(meeting_id, "report")),
                comments=tuple(await self.meetings.said(meeting_id, "comment")),
                minutes=minutes,
            )
        )
        return meeting._replace(minutes=minutes)

    async def _held(self, meeting_id: UUID) -> Meeting | Missing:
        meeting = await self.meetings.one(meeting_id)
        return Missing("meeting_id", f"no meeting {meeting_id}") if meeting is None else meeting

    async def _open(self, meeting_id: UUID, item: int | None) -> Meeting | Refused:
        meeting = await self._held(meeting_id)
        if not isinstance(meeting, Meeting):
            return meeting
        if meeting.minutes is not None:
            return Closed(f"the minutes of meeting {meeting_id} are closed", "meeting_id")
        if item is not None and item not in range(1, len(meeting.agenda) + 1):
            return Missing("item", f"the agenda has no item {item}")
        return meeting
