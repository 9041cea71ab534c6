"""What a ladder would have sent on limits and events that are past. Pure; nothing is sent.

It is told from what is stored of each limit: its present generation with its inputs, pauses, extension and
end. What began anew since (a new dispatch, the next report) is gone, nothing is late, and the answers that
notices would have wanted aren't guessed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.contracts.vocabulary import SubjectKind
from services.supervision.calendar import UnknownYear, WorkCalendar
from services.supervision.ladder import Ladder, Rung, Task, consequences, rungs
from services.supervision.limits import LIMIT_KINDS, Limit, compute
from services.supervision.triggered import Happening
from services.supervision.watched import Watched


class Would(NamedTuple):
    """A notice that would have been sent at an instant, or a consequence (`rung` None) drawn.

    `what` is the kind of the limit, the trigger, or `consequence`.
    """

    at: datetime
    subject: SubjectKind
    subject_id: UUID
    what: str
    rung: int | None
    colour: str
    measure: str
    unit: str
    post: str
    points: int


class Group(NamedTuple):
    """What is counted together: one rung, or one consequence, of one unit."""

    what: str
    rung: int | None
    colour: str
    measure: str
    unit: str


class Past(NamedTuple):
    """All that is stored of some subjects, and the instants from and before which it is asked about."""

    limits: Sequence[Watched]
    happenings: Sequence[Happening]
    since: datetime
    until: datetime


def margin(ladder: Ladder) -> timedelta:
    """How long after its limit a rung may fall: its working days and as many off, and a week of holidays."""
    offsets = [offset for kind in LIMIT_KINDS for offset in ladder.offsets(kind)]
    return timedelta(days=2 * max((0, *offsets)) + 14)


def would_send(past: Past, ladder: Ladder, calendar: WorkCalendar) -> list[Would]:
    """The notices and consequences within the time asked about, in their order.

    Earlier notices on the same task count for a consequence.
    """
    found = [
        *(one for limit in past.limits for one in _of_limit(limit, ladder, calendar)),
        *(one for happening in past.happenings for one in _at_once(happening, ladder)),
    ]
    notices = sorted(one for one in found if one.at < past.until)
    drawn = consequences(ladder, {}, ((one, Task(one.subject_id, one.unit, one.colour)) for one in notices))
    brought = [
        one._replace(what="consequence", rung=None, measure=what.measure, points=what.points)
        for one, what in drawn
    ]
    return sorted((one for one in (*notices, *brought) if one.at >= past.since), key=lambda one: one.at)


def counted(would: Iterable[Would]) -> tuple[Counter[Group], Counter[Group]]:
    """How many of each group, and their points."""
    times, points = Counter[Group](), Counter[Group]()
    for one in would:
        group = Group(one.what, one.rung, one.colour, one.measure, one.unit)
        times[group] += 1
        points[group] += one.points
    return times, points


def _of_limit(limit: Watched, ladder: Ladder, calendar: WorkCalendar) -> Iterator[Would]:
    if limit.kind == "notice_reply":
        return
    reckoned = _reckoned(limit, calendar)
    if reckoned is None:
        return
    ended = limit.met_at or limit.ended_at or limit.suspended_at
    start = ladder.start(limit.kind, limit.case_kind, limit.urgency)
    for rung, at in rungs(reckoned, ladder, calendar):
        if at is None or rung.number < start:
            continue
        falls = next((pause.end for pause in reckoned.pauses if pause.start <= at < pause.end), at)
        if ended is None or falls < ended:
            yield _would(falls, limit, limit.kind, rung)


def _reckoned(limit: Watched, calendar: WorkCalendar) -> Limit | None:
    """A limit that rests or was merged has no due instant: reckoned without what stopped it."""
    if (known := limit.limit()) is not None:
        return known
    try:
        return compute(limit.the_rule(), limit.dispatched_at, calendar, limit.the_pauses, limit.the_extension)
    except UnknownYear:
        return None


def _at_once(happening: Happening, ladder: Ladder) -> Iterator[Would]:
    if (rung := ladder.events.get(happening.trigger)) is not None:
        yield _would(happening.at, happening, happening.trigger, rung)


def _would(at: datetime, whose: Watched | Happening, what: str, rung: Rung) -> Would:
    return Would(
        at,
        whose.subject,
        whose.subject_id,
        what,
        rung.number,
        rung.colour,
        rung.measure,
        whose.unit,
        whose.post,
        rung.points,
    )
