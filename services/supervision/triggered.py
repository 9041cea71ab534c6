"""Notices that an event brings at once: bad ratings, repeats, findings; event → trigger is at the end.

What happened is kept whether or not the ladder has a rung for it, so that another ladder can be tried on it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from services.contracts.case import CaseAssigned, CaseEvent, CaseRectificationOpened
from services.contracts.vocabulary import SubjectKind, Trigger
from services.supervision.ladder import Ladder, Rung
from services.supervision.notices import (
    Above,
    Notice,
    NoticeRecord,
    Publish,
    Slip,
    asks_above,
    notice_id,
    put_out,
    recipients,
    reply_limit,
)
from services.supervision.policy import Policy
from services.supervision.subjects import blank


class Happening(NamedTuple):
    """What a ladder may have a rung for, in the order of its table's columns.

    `version` tells one of a subject from the next: that of the event.
    """

    subject_id: UUID
    trigger: Trigger
    version: int
    subject: SubjectKind
    demand_id: UUID | None
    unit: str
    post: str
    at: datetime


class Happenings(NoticeRecord, Protocol):
    """Where happenings are kept, and what they bring, within one transaction."""

    async def happened(self, happenings: Sequence[Happening]) -> set[tuple[UUID, Trigger, int]]:
        """Keep them; the keys of those that weren't there."""
        ...

    async def above(self, units: Sequence[str]) -> Mapping[str, Above]:
        """Who stands above some units, as far as the directory's copy knows."""
        ...


def happenings(happened: Sequence[tuple[CaseEvent, datetime]]) -> Iterator[Happening]:
    """Those that events of cases are, in their order."""
    for event, at in happened:
        trigger = TRIGGERS.get(type(event), _none)(event)
        if trigger is not None:
            yield Happening(
                event.case_id,
                trigger,
                event.version,
                "case",
                event.demand_id,
                event.unit,
                event.post,  # type: ignore[attr-defined]  # each event of the table has one
                at,
            )


async def bring_notices(
    store: Happenings, publish: Publish, policy: Policy, found: Sequence[Happening], now: datetime
) -> list[Slip]:
    """Keep what happened and put out the notices that the ladder has for it, once each; these notices."""
    if not found:
        return []
    new = await store.happened(found)
    steps = [
        (one, policy.ladder.events[one.trigger])
        for one in found
        if (one.subject_id, one.trigger, one.version) in new and one.trigger in policy.ladder.events
    ]
    if not steps:
        return []
    asked = asks_above([rung for _, rung in steps])
    above = await store.above(sorted({one.unit for one, _ in steps})) if asked else {}
    slips = [_slip(one, rung, policy, above, now) for one, rung in steps]
    await put_out(store, publish, policy, slips, now)
    return slips


def _slip(one: Happening, rung: Rung, policy: Policy, above: Mapping[str, Above], now: datetime) -> Slip:
    made = notice(one, rung, policy.ladder, now)
    to = recipients(one.unit, one.post, rung, above)
    if rung.reply_by is None:
        return Slip(made, to, policy.ladder)
    template = blank(one.subject, one.subject_id, "notice_reply", now)
    template = template._replace(demand_id=one.demand_id, unit=one.unit, post=one.post, opened_by=one.version)
    reply = reply_limit(rung, template, made.notice_id, now, policy, policy.ladder)
    return Slip(made._replace(reply_by=reply.due_at), to, policy.ladder, reply)


def notice(one: Happening, rung: Rung, ladder: Ladder, now: datetime) -> Notice:
    """The notice that a rung makes of it."""
    return Notice(
        notice_id=notice_id(one.subject_id, one.trigger, one.version, rung.number),
        subject_id=one.subject_id,
        demand_id=one.demand_id,
        kind=None,
        generation=one.version,
        rung=rung.number,
        colour=rung.colour,
        measure=rung.measure,
        outcome="sent",
        into_rung=None,
        counts=True,
        late=now - one.at > ladder.tolerance,
        overdue=False,
        unit=one.unit,
        post=one.post,
        due_at=None,
        at=one.at,
        sent_at=now,
        subject=one.subject,
        trigger=one.trigger,
        points=rung.points,
    )


def _none(_: CaseEvent) -> Trigger | None:
    return None


TRIGGERS: Final[Mapping[type[CaseEvent], Callable[[Any], Trigger | None]]] = {
    CaseAssigned: lambda event: None if event.repeat_of is None else "repeat",
    CaseRectificationOpened: lambda event: "bad_rating",
}
"""A finding isn't an event of a case: rounds hand theirs to `bring_notices`."""
