"""A limit as it is watched: its row, how it begins, and how its instants are reckoned. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from services.contracts.case import CaseAssigned
from services.contracts.supervision import LimitsSet
from services.contracts.vocabulary import Kind, LimitKind, SubjectKind, Urgency
from services.supervision.calendar import UnknownYear, WorkCalendar, last_day
from services.supervision.ladder import Ladder, LimitState, RungInstant, next_instant, rungs
from services.supervision.limits import Extension, Limit, LimitRule, Pause, Unit, compute
from services.supervision.pauses import read
from services.supervision.policy import Policy

State = Literal["open", "met", "closed", "passed", "awaiting_calendar", "suspended"]
"""met: done, in time or not (`met_at`). closed: its case ended without it. suspended: it rests.

passed: its due instant went by and a rule acts on that (`PASSING`).
"""

PASSING: Final[frozenset[LimitKind]] = frozenset({"dispute", "extension"})
"""Limits that end at their due instant, since assignment then acts by rule. They have no rungs."""

REMEMBERED: Final = 1000
"""Reckonings that a policy remembers at most."""


class Watched(NamedTuple):
    """One limit, in the order of its table's columns. Instants are aware, UTC, by the business clock.

    `fires_at`: the next rung that isn't recorded, None where no rung is left or known. `set_version`: that
    of the case's last `LimitsSet`. `awaits_year`: without its calendar the limit, or a rung, can't be told.
    `pauses` are those that are over, as `pauses.written` writes them; `extension` is in the unit counted.
    `about` tells limits of one kind apart; `opened_by` is the version of the case's event that opened it.
    `set_version` of a further limit is that of its own last `FurtherLimitSet`. `subject` is what it concerns;
    what isn't a case has no demand, kind or urgency. `ended_at`: when it was closed without being met.
    """

    subject_id: UUID
    kind: LimitKind
    demand_id: UUID | None
    case_kind: Kind | None
    urgency: Urgency | None
    unit: str
    post: str
    dispatch: int
    set_version: int
    generation: int
    dispatched_at: datetime
    rule: str
    rule_version: int
    amount: int
    counted: Unit
    ladder: str
    state: State
    due_at: datetime | None
    calendar_version: str
    fires_at: datetime | None
    next_rung: int
    awaits_year: int | None
    overdue: bool = False
    met_at: datetime | None = None
    suspended_at: datetime | None = None
    pauses: str = ""
    extension: int = 0
    about: str = ""
    opened_by: int = 1
    subject: SubjectKind = "case"
    ended_at: datetime | None = None

    @property
    def case_id(self) -> UUID:
        """Of a limit that concerns a case."""
        return self.subject_id

    @property
    def running(self) -> bool:
        return self.state in ("open", "awaiting_calendar")

    @property
    def unfinished(self) -> bool:
        """Runs, or rests until its case goes on."""
        return self.running or self.state == "suspended"

    @property
    def the_pauses(self) -> tuple[Pause, ...]:
        return read(self.pauses)

    @property
    def the_extension(self) -> Extension | None:
        return Extension(self.extension) if self.extension else None

    def the_rule(self) -> LimitRule:
        """The rule as it was when the limit was set."""
        kinds = () if self.case_kind is None else (self.case_kind,)
        urgencies = () if self.urgency is None else (self.urgency,)
        return LimitRule(self.rule, self.rule_version, self.kind, self.amount, self.counted, kinds, urgencies)

    def limit(self) -> Limit | None:
        """What derivation and ladder ask for; None while it awaits its calendar."""
        if self.due_at is None:
            return None
        return Limit(
            self.the_rule(),
            self.dispatched_at,
            self.due_at,
            self.calendar_version,
            self.the_pauses,
            self.the_extension,
        )


class CaseLimits(NamedTuple):
    """The two limits of one case."""

    sign_for: Watched
    complete: Watched

    def limits_set(self) -> LimitsSet:
        """The event that tells their present dues."""
        case_id, _, demand_id, _, _, _, _, dispatch, version, *_ = self.sign_for
        assert demand_id is not None  # noqa: S101  a case is of a demand
        return LimitsSet(
            case_id=case_id,
            demand_id=demand_id,
            dispatch=dispatch,
            version=version,
            sign_for_due=self.sign_for.due_at,
            complete_due=self.complete.due_at,
        )


class Reckoned(NamedTuple):
    """What comes of a rule, an instant, a ladder and a calendar."""

    state: State
    due_at: datetime | None
    calendar_version: str
    fires_at: datetime | None
    next_rung: int
    awaits_year: int | None


def reckon(
    rule: LimitRule,
    dispatched_at: datetime,
    ladder: Ladder,
    policy: Policy,
    pauses: Sequence[Pause] = (),
    extension: Extension | None = None,
    start: int = 1,
) -> Reckoned:
    """The due instant and the first rung, not before number `start`; or that it awaits a year's calendar."""
    try:
        limit = compute(rule, dispatched_at, policy.calendar, pauses, extension)
    except UnknownYear as unknown:
        return Reckoned("awaiting_calendar", None, "", None, 1, unknown.year)
    steps = rungs(limit, ladder, policy.calendar)
    first = max(start, steps[0].rung.number) if steps else len(ladder.rungs(rule.kind)) + 1
    fires_at = (
        limit.due_at if rule.kind in PASSING else next_instant(LimitState(limit.due_at, steps, first, 1))
    )
    awaits = awaited_year(limit.due_at, steps, policy)
    return Reckoned("open", limit.due_at, limit.calendar_version, fires_at, first, awaits)


