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
from services.contracts.supervision import FurtherLimitSet, LimitPassed
from services.contracts.vocabulary import Satisfaction, Settlement, Tier

Told = tuple[datetime, Event]
UNITS = ("town_east", "town_west", "water", "roads")
TEXT = PublicText("已核实")


def of_lists(random: Random, begin: datetime, span: timedelta, many: int) -> Iterator[Told]:
    """The facts of so many promises and half as many projects."""
    for number in range(many):
        yield from _promise(random, number, begin + random.random() * span)
    for number in range(many // 2):
        yield from _project(random, number, begin + random.random() * span)


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
            why: dict[str, Any] = {"changed": ("completion",), "reason": TEXT, "approver": "feng.head"}
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
        yield at, ProjectReplaced(**ids, version=version + 1, **other, **why)
    elif end < 0.6:
        yield at, ProjectDropped(**ids, version=version + 1, **why)


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
