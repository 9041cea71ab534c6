"""Random promises, projects, answers of citizens and further limits, for reporting's histories."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, get_args
from uuid import UUID

from services.contracts.case import (
    CaseAssistAsked,
    CaseAssistDone,
    CaseAssistReleased,
    CaseCalledBack,
    CaseCompleted,
    CaseEvent,
    CaseExtensionAsked,
    CaseExtensionGranted,
    CaseExtensionRefused,
    CaseMerged,
    CaseRectificationOpened,
    CaseRectified,
    CaseRefused,
    CaseReturned,
    CaseWithdrawn,
)
from services.contracts.demand import ProjectRated
from services.contracts.envelope import Event
from services.contracts.letter import (
    LetterAccepted,
    LetterIssued,
    LetterReceived,
    LetterReplied,
    LetterReturned,
    LetterStruckOff,
    LetterVoided,
)
from services.contracts.listing import (
    ListingHandedOver,
    ListingOpened,
    ListingProgressed,
    ListingSentBack,
    ListingStrikeOffAsked,
    ListingStruckOff,
)
from services.contracts.project import (
    Fund,
    Milestone,
    MilestoneReached,
    Plan,
    ProgressReported,
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectOpened,
    ProjectReplaced,
)
from services.contracts.promise import PromiseAired, PromiseChanged, PromiseMade, PromiseSettled
from services.contracts.public_text import PublicText
from services.contracts.round import FindingRecorded, RoundClosed
from services.contracts.supervision import ConsequenceDrawn, FurtherLimitSet, LimitPassed
from services.contracts.vocabulary import Measure, Satisfaction, Settlement, Tier

Told = tuple[datetime, Event]
UNITS = ("town_east", "town_west", "water", "roads")
TEXT = PublicText("已核实")


def of_lists(random: Random, begin: datetime, span: timedelta, many: int) -> Iterator[Told]:
    """The facts of so many promises, half as many projects, and what supervision did besides."""
    for number in range(many):
        yield from _promise(random, number, begin + random.random() * span)
    for number in range(many // 2):
        yield from _project(random, number, begin + random.random() * span)
    other = Random(many)  # noqa: S311
    for number in range(many // 2):
        yield from _round(other, number, begin + other.random() * span)
        yield from _letter(other, number, begin + other.random() * span)
        yield from _listing(other, number, begin + other.random() * span)


@dataclass(slots=True)
class _Chain:
    """The facts of one promise: numbered and linked as far as reporting looks at them."""

    number: int
    version: int = 0

    def next(self, at: datetime) -> dict[str, Any]:
        self.version += 1
        seal = {"previous": "0" * 64, "hash": f"{self.number:064d}", "signature": "s", "key": "k"}
        ids = {"promise_id": UUID(int=self.number + 1), "number": f"诺{self.number}", "version": self.version}
        return {**ids, **seal, "at": at, "authority": "feng", "seq": 10 * self.number + self.version}


def _promise(random: Random, number: int, at: datetime) -> Iterator[Told]:
    chain, due = _Chain(number), at.date() + timedelta(days=random.randrange(3, 40))
    tier = random.choice((*get_args(Tier), "ordinary_member"))
    words, projects = PublicText(f"办好第{number}件事"), ("台1",)
    yield (
        at,
        PromiseMade(
            **chain.next(at),
            tier=tier,
            unit=(unit := random.choice(UNITS)),
            post=None if tier == "ordinary_member" else f"{unit}.head",
            holder=None if tier == "ordinary_member" else "甲某",
            member="0" * 64 if tier == "ordinary_member" else None,
            words=words,
            projects=projects,
            made_on=at.date(),
            due=due,
            occasion="meeting",
            programme=None,
            aired_on=None,
            clip=None,
            evidence=None,
        ),
    )
    if random.random() < 0.5:
        at += timedelta(hours=random.randrange(1, 100))
        yield at, PromiseAired(**chain.next(at), programme=TEXT, aired_on=at.date(), clip=None)
    if random.random() < 0.4:
        at, later = at + timedelta(hours=random.randrange(1, 200)), due + timedelta(days=9)
        said: dict[str, Any] = {"words_before": words, "words": PublicText("改期办好"), "reason": TEXT}
        both: dict[str, Any] = {"projects_before": projects, "projects": projects, "approver": "feng.head"}
        yield at, PromiseChanged(**chain.next(at), due_before=due, due=later, **said, **both)
        due = later
    if random.random() < 0.6:
        at += timedelta(hours=random.randrange(1, 400))
        how: dict[str, Any] = {"reason": TEXT, "evidence": None, "approver": None}
        outcome = random.choice(get_args(Settlement))
        yield at, PromiseSettled(**chain.next(at), outcome=outcome, settled_on=at.date(), due=due, **how)


def plan_of(random: Random, at: datetime) -> Plan:
    day = at.date()
    dues = [day + timedelta(days=random.randrange(2, 20)) for _ in range(random.randrange(0, 3))]
    return Plan(
        name=PublicText("修桥"),
        content=PublicText("修好便民桥"),
        tier=random.choice(get_args(Tier)),
        owner="water.head",
        lead_unit=random.choice(UNITS),
        budget=Decimal(random.randrange(0, 10**7)) / 100,
        funds=tuple(Fund(source=PublicText("省级"), year=2021, amount=Decimal("12.34")) for _ in dues),
        start=day,
        completion=day + timedelta(days=random.randrange(3, 30)),
        milestones=tuple(Milestone(name=PublicText(f"节点{at}"), due=due) for at, due in enumerate(dues)),
    )


def _project(random: Random, number: int, at: datetime) -> Iterator[Told]:
    ids: dict[str, Any] = {"project_id": UUID(int=10**6 + number), "ledger": f"台{number}"}
    version, plan = 1, plan_of(random, at)
    yield at, ProjectOpened(**ids, version=version, plan=plan)
    for _ in range(random.randrange(0, 5)):
        at, version = at + timedelta(hours=random.randrange(1, 150)), version + 1
        what = random.random()
        if what < 0.3:
            yield at, ProgressReported(**ids, version=version, text=TEXT)
        elif what < 0.6 and plan.milestones:
            name = random.choice(plan.milestones).name
            yield at, MilestoneReached(**ids, version=version, milestone=name, on=at.date())
        else:
            plan = plan_of(random, at).model_copy(update={"tier": plan.tier})
            changed = ("completion", "name") if number % 3 else ("budget",)
            why: dict[str, Any] = {"changed": changed, "reason": TEXT, "approver": "feng.head"}
            why["finding_id"] = UUID(int=number) if (number + version) % 2 else None
            yield at, ProjectChanged(**ids, version=version, plan=plan, **why)
    at, end = at + timedelta(hours=random.randrange(1, 150)), random.random()
    why = {"reason": TEXT, "approver": "feng.head"}
    if end < 0.4:
        yield at, ProjectDone(**ids, version=version + 1, on=at.date(), text=TEXT)
        level = random.choice(get_args(Satisfaction))
        rated = ProjectRated(
            demand_id=UUID(int=random.getrandbits(120)), project_id=ids["project_id"], level=level
        )
        yield at + timedelta(hours=9), rated
    elif end < 0.5:
        other: dict[str, Any] = {"by_project_id": UUID(int=1), "by_ledger": "台0"}
        other["finding_id"] = UUID(int=number) if number % 2 else None
        yield at, ProjectReplaced(**ids, version=version + 1, **other, **why)
    elif end < 0.6:
        yield at, ProjectDropped(**ids, version=version + 1, **why)


def _round(random: Random, number: int, at: datetime) -> Iterator[Told]:
    """A round that is over, what it found, and what notices on one task brought."""
    ids: dict[str, Any] = {"round_id": UUID(int=2 * 10**6 + number)}
    for place in range(random.randrange(0, 3)):
        found = FindingRecorded(
            **ids,
            finding_id=UUID(int=3 * 10**6 + 10 * number + place),
            unit=random.choice(UNITS),
            place=TEXT,
            found_at=at,
            found=TEXT,
            required=None,
            item=None,
            photos=(),
            needs_letter=True,
            late=False,
        )
        yield at, found
    if random.random() < 0.8:
        yield at + timedelta(hours=random.randrange(1, 90)), RoundClosed(**ids, version=3, visited=())
    if random.random() < 0.5:
        drawn = ConsequenceDrawn(
            consequence_id=UUID(int=4 * 10**6 + number),
            notice_id=UUID(int=number),
            subject_kind="project",
            subject_id=UUID(int=10**6 + number),
            unit=(unit := random.choice(UNITS)),
            post=f"{unit}.head",
            measure=random.choice(get_args(Measure)),
            points=1,
        )
        yield at + timedelta(hours=3), drawn


def _letter(random: Random, number: int, at: datetime) -> Iterator[Told]:
    """A letter that goes some of its way; its events are keyed by a project, by a case or by itself."""
    subject = random.choice(({"project_id": UUID(int=10**6 + number)}, {"case_id": UUID(int=number)}, {}))
    ids: dict[str, Any] = {
        "letter_id": UUID(int=5 * 10**6 + number),
        "number": f"凤督函〔2021〕{number + 1}号",
        "unit": random.choice(UNITS),
        **subject,
    }
    issued = LetterIssued(
        **ids,
        version=1,
        issuer="县督查室",
        addressee="某单位党委",
        word="凤督函",
        year=2021,
        serial=number + 1,
        addressed="party_committee",
        title=TEXT,
        found=TEXT,
        required=TEXT,
        reply_by=at.date() + timedelta(days=random.randrange(1, 12)),
        receipt_due=None,
        signed_by="甲某",
        finding_id=UUID(int=number) if random.random() < 0.5 else None,
    )
    yield at, issued
    for version, (kind, words) in enumerate(_letter_s_way(random, at), 2):
        at += timedelta(hours=random.randrange(1, 120))
        yield at, kind(**ids, version=version, **words)


def _letter_s_way(random: Random, at: datetime) -> Sequence[tuple[Any, dict[str, Any]]]:
    if random.random() < 0.2:
        return [(LetterVoided, {"reason": TEXT})]
    replied: tuple[Any, dict[str, Any]] = (LetterReplied, {"reply": TEXT})
    again = {"reason": TEXT, "reply_by": at.date() + timedelta(days=random.randrange(5, 25))}
    more = [(LetterReturned, again), replied] if random.random() < 0.4 else []
    way: list[tuple[Any, dict[str, Any]]] = [
        (LetterReceived, {}),
        replied,
        *more,
        (LetterAccepted, {}),
        (LetterStruckOff, {}),
    ]
    return way[: random.randrange(0, len(way) + 1)]


def _listing(random: Random, number: int, at: datetime) -> Iterator[Told]:
    ids: dict[str, Any] = {
        "listing_id": UUID(int=6 * 10**6 + number),
        "subject_kind": random.choice(("case", "project")),
        "subject_id": UUID(int=10**6 + number),
        "unit": (unit := random.choice(UNITS)),
    }
    words: dict[str, Any] = {"post": f"{unit}.head", "title": TEXT, "reason": TEXT, "opened_by": "hand"}
    yield at, ListingOpened(**ids, version=1, **words, report_due=_report_due(random, at))
    version, asked = 1, False
    for _ in range(random.randrange(0, 6)):
        at, version = at + timedelta(hours=random.randrange(1, 200)), version + 1
        if random.random() < 0.2:
            before, ids["unit"] = ids["unit"], (unit := random.choice(UNITS))
            yield at, ListingHandedOver(**ids, version=version, from_unit=before, post=f"{unit}.head")
            continue
        told: dict[str, Any] = {**ids, "version": version}
        if asked and random.random() < 0.5:
            yield at, ListingStruckOff(**told)
            return
        if asked:
            yield at, ListingSentBack(**told, reason=TEXT, report_due=_report_due(random, at))
        elif random.random() < 0.5:
            yield at, ListingStrikeOffAsked(**told, text=TEXT)
            asked = True
            continue
        else:
            yield at, ListingProgressed(**told, text=TEXT, report_due=_report_due(random, at))
        asked = False


def _report_due(random: Random, at: datetime) -> datetime | None:
    return at + timedelta(days=random.randrange(1, 10)) if random.random() < 0.8 else None


def with_further(random: Random, steps: Iterable[Told]) -> list[Told]:
    """The same steps, with extensions, assists, rectifications and call-backs among those of each case."""
    kept: list[Told] = []
    cases: dict[UUID, list[tuple[datetime, CaseEvent]]] = defaultdict(list)
    for at, event in steps:
        if isinstance(event, CaseEvent):
            cases[event.case_id].append((at, event))
        else:
            kept.append((at, event))
    for events in cases.values():
        events.sort(key=lambda one: one[1].version)
        kept += _numbered(random, [*events, *_more(random, events)])
    return kept


def _more(random: Random, events: list[tuple[datetime, CaseEvent]]) -> Iterator[tuple[datetime, CaseEvent]]:
    for place, (at, event) in enumerate(events):
        until = events[place + 1][0] if place + 1 < len(events) else at + timedelta(days=12)
        ids = event.model_dump(include={"case_id", "demand_id", "version", "dispatch", "unit"})
        times = sorted(at + random.random() * (until - at) for _ in range(2))
        if isinstance(event, CaseMerged | CaseRefused | CaseWithdrawn) or random.random() < 0.6:
            continue
        if isinstance(event, CaseCompleted):
            yield from zip(times, _after_reply(random, ids), strict=False)
        else:
            yield from zip(times, _under_way(random, ids), strict=False)


def _after_reply(random: Random, ids: dict[str, Any]) -> Sequence[CaseEvent]:
    if random.random() < 0.7:
        answer = random.choice((*get_args(Satisfaction), "satisfied", None))
        return [CaseCalledBack(**ids, note=TEXT, answer=answer)]
    opened = CaseRectificationOpened(**ids, post="water.head", state="completed")
    return [opened, CaseRectified(**ids, state="completed", rectification=TEXT)][: random.choice((1, 2))]


def _under_way(random: Random, ids: dict[str, Any]) -> Sequence[CaseEvent]:
    if random.random() < 0.5:
        decided = random.choice(
            (
                CaseExtensionGranted(**ids, days=3),
                CaseExtensionRefused(**ids, reason=TEXT),
            )
        )
        return [CaseExtensionAsked(**ids, days=3, reason=TEXT), decided][: random.choice((1, 2))]
    who: dict[str, Any] = {"assisting": random.choice(UNITS)}
    done = random.choice(
        (CaseAssistDone(**ids, **who, result=TEXT), CaseAssistReleased(**ids, **who, reason=TEXT))
    )
    return [CaseAssistAsked(**ids, **who, post="roads.head", what=TEXT), done][: random.choice((1, 2))]


def _numbered(random: Random, events: list[tuple[datetime, CaseEvent]]) -> Iterator[Told]:
    """In the order of their times, the case's own keeping theirs; supervision sets what they open."""
    events.sort(key=lambda one: one[0])
    told: dict[tuple[str, str], int] = defaultdict(int)
    for version, (at, event) in enumerate(events, 1):
        numbered = event.model_copy(update={"version": version})
        yield at, numbered
        if opens := _opens(numbered):
            yield from _set(random, numbered, opens, at, told)


def _opens(event: CaseEvent) -> tuple[Any, str] | None:
    match event:
        case CaseReturned():
            return "dispute", event.from_unit
        case CaseExtensionAsked():
            return "extension", ""
        case CaseAssistAsked():
            return "assist", event.assisting
        case CaseRectificationOpened():
            return "rectification", ""
    return None


def _set(
    random: Random, event: CaseEvent, opens: tuple[Any, str], at: datetime, told: dict[tuple[str, str], int]
) -> Iterator[Told]:
    told[opens] += 1
    ids: dict[str, Any] = {
        **event.model_dump(include={"case_id", "demand_id", "dispatch", "unit"}),
        "limit": opens[0],
        "about": opens[1],
        "generation": told[opens],
        "opened_by": event.version,
    }
    due = at + timedelta(hours=random.randrange(4, 120))
    known = random.random() < 0.8
    yield (
        at + timedelta(seconds=random.randrange(1, 9000)),
        FurtherLimitSet(**ids, version=told[opens], due=due if known else None),
    )
    if opens[0] in ("dispute", "extension") and random.random() < 0.3:
        yield due, LimitPassed(**ids, due=due)
