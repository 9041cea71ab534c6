"""The lists read from all records anew: the oracle of reporting's lists. Each rule is said once more."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.contracts.case import (
    CaseAssigned,
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
    CaseReassigned,
    CaseRectificationOpened,
    CaseRectified,
    CaseRedone,
    CaseRefused,
    CaseReturned,
    CaseSignedFor,
    CaseWithdrawn,
)
from services.contracts.demand import DemandRated, ProjectRated
from services.contracts.envelope import Event, Record
from services.contracts.letter import (
    LetterAccepted,
    LetterEvent,
    LetterIssued,
    LetterReceived,
    LetterReplied,
    LetterReturned,
    LetterStruckOff,
    LetterVoided,
)
from services.contracts.listing import (
    ListingEvent,
    ListingHandedOver,
    ListingOpened,
    ListingProgressed,
    ListingSentBack,
    ListingStrikeOffAsked,
    ListingStruckOff,
)
from services.contracts.project import (
    MilestoneReached,
    Plan,
    ProgressReported,
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectEvent,
    ProjectOpened,
    ProjectReplaced,
)
from services.contracts.promise import PromiseAired, PromiseChanged, PromiseEvent, PromiseMade, PromiseSettled
from services.contracts.round import FindingRecorded, RoundClosed
from services.contracts.supervision import ConsequenceDrawn, FurtherLimitSet, LimitPassed, NoticeSent
from services.contracts.vocabulary import BAD_RATINGS
from services.reporting.lists import Late, Listed, ListNumbers
from services.reporting.periods import Period
from tests.contract.reporting_histories import midnight

Placed = list[tuple[Record, date]]


def list_numbers(placed: Placed, period: Period) -> ListNumbers:
    """What a circular of a period says of answers and lists."""
    cut_at = midnight(period.until)
    known = [(record, day) for record, day in placed if day < period.until]
    inside = [record.event for record, day in known if day >= period.first]
    counts = Counter[str](_answers(inside, _repeating(known)))
    promises, projects, further = _promises(known), _projects(known), _further(known)
    letters, listings = _letters(known), _listings(known)
    counts.update(_happened(inside))
    counts["projects_updated"] = len({event.subject() for event in inside if _updates(event)})
    for one in (*promises, *projects, *further, *letters, *listings):
        counts.update(one.figures(period.first, cut_at))
    money: dict[str | None, tuple[Decimal, Decimal]] = {}
    for project in projects:
        if project.state in ("open", "done"):
            budget, funded = money.get(project.tier, (Decimal(0), Decimal(0)))
            money[project.tier] = (budget + project.budget, funded + project.funded)
    return ListNumbers(
        counts=counts,
        late_promises=_late(promises, "promise", cut_at),
        late_projects=_late(projects, "project", cut_at),
        late_further=_late(further, "further", cut_at),
        late_letters=_late(letters, "letter", cut_at),
        listings=_listed(listings),
        money=money,
    )


@dataclass(slots=True)
class Standing:
    """One item of a list as its facts leave it."""

    item: UUID
    part: str
    tier: str | None
    state: str
    unit: str
    number: str | None = None
    post: str | None = None
    holder: str | None = None
    text: str | None = None
    due: datetime | None = None
    milestones: dict[str, datetime] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    budget: Decimal = Decimal(0)
    funded: Decimal = Decimal(0)
    closed: tuple[date, datetime] | None = None
    opened: datetime | None = None
    list: str = "promise"

    def figures(self, first: date, cut_at: datetime) -> Iterator[str]:
        by = {"further": "limit", "letter": "unit"}.get(self.list, "tier")
        for name in self._figures(first, cut_at):
            yield name
            yield f"{name}.{by}.{self.unit if by == 'unit' else self.tier}"

    def late(self, cut_at: datetime) -> bool:
        waits = self.state not in ("replied", "accepted", "asked")
        return waits and self.closed is None and self.due is not None and self.due <= cut_at

    def _figures(self, first: date, cut_at: datetime) -> Iterator[str]:
        plural = self.list if self.list == "further" else f"{self.list}s"
        if self.closed is None:
            yield f"{plural}_standing" if self.list == "promise" else f"{plural}_open"
        if self.late(cut_at):
            yield f"{plural}_{ {'further': 'passed', 'listing': 'silent'}.get(self.list, 'overdue') }"
        left = [due for name, due in self.milestones.items() if name not in self.reached]
        if self.closed is None and any(due <= cut_at for due in left):
            yield "milestones_overdue"
        if self.closed is not None and self.list != "further":
            yield f"{plural}_{self.state}_in_all"
        if self.closed is not None and self.closed[0] >= first:
            yield f"{plural}_{self.state}"
            if self.state == "met" and self.due is not None and self.closed[1] > self.due:
                yield "further_met_late"


def _late(items: Iterable[Standing], of: str, cut_at: datetime) -> list[Late]:
    late = [one for one in items if one.late(cut_at)]
    late.sort(key=lambda one: (one.due, one.item, one.part))
    return [
        Late(of, one.number, one.tier, one.unit, one.post, one.holder, one.due, one.text)
        for one in late[:200]
        if one.due is not None
    ]


def _end(day: date) -> datetime:
    """24:00 of a day in Shanghai."""
    return midnight(day + timedelta(days=1))


def _promises(known: Placed) -> list[Standing]:
    found: dict[UUID, Standing] = {}
    for record, day in known:
        event: Any = record.event
        if not isinstance(event, PromiseEvent):
            continue
        if isinstance(event, PromiseMade):
            one = Standing(event.promise_id, "", event.tier, "standing", event.unit, event.number, event.post)
            one.holder, one.text, one.due = event.holder, event.words, _end(event.due)
            found[event.promise_id] = one
        one = found[event.promise_id]
        if isinstance(event, PromiseChanged):
            one.due, one.text = _end(event.due), event.words
        if isinstance(event, PromiseSettled):
            one.state, one.closed = event.outcome, (day, record.time)
    return list(found.values())


def _projects(known: Placed) -> list[Standing]:
    found: dict[UUID, Standing] = {}
    for record, day in known:
        event = record.event
        if not isinstance(event, ProjectEvent):
            continue
        if isinstance(event, ProjectOpened):
            new = Standing(event.project_id, "", event.plan.tier, "open", "", event.ledger, list="project")
            found[event.project_id] = new
        one = found[event.project_id]
        if isinstance(event, ProjectOpened | ProjectChanged):
            _planned(one, event.plan)
        if isinstance(event, MilestoneReached):
            one.reached.add(event.milestone)
        if isinstance(event, ProjectDone | ProjectReplaced | ProjectDropped):
            one.state, one.closed = event.type.split(".")[2], (day, record.time)
    return list(found.values())


def _letters(known: Placed) -> list[Standing]:
    found: dict[UUID, Standing] = {}
    for record, day in known:
        event = record.event
        if not isinstance(event, LetterEvent):
            continue
        if isinstance(event, LetterIssued):
            found[event.letter_id] = Standing(
                event.letter_id, "", None, "issued", event.unit, event.number, list="letter"
            )
        one = found[event.letter_id]
        one.state = _LETTER_STATES[type(event)]
        if isinstance(event, LetterIssued | LetterReturned):
            one.due = _end(event.reply_by)
        if isinstance(event, LetterVoided | LetterStruckOff):
            one.closed = (day, record.time)
    return list(found.values())


_LETTER_STATES: dict[type[Event], str] = {
    LetterIssued: "issued",
    LetterReceived: "received",
    LetterReplied: "replied",
    LetterAccepted: "accepted",
    LetterReturned: "returned",
    LetterVoided: "voided",
    LetterStruckOff: "struck_off",
}


def _listings(known: Placed) -> list[Standing]:
    found: dict[UUID, Standing] = {}
    for record, day in known:
        event = record.event
        if not isinstance(event, ListingEvent):
            continue
        if isinstance(event, ListingOpened):
            one = Standing(event.listing_id, "", event.subject_kind, "listed", event.unit, list="listing")
            one.post, one.text, one.opened = event.post, event.title, record.time
            found[event.listing_id] = one
        one = found[event.listing_id]
        if isinstance(event, ListingOpened | ListingProgressed | ListingSentBack):
            one.state, one.due = "listed", event.report_due
        if isinstance(event, ListingHandedOver):
            one.unit, one.post = event.unit, event.post
        if isinstance(event, ListingStrikeOffAsked):
            one.state = "asked"
        if isinstance(event, ListingStruckOff):
            one.state, one.closed = "struck_off", (day, record.time)
    return list(found.values())


def _listed(listings: Iterable[Standing]) -> list[Listed]:
    """Those that stand; whose report is awaited without a known day is said to have none."""
    stand = [(one.opened, one) for one in listings if one.closed is None and one.opened is not None]
    return [
        Listed(one.tier or "", one.unit, one.post, one.text, opened, one.state, one.due)
        for opened, one in sorted(stand, key=lambda both: (both[0], both[1].item))[:200]
    ]


def _updates(event: Event) -> bool:
    """Whether a finding replaced the project or changed its date or wording."""
    if isinstance(event, ProjectReplaced):
        return event.finding_id is not None
    told = {"name", "content", "start", "completion", "milestones"}
    return (
        isinstance(event, ProjectChanged)
        and event.finding_id is not None
        and not told.isdisjoint(event.changed)
    )


def _planned(one: Standing, plan: Plan) -> None:
    one.unit, one.post, one.text, one.due = plan.lead_unit, plan.owner, plan.name, _end(plan.completion)
    one.tier, one.budget = plan.tier, plan.budget
    one.funded = sum((fund.amount for fund in plan.funds), Decimal(0))
    one.milestones = {milestone.name: _end(milestone.due) for milestone in plan.milestones}


def _further(known: Placed) -> list[Standing]:
    """Each opening, until the first later event that ends it; one opened anew gives way."""
    cases: dict[UUID, list[tuple[CaseEvent, date, datetime]]] = defaultdict(list)
    told: dict[tuple[UUID, str, str, int], list[FurtherLimitSet]] = defaultdict(list)
    for record, day in known:
        event = record.event
        if isinstance(event, CaseEvent):
            cases[event.case_id].append((event, day, record.time))
        if isinstance(event, FurtherLimitSet):
            told[event.case_id, event.limit, event.about, event.opened_by].append(event)
    found: list[Standing] = []
    for case, events in cases.items():
        for place, (event, _, _) in enumerate(events):
            for kind, about in _opened(event):
                one = _life(event, kind, about, events[place + 1 :])
                if one is None:
                    continue
                sets = told[case, kind, about, event.version]
                one.due = max(sets, key=lambda limit: limit.version).due if sets else None
                found.append(one)
    return found


def _opened(event: Event) -> Iterator[tuple[str, str]]:
    if isinstance(event, CaseReturned):
        yield "dispute", event.from_unit
    elif isinstance(event, CaseExtensionAsked):
        yield "extension", ""
    elif isinstance(event, CaseAssistAsked):
        yield "assist", event.assisting
    elif isinstance(event, CaseRectificationOpened):
        yield "rectification", ""


def _life(
    event: CaseEvent, kind: str, about: str, later: list[tuple[CaseEvent, date, datetime]]
) -> Standing | None:
    unit = about if kind == "assist" else event.unit
    one = Standing(event.case_id, f"{kind}:{about}" if about else kind, kind, "open", unit, list="further")
    for then, day, at in later:
        if (how := _ends(then, kind, about)) is not None:
            one.state, one.closed = how, (day, at)
            return one
        if (kind, about) in _opened(then):
            return None
        if kind != "assist" and isinstance(then, CaseReturned | CaseReassigned):
            one.unit = then.unit
    return one


def _ends(then: CaseEvent, kind: str, about: str) -> str | None:
    if kind == "rectification":
        if isinstance(then, CaseRectified):
            return "met"
        return "ended" if isinstance(then, CaseRedone) else None
    if isinstance(then, CaseWithdrawn | CaseRefused | CaseMerged):
        return "ended"
    if kind == "dispute":
        return "met" if isinstance(then, CaseReassigned | CaseSignedFor) else None
    if kind == "extension":
        if isinstance(then, CaseExtensionGranted | CaseExtensionRefused):
            return "met"
        return "ended" if isinstance(then, CaseCompleted | CaseReturned | CaseReassigned) else None
    if isinstance(then, CaseAssistDone) and then.assisting == about:
        return "met"
    released = isinstance(then, CaseAssistReleased) and then.assisting == about
    leads = isinstance(then, CaseReturned | CaseReassigned) and then.unit == about
    return "ended" if released or leads else None


def _repeating(known: Placed) -> set[UUID]:
    events = (record.event for record, _ in known)
    return {one.case_id for one in events if isinstance(one, CaseAssigned) and one.repeat_of is not None}


def _answers(inside: list[Event], repeating: set[UUID]) -> Iterator[str]:
    for event in inside:
        if isinstance(event, CaseCalledBack):
            yield from _called_back(event, repeating)
        elif isinstance(event, DemandRated):
            yield from (f"rated.level.{event.level}", f"rated.unit.{event.unit}")
        elif isinstance(event, NoticeSent) and event.outcome == "sent":
            yield f"notices.limit.{event.limit}"
            if event.colour == "red":
                yield from ("red_slips", f"red_slips.unit.{event.unit}")
        elif isinstance(event, LimitPassed):
            yield "limits_acted_on"
        for kind, _ in _opened(event):
            yield from ("further_set", f"further_set.limit.{kind}")


def _called_back(event: CaseCalledBack, repeating: set[UUID]) -> Iterator[str]:
    names = ["called_back"]
    if event.answer is not None:
        names.append("called_back_answered")
        if event.answer not in BAD_RATINGS:
            names.append("called_back_satisfied")
        if event.case_id in repeating:
            yield from ("repeats_answered" if name == names[1] else "repeats_satisfied" for name in names[1:])
    for name in names:
        yield from (name, f"{name}.unit.{event.unit}")


def _happened(inside: list[Event]) -> Iterator[str]:
    for event in inside:
        if (name := _HAPPENED.get(type(event))) is not None:
            yield name
        if isinstance(event, ProjectOpened | ProjectChanged):
            yield f"{name}.tier.{event.plan.tier}"
        if isinstance(event, LetterIssued | LetterReplied | FindingRecorded):
            yield f"{name}.unit.{event.unit}"
        if isinstance(event, LetterIssued) and event.finding_id is not None:
            yield "letters_of_findings"
        if isinstance(event, ConsequenceDrawn):
            yield f"{name}.measure.{event.measure}"
        if isinstance(event, ProjectRated) and event.level in BAD_RATINGS:
            yield "projects_rated_badly"


_HAPPENED: dict[type[Event], str] = {
    PromiseMade: "promises_made",
    PromiseChanged: "promises_changed",
    PromiseAired: "promises_aired",
    ProjectOpened: "projects_opened",
    ProjectChanged: "projects_changed",
    ProgressReported: "projects_progressed",
    MilestoneReached: "milestones_reached",
    ProjectRated: "projects_rated",
    LetterIssued: "letters_issued",
    LetterReceived: "letters_received",
    LetterReplied: "letters_answered",
    LetterAccepted: "letters_accepted",
    LetterReturned: "letters_returned",
    RoundClosed: "rounds_held",
    FindingRecorded: "findings",
    ListingOpened: "listings_opened",
    ListingProgressed: "listings_progressed",
    ConsequenceDrawn: "consequences_drawn",
}
