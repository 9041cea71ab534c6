"""Random histories of an authority, as the log would hold them: for reporting's tests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, get_args
from uuid import UUID

from services.contracts.case import (
    CaseAssigned,
    CaseCompleted,
    CaseMerged,
    CaseParted,
    CaseReassigned,
    CaseRedone,
    CaseRefused,
    CaseResumed,
    CaseReturned,
    CaseSignedFor,
    CaseSuspended,
    CaseWithdrawn,
)
from services.contracts.demand import DemandRated, DemandRegistered
from services.contracts.directory import (
    AuthorityRecorded,
    CategoryRecorded,
    HolderRecorded,
    PostRecorded,
    UnitRecorded,
)
from services.contracts.envelope import Envelope, Event, Record
from services.contracts.flow import TOPICS, topic_of, topics_read_by
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitsSet, NoticeAcknowledged, NoticeSent
from services.contracts.vocabulary import CHANNELS, KINDS, Satisfaction
from services.contracts.watermark import WatermarkPassed
from services.kit.outbox import partition_of
from tests.contract.reporting_list_histories import of_lists, with_further

FIRST = date(2021, 3, 1)
"""A Monday."""
UNITS = ("petitions", "town_east", "town_west", "water", "water.works", "roads", "archives")
ROOT = "feng"
"""The county's own government, over all units; no case goes to it."""
CATEGORIES = ("water", "water.supply", "water.bill", "road", "road.damage", "other")
TOWNS = ("town_east", "town_west", None)
COLOURS = ("blue", "yellow", "orange", "red")
READ = topics_read_by("reporting")


def midnight(day: date) -> datetime:
    """00:00 in Shanghai, which has no daylight saving time."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)


def directory(version: int = 1, issue: str = "automatic", editions: tuple[str, ...] = ()) -> list[Event]:
    """A small authority: its government, two towns, three departments, a public body, a backstop."""
    kinds = ("office", "town", "town", "department", "public_body", "department", "department")
    return [
        AuthorityRecorded(
            version=version,
            code="feng",
            name="凤县",
            name_en="Feng County",
            issuer="县督查室",
            backstop_unit="petitions",
            limits="guangdong",
            ladder="default",
            on_time_threshold=0.85,
            issue=issue,
            editions=editions,
        ),
        UnitRecorded(version=version, code=ROOT, name="凤县人民政府", kind="county", post=f"{ROOT}.head"),
        *(
            UnitRecorded(
                version=version,
                code=code,
                name=f"{code}单位",
                kind=kind,  # type: ignore[arg-type]
                parent=ROOT,
                post=f"{code}.head",
            )
            for code, kind in zip(UNITS, kinds, strict=True)
        ),
        *(
            PostRecorded(version=version, code=f"{code}.head", title="负责人", unit=code, tier="department")
            for code in UNITS
        ),
        HolderRecorded(version=version, post="water.head", person="甲", since=FIRST, until=date(2021, 3, 14)),
        HolderRecorded(version=version, post="water.head", person="乙", since=date(2021, 3, 14)),
        *(
            CategoryRecorded(
                version=version,
                code=code,
                name=f"类{code}",
                parent=code.rpartition(".")[0] or None,
            )
            for code in CATEGORIES
        ),
    ]


@dataclass(slots=True)
class Log:
    """Partitions filled in the order of business time."""

    records: list[Record] = field(default_factory=list)
    ends: dict[tuple[str, int], int] = field(default_factory=dict)

    def write(self, event: Event, at: datetime) -> None:
        """Append to the event's partition."""
        topic, subject = topic_of(event), event.subject()
        partition = (
            event.partition
            if isinstance(event, WatermarkPassed)
            else partition_of(subject, TOPICS[topic].partitions)
        )
        offset = self.ends.get((topic, partition), 0)
        self.ends[topic, partition] = offset + 1
        envelope = Envelope(event.event_id(), event.type, "/yinuo/test", subject, at)
        self.records.append(Record(envelope, event, topic, partition, offset))

    def watermark(self, day: date, topics: Sequence[str] = READ) -> None:
        for topic in topics:
            for partition in range(TOPICS[topic].partitions):
                mark = WatermarkPassed(day=day, topic=topic, partition=partition)
                self.write(mark, midnight(day))

    def batches(self, random: Random) -> Iterator[list[Record]]:
        """The records as consumers take them: topic by topic in any order, partitions in theirs."""
        left = {topic: [r for r in self.records if r.topic == topic] for topic in READ}
        while any(left.values()):
            topic = random.choice([name for name, records in left.items() if records])
            count = random.randint(1, 120)
            yield left[topic][:count]
            del left[topic][:count]