def awaited_year(due_at: datetime, steps: tuple[RungInstant, ...], policy: Policy) -> int | None:
    """The year in which the first rung without an instant falls; None where every rung has one."""
    missing = next((step.rung for step in steps if step.at is None), None)
    if missing is None:
        return None
    year = date.fromordinal(last_day(due_at)).year
    if year in policy.years:
        year += 1 if missing.offset > 0 else -1
    return None if year in policy.years else year


class _Span(NamedTuple):
    """All that a ladder asks of a limit."""

    kind: LimitKind
    dispatched_at: datetime
    due_at: datetime


def ladder_state(watched: Watched, ladder: Ladder, calendar: WorkCalendar) -> LimitState:
    """What the ladder needs to decide; the limit must have a due instant."""
    assert watched.due_at is not None  # noqa: S101  only open limits are asked about, and these have one
    steps = rungs(_Span(watched.kind, watched.dispatched_at, watched.due_at), ladder, calendar)
    return LimitState(watched.due_at, steps, watched.next_rung, watched.generation)


def opened(case: CaseAssigned, at: datetime, policy: Policy) -> CaseLimits:
    """The limits of a case that was dispatched at an instant."""
    return CaseLimits(_begun("sign_for", case, at, policy), _begun("complete", case, at, policy))


def _begun(kind: LimitKind, case: CaseAssigned, at: datetime, policy: Policy) -> Watched:
    return Watched(
        case.case_id,
        kind,
        case.demand_id,
        case.kind,
        case.urgency,
        case.unit,
        case.post,
        case.dispatch,
        1,
        1,
        *_terms(kind, case, at, policy),
    )


def _terms(kind: LimitKind, case: CaseAssigned, at: datetime, policy: Policy) -> tuple[Any, ...]:
    """The fields of a new limit from `dispatched_at` on; reckoned once for all cases that share them."""
    dispatch = at, kind, case.kind, case.urgency
    terms = policy.begun.get(dispatch)
    if terms is None:
        rule = policy.limits.rule(kind, case.kind, case.urgency)
        start = policy.ladder.start(kind, case.kind, case.urgency)
        found = reckon(rule, at, policy.ladder, policy, start=start)
        terms = (at, rule.id, rule.version, rule.amount, rule.unit, policy.ladder.id, *found)
        if len(policy.begun) >= REMEMBERED:
            policy.begun.clear()
        policy.begun[dispatch] = terms
    return terms


def reckon_anew(limit: Watched, policy: Policy) -> Reckoned:
    """The same, of a limit with its pauses and its extension, by its own rule and ladder."""
    ladder, pauses, extension = policy.ladders[limit.ladder], limit.the_pauses, limit.the_extension
    start = ladder.start(limit.kind, limit.case_kind, limit.urgency)
    return reckon(limit.the_rule(), limit.dispatched_at, ladder, policy, pauses, extension, start)


def reckoned(limit: Watched, found: Reckoned) -> Watched:
    """The limit with the instants that were found."""
    return limit._replace(
        state=found.state,
        due_at=found.due_at,
        calendar_version=found.calendar_version,
        fires_at=found.fires_at,
        next_rung=found.next_rung,
        awaits_year=found.awaits_year,
    )


def reckoned_again(limit: Watched, policy: Policy) -> Watched:
    """A limit that awaited a year, now that calendars were loaded. What was recorded stays recorded."""
    if limit.due_at is None:
        return _found(limit, reckon_anew(limit, policy))
    state = ladder_state(limit, policy.ladders[limit.ladder], policy.calendar)
    awaits = awaited_year(limit.due_at, state.rungs, policy)
    return limit._replace(fires_at=next_instant(state), awaits_year=awaits)


def _found(limit: Watched, found: Reckoned) -> Watched:
    """A limit that was met or closed meanwhile only learns its due instant: nothing of it fires."""
    if limit.state == "awaiting_calendar":
        return reckoned(limit, found)
    awaits = found.awaits_year if found.due_at is None else None
    return reckoned(limit, found._replace(state=limit.state, fires_at=None, awaits_year=awaits))


def begun_anew(old: Watched, at: datetime, policy: Policy) -> Watched:
    """A limit of its kind that begins at an instant, by the rule and the ladder that hold now."""
    return begun_by(policy.limits.rule(old.kind, old.case_kind, old.urgency), old, at, policy)


def begun_by(
    rule: LimitRule, old: Watched, at: datetime, policy: Policy, ladder: Ladder | None = None
) -> Watched:
    """The same by a rule of its own, and by the ladder in force unless another is given."""
    begun = old._replace(
        generation=old.generation + 1,
        dispatched_at=at,
        rule=rule.id,
        rule_version=rule.version,
        amount=rule.amount,
        counted=rule.unit,
        ladder=(ladder or policy.ladder).id,
        overdue=False,
        met_at=None,
        suspended_at=None,
        pauses="",
        extension=0,
        ended_at=None,
    )
    return reckoned(begun, reckon_anew(begun, policy))
