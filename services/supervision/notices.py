"""Notices (督办单): made of rungs, put out into record, inboxes and topic, with what they bring about.

A notice that wants a written answer opens a limit for it; the notices on one task may have a consequence.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol
from uuid import UUID

from services.contracts.named_ids import Namespace
from services.contracts.supervision import ConsequenceDrawn, LimitPassed, NoticeSent, SubjectLimitSet
from services.contracts.vocabulary import LimitKind, SubjectKind, Trigger
from services.supervision.calendar import WorkCalendar
from services.supervision.further import subject_told
from services.supervision.ladder import Consequence, Ladder, Recipient, Rung, Task, consequences
from services.supervision.limits import LimitRule
from services.supervision.policy import Policy
from services.supervision.watched import Watched, begun_by

_NOTICES: Final = Namespace.of("9d3f6a52-0c1b-4d0e-8a55-7b1f2c9e4d60")
_CONSEQUENCES: Final = Namespace.of("5e0a7c1b-92d4-4f3e-8d11-6c2b8f0e7a35")


class Notice(NamedTuple):
    """One recorded rung, in the order of its table's columns.

    One that an event brought has no `kind` and no `due_at`; its `generation` is the event's version.
    """

    notice_id: UUID
    subject_id: UUID
    demand_id: UUID | None
    kind: LimitKind | None
    generation: int
    rung: int
    colour: str
    measure: str
    outcome: Literal["sent", "collapsed"]
    into_rung: int | None
    counts: bool
    late: bool
    overdue: bool
    unit: str
    post: str
    due_at: datetime | None
    at: datetime
    sent_at: datetime
    subject: SubjectKind = "case"
    trigger: Trigger = "limit"
    points: int = 0
    reply_by: datetime | None = None

    @property
    def case_id(self) -> UUID | None:
        return self.subject_id if self.subject == "case" else None


class Slip(NamedTuple):
    """A notice on its way: to whom, by which ladder, and the limit of the answer that it wants.

    `limit`: the one whose rung it is; None of a notice that an event brought.
    """

    notice: Notice
    to: tuple[str, ...]
    ladder: Ladder
    reply: Watched | None = None
    limit: Watched | None = None


class Drawn(NamedTuple):
    """A consequence, in the order of its table's columns."""

    consequence_id: UUID
    subject: SubjectKind
    subject_id: UUID
    unit: str
    post: str
    colour: str
    times: int
    measure: str
    points: int
    ladder: str
    notice_id: UUID
    at: datetime


class Above(NamedTuple):
    """Who stands above a unit: its parent, by code; its Party committee, as the directory writes it.

    `committee_unit`: the unit of the directory that the committee is, where it is one, by code.
    """

    parent: str | None
    party_committee: str | None
    committee_unit: str | None = None


class NoticeRecord(Protocol):
    """Where notices and what they bring about are kept, within one transaction."""

    async def record(self, notices: Sequence[Notice]) -> None: ...

    async def deliver(self, recipients: Sequence[tuple[UUID, str, datetime]]) -> None:
        """Put notices into inboxes: (notice, recipient, sent at)."""
        ...

    async def send(self, slips: Sequence[Slip], calendar: WorkCalendar) -> None:
        """Queue notices for e-mail and webhook, each once."""
        ...

    async def add(self, limits: Sequence[Watched]) -> None:
        """Add new limits; those already there stay as they are."""
        ...

    async def tasks(self, subjects: Sequence[UUID]) -> Mapping[Task, int]:
        """How many counting notices of each unit and colour there are; no other adds any until the end."""
        ...

    async def draw(self, drawn: Sequence[Drawn]) -> set[UUID]:
        """Keep consequences; the ids of those that weren't there."""
        ...


Publish = Callable[[NoticeSent | LimitPassed | SubjectLimitSet | ConsequenceDrawn], None]


async def put_out(
    store: NoticeRecord, publish: Publish, policy: Policy, slips: Sequence[Slip], now: datetime
) -> None:
    """Record notices, deliver and send them, open the limits of their answers, draw their consequences."""
    for slip in slips:
        publish(sent(slip.notice, slip.to))
    drawn = await _drawn(store, slips)
    await store.record([slip.notice for slip in slips])
    await store.deliver([(slip.notice.notice_id, one, now) for slip in slips for one in slip.to])
    await store.send(slips, policy.calendar)
    if replies := [slip.reply for slip in slips if slip.reply is not None]:
        await store.add(replies)
        for reply in replies:
            publish(subject_told(reply))
    if drawn:
        new = await store.draw(drawn)
        for one in drawn:
            if one.consequence_id in new:
                publish(_told(one))