def seeded(seed: int) -> Random:
    """Chance that is the same each time."""
    return Random(seed)  # noqa: S311


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    event: Event


def history(random: Random, weeks: int, cases: int) -> Log:
    """A log of some weeks: watermarks at each midnight, some events on the far side of theirs.

    Supervision sets the limits of a day's last cases after its watermark, and on odd Mondays passes the
    watermark itself a day late, so that limits lie a day before the dispatch they belong to. From the
    Friday of every third week on it is down until Monday: it passes all those midnights and sets the limits
    of all those cases then.
    """
    log = Log()
    span = timedelta(days=7 * weeks)
    lives = with_further(random, ((step.at, step.event) for step in list(_steps(random, weeks, cases))))
    lists = of_lists(random, midnight(FIRST), span, cases // 3)
    steps = sorted((_Step(*told) for told in (*lives, *lists)), key=lambda step: step.at)
    log.watermark(FIRST)
    for event in directory():
        log.write(event, midnight(FIRST))
    held: list[_Step] = []
    owed: list[date] = []
    for number in range(1, 7 * weeks + 2):
        end = FIRST + timedelta(days=number)
        for step in [step for step in steps if step.at < midnight(end)]:
            if _behind(step, end) or _follows(step, held):
                held.append(step)
            else:
                log.write(step.event, step.at)
        steps = [step for step in steps if step.at >= midnight(end)]
        log.watermark(end, [topic for topic in READ if topic != "supervision"])
        owed.append(end)
        if not _down(end) and number % 14 != 0:
            for day in owed:
                log.watermark(day, ["supervision"])
            for step in held:
                log.write(step.event, step.at)
            held, owed = [], []
    return log


def _down(end: date) -> bool:
    """Whether supervision is down at a midnight: those of Saturday and Sunday in every third week."""
    return (end - FIRST).days % 21 in (12, 13)


def _follows(step: _Step, held: Sequence[_Step]) -> bool:
    """Supervision tells the limits of one case in their order."""
    return isinstance(step.event, LimitsSet) and any(
        one.event.subject() == step.event.subject() for one in held
    )


def _behind(step: _Step, end: date) -> bool:
    """Supervision reads a case shortly before the watermark and sets its limits shortly after."""
    event = step.event
    if not isinstance(event, LimitsSet):
        return False
    if _down(end) or _down(end - timedelta(days=1)):
        return True
    if end.weekday() == 0:
        return event.case_id.int % 10 < 7
    return step.at > midnight(end) - timedelta(hours=4) and event.case_id.int % 10 < 5


def _steps(random: Random, weeks: int, cases: int) -> Iterator[_Step]:
    begin, span = midnight(FIRST), timedelta(days=7 * weeks)
    citizens = [_id(random) for _ in range(max(1, cases // 3))]
    earlier: list[UUID] = []
    for _ in range(cases):
        at = begin + random.random() * span
        case, demand, citizen = _id(random), _id(random), random.choice(citizens)
        receipt = f"YN20210301-{random.randrange(10**8):08d}"
        channel = random.choice(CHANNELS)
        yield _Step(
            at,
            DemandRegistered(
                demand_id=demand,
                receipt=receipt,
                citizen_ref=citizen,
                channel=channel,
                title=PublicText("停水"),
                body=PublicText("停水三天"),
            ),
        )
        if random.random() < 0.03:
            continue
        at += timedelta(seconds=random.randrange(1, 90))
        assigned = CaseAssigned(
            case_id=case,
            demand_id=demand,
            version=1,
            dispatch=1,
            receipt=receipt,
            citizen_ref=citizen,
            channel=channel,
            kind=random.choice(KINDS),
            urgency="normal",
            category=random.choice(CATEGORIES),
            place=None,
            town=random.choice(TOWNS),
            unit=(unit := random.choice(UNITS[:-1])),
            post=f"{unit}.head",
            backstop=unit == "petitions",
            summary=PublicText("停水"),
            repeat_of=random.choice(earlier) if earlier and random.random() < 0.15 else None,
        )
        earlier.append(case)
        yield _Step(at, assigned)
        yield from _life(random, assigned, at)


def _life(random: Random, case: CaseAssigned, at: datetime) -> Iterator[_Step]:  # noqa: C901  all it may meet
    ids: dict[str, Any] = {"case_id": case.case_id, "demand_id": case.demand_id}
    version, dispatch, unit, limits = 1, 1, case.unit, 0
    complete_due = at + timedelta(days=random.choice((2, 5, 10)))
    while True:
        limits += 1
        known, kept = random.random() < 0.9, None
        yield _Step(
            at + timedelta(seconds=random.randrange(1, 30)),
            LimitsSet(
                **ids,
                dispatch=dispatch,
                version=limits,
                sign_for_due=at + timedelta(days=1) if known else None,
                complete_due=complete_due if known else None,
            ),
        )
        yield from _notices(random, case, unit, dispatch, at, complete_due)
        if random.random() < 0.75:
            kept = at + timedelta(days=1) if known else None  # a signature keeps its limit
            at += timedelta(hours=random.randrange(1, 60))
            version += 1
            yield _Step(at, CaseSignedFor(**ids, version=version, dispatch=dispatch, unit=unit))
            if known and random.random() < 0.2:
                complete_due += timedelta(days=3)
                yield from _rest(
                    random, {**ids, "dispatch": dispatch}, unit, version, limits, at, complete_due
                )
                kept, version, limits, at = at, version + 2, limits + 2, at + timedelta(days=3)
        fate = random.random()
        at += timedelta(hours=random.randrange(1, random.choice((24, 300))))
        version += 1
        if fate < 0.6:
            done = CaseCompleted(
                **ids, version=version, dispatch=dispatch, unit=unit, reply=PublicText("已办")
            )
            yield _Step(at, done)
            if case.case_id.int % 4 == dispatch:  # once a case, of whichever reply
                yield _rating(random, case, unit, at)
            if random.random() < 0.25 and dispatch < 4:
                at += timedelta(hours=random.randrange(1, 500))
                version, dispatch = version + 1, dispatch + 1
                complete_due = at + timedelta(days=5)
                ids_now: dict[str, Any] = {**ids, "version": version, "dispatch": dispatch, "unit": unit}
                yield _Step(at, CaseRedone(**ids_now, post=f"{unit}.head", reason=PublicText("未说明")))
                continue
        elif fate < 0.63:
            yield from _merged(random, {**ids, "dispatch": dispatch}, unit, version, limits, at, kept)
            if dispatch > 3 or random.random() < 0.5:
                return
            at += timedelta(hours=random.randrange(1, 500))
            version, limits, dispatch = version + 1, limits + 1, dispatch + 1
            yield _Step(at, _parted(random, {**ids, "version": version, "dispatch": dispatch, "unit": unit}))
            continue
        elif fate < 0.7:
            ids_now = {**ids, "version": version, "dispatch": dispatch, "unit": unit}
            reason_why: dict[str, Any] = {"reason": PublicText("不予受理")}
            dropped = CaseWithdrawn(**ids_now) if fate < 0.65 else CaseRefused(**ids_now, **reason_why)
            yield _Step(at, dropped)
            return
        if fate < 0.75 or dispatch > 3:
            if not known and random.random() < 0.7:
                yield _calendar_came(random, ids, dispatch, limits + 1, at, complete_due)
            return
        kind = CaseReturned if fate < 0.9 else CaseReassigned
        to = "petitions" if kind is CaseReturned else random.choice(UNITS[:-1])
        reason: dict[str, Any] = {"reason": PublicText("不属本单位")} if kind is CaseReturned else {}
        dispatch += 1
        where: dict[str, Any] = {"from_unit": unit, "unit": to, "post": f"{to}.head", **reason}
        moved = kind(**ids, version=version, dispatch=dispatch, **where)
        yield _Step(at, moved)
        unit = to


def _merged(
    random: Random,
    ids: dict[str, Any],
    unit: str,
    version: int,
    limits: int,
    at: datetime,
    sign_for_due: datetime | None,
) -> Iterator[_Step]:
    """Merged into another case: its limits are told without due instants, but for a signature given."""
    reason = PublicText("同一事项")
    lead = _id(random)
    yield _Step(
        at, CaseMerged(**ids, version=version, unit=unit, lead=lead, state="dispatched", reason=reason)
    )
    told: dict[str, Any] = {"sign_for_due": sign_for_due, "complete_due": None}
    yield _Step(at + timedelta(seconds=9), LimitsSet(**ids, version=limits + 1, **told))


def _parted(random: Random, ids: dict[str, Any]) -> CaseParted:
    reason = PublicText("并非同一事项")
    return CaseParted(**ids, post=f"{ids['unit']}.head", lead=_id(random), reason=reason)


def _rating(random: Random, case: CaseAssigned, unit: str, at: datetime) -> _Step:
    level, later = random.choice(get_args(Satisfaction)), timedelta(hours=random.randrange(1, 90))
    rated = DemandRated(demand_id=case.demand_id, case_id=case.case_id, unit=unit, level=level)
    return _Step(at + later, rated)


def _rest(
    random: Random,
    ids: dict[str, Any],
    unit: str,
    version: int,
    limits: int,
    at: datetime,
    complete_due: datetime,
) -> Iterator[_Step]:
    """Three days of suspension: the limits are told without a due instant, then with the later one."""
    told: dict[str, Any] = {"sign_for_due": at, "complete_due": None}
    reason = PublicText("待批复")
    yield _Step(at, CaseSuspended(**ids, version=version + 1, unit=unit, reason=reason))
    yield _Step(at + timedelta(seconds=9), LimitsSet(**ids, version=limits + 1, **told))
    again = at + timedelta(days=3)
    yield _Step(again, CaseResumed(**ids, version=version + 2, unit=unit))
    told = {"sign_for_due": at, "complete_due": complete_due}
    late = again + timedelta(seconds=random.randrange(1, 60))
    yield _Step(late, LimitsSet(**ids, version=limits + 2, **told))


def _calendar_came(
    random: Random, ids: dict[str, Any], dispatch: int, version: int, at: datetime, complete_due: datetime
) -> _Step:
    """The limits that awaited a calendar, up to three weeks after all else."""
    limits = LimitsSet(
        **ids,
        dispatch=dispatch,
        version=version,
        sign_for_due=complete_due - timedelta(days=1),
        complete_due=complete_due,
    )
    return _Step(at + timedelta(hours=random.randrange(1, 500)), limits)


def _notices(
    random: Random, case: CaseAssigned, unit: str, dispatch: int, at: datetime, due: datetime
) -> Iterator[_Step]:
    for rung in range(random.randrange(0, 3)):
        sent = at + timedelta(days=1 + rung)
        notice = NoticeSent(
            notice_id=_id(random),
            subject_kind="case",
            subject_id=case.case_id,
            case_id=case.case_id,
            demand_id=case.demand_id,
            limit="complete",
            trigger="limit",
            generation=dispatch,
            rung=rung,
            colour=random.choice(COLOURS),
            outcome=random.choice(("sent", "sent", "collapsed")),
            unit=unit,
            post=f"{unit}.head",
            recipients=(f"unit:{unit}",),
            due_at=due,
            reply_by=None,
            points=0,
            overdue=rung > 0,
            late=False,
        )
        yield _Step(sent, notice)
        if random.random() < 0.3:
            acknowledged = NoticeAcknowledged(
                notice_id=notice.notice_id,
                subject_kind="case",
                subject_id=case.case_id,
                case_id=case.case_id,
                recipient=f"unit:{unit}",
            )
            yield _Step(sent + timedelta(hours=1), acknowledged)


def _id(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)