async def _drawn(store: NoticeRecord, slips: Sequence[Slip]) -> list[Drawn]:
    """What these notices bring, most ladders nothing."""
    concerned = [slip for slip in slips if slip.notice.counts and slip.ladder.consequences]
    if not concerned:
        return []
    before = await store.tasks(sorted({slip.notice.subject_id for slip in concerned}))
    ladders = {slip.ladder.id: slip.ladder for slip in concerned}
    return [
        _consequence(notice, found, ladder)
        for ladder in ladders.values()
        for notice, found in consequences(
            ladder, before, [(one.notice, task_of(one.notice)) for one in concerned if one.ladder is ladder]
        )
    ]


def task_of(notice: Notice) -> Task:
    """What a notice counts as."""
    return Task(notice.subject_id, notice.unit, notice.colour)


def _consequence(notice: Notice, found: Consequence, ladder: Ladder) -> Drawn:
    return Drawn(
        _CONSEQUENCES(f"{notice.subject_id}/{notice.unit}/{found.colour}/{found.times}/{found.measure}"),
        notice.subject,
        notice.subject_id,
        notice.unit,
        notice.post,
        found.colour,
        found.times,
        found.measure,
        found.points,
        ladder.id,
        notice.notice_id,
        notice.at,
    )


def notice_id(subject_id: UUID, what: str, generation: int, rung: int, about: str = "") -> UUID:
    """The same rung of the same limit and generation has the same id: it can't be recorded twice.

    `what` is the kind of the limit, or what brought the notice; `generation` then the event's version.
    """
    return _NOTICES(f"{subject_id}/{what}{about and f'/{about}'}/{generation}/{rung}")


def recipients(unit: str, post: str, rung: Rung, above: Mapping[str, Above]) -> tuple[str, ...]:
    """The inboxes that a rung reaches, each once; whoever holds the post on a day opens its inbox then.

    Where the directory knows none of them the unit gets it: a notice that counts is never sent to nobody.
    """
    return tuple(dict.fromkeys(_addresses(unit, post, rung.recipients, above))) or (f"unit:{unit}",)


def _addresses(unit: str, post: str, to: Sequence[Recipient], above: Mapping[str, Above]) -> Iterator[str]:
    higher = above.get(unit, Above(None, None))
    found = {
        "unit": f"unit:{unit}",
        "leader": post and f"post:{post}",
        "parent": higher.parent and f"unit:{higher.parent}",
        "party_committee": committee_of(unit, higher),
    }
    for recipient in to:
        if address := found[recipient]:
            yield address


def committee_of(unit: str, above: Above) -> str | None:
    """The inbox of a unit's Party committee (党委, 党组): a unit's own, else one beside that of its unit."""
    if above.committee_unit:
        return f"unit:{above.committee_unit}"
    return f"committee:{unit}" if above.party_committee else None


def asks_above(rungs: Sequence[Rung]) -> bool:
    """Whether some rung goes to whom only the directory knows."""
    return any(not {"parent", "party_committee"}.isdisjoint(rung.recipients) for rung in rungs)


def reply_limit(
    rung: Rung, template: Watched, notice: UUID, now: datetime, policy: Policy, ladder: Ladder
) -> Watched:
    """The limit of the answer that a notice wants; `template` says what it concerns and whose it is.

    It climbs the notice's own `ladder`, whichever is in force by then.
    """
    assert rung.reply_by is not None  # noqa: S101  only such rungs are asked about
    rule = LimitRule(
        f"{ladder.id}/answer", ladder.version, "notice_reply", rung.reply_by, "working_days", (), ()
    )
    opened = template._replace(
        kind="notice_reply", about=str(notice), generation=0, set_version=1, state="open"
    )
    return begun_by(rule, opened, now, policy, ladder)


def sent(notice: Notice, to: tuple[str, ...]) -> NoticeSent:
    """The event that tells of a notice."""
    return NoticeSent(
        notice_id=notice.notice_id,
        subject_kind=notice.subject,
        subject_id=notice.subject_id,
        case_id=notice.case_id,
        demand_id=notice.demand_id,
        limit=notice.kind,
        trigger=notice.trigger,
        generation=notice.generation,
        rung=notice.rung,
        colour=notice.colour,
        outcome=notice.outcome,
        unit=notice.unit,
        post=notice.post,
        recipients=to,
        due_at=notice.due_at,
        reply_by=notice.reply_by,
        points=notice.points,
        overdue=notice.overdue,
        late=notice.late,
    )


def _told(one: Drawn) -> ConsequenceDrawn:
    return ConsequenceDrawn(
        subject_kind=one.subject,
        subject_id=one.subject_id,
        consequence_id=one.consequence_id,
        notice_id=one.notice_id,
        unit=one.unit,
        post=one.post,
        measure=one.measure,  # type: ignore[arg-type]  # a ladder's own word
        points=one.points,
    )
