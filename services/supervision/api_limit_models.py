"""What the API answers about limits and calendars; Chinese first in what people read."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.contracts.vocabulary import LimitKind, SubjectKind
from services.supervision.api_letter_models import Frozen
from services.supervision.api_notice_models import ConsequenceShown, NoticeShown
from services.supervision.calendar import YearCalendar
from services.supervision.consequences import Proposal
from services.supervision.derivation import Line, explained, say
from services.supervision.notices import Notice
from services.supervision.policy import Policy
from services.supervision.subjects import SubjectName
from services.supervision.watched import CaseLimits, State, Watched, ladder_state


class DerivationLine(Frozen):
    """One line of how a limit came about."""

    code: str
    params: dict[str, str]
    zh: str
    en: str

    @classmethod
    def of(cls, line: Line) -> "DerivationLine":
        return cls(code=line.code, params=dict(line.params), zh=say(line, "zh"), en=say(line, "en"))


class RungShown(Frozen):
    """A rung of the ladder, none before the one at which a major case starts. `at` None: no calendar yet."""

    number: int
    colour: str
    measure: str
    at: datetime | None
    recorded: bool


class LimitShown(Frozen):
    """One limit with its derivation and the rungs of its ladder.

    While it is suspended it has no `due_at`, unless it was past before.
    """

    limit: LimitKind
    about: str = Field(
        description="which of several: the unit that returned the case or assists, the notice to answer"
    )
    state: State
    due_at: datetime | None
    met_at: datetime | None
    generation: int
    dispatched_at: datetime
    suspended_at: datetime | None
    awaits_year: int | None
    ladder: str
    rungs: list[RungShown]
    derivation: list[DerivationLine]

    @classmethod
    def of(cls, watched: Watched, policy: Policy) -> "LimitShown":
        return cls(
            limit=watched.kind,
            about=watched.about,
            state=watched.state,
            due_at=watched.due_at,
            met_at=watched.met_at,
            generation=watched.generation,
            dispatched_at=watched.dispatched_at,
            suspended_at=watched.suspended_at,
            awaits_year=watched.awaits_year,
            ladder=watched.ladder,
            rungs=_rungs(watched, policy),
            derivation=[DerivationLine.of(line) for line in explained(watched.limit(), policy.calendar)],
        )


def _rungs(watched: Watched, policy: Policy) -> list[RungShown]:
    if watched.due_at is None:
        return []
    ladder = policy.ladders[watched.ladder]
    state = ladder_state(watched, ladder, policy.calendar)
    start = ladder.start(watched.kind, watched.case_kind, watched.urgency)
    return [
        RungShown(
            number=rung.number,
            colour=rung.colour,
            measure=rung.measure,
            at=at,
            recorded=rung.number < watched.next_rung,
        )
        for rung, at in state.rungs
        if rung.number >= start
    ]


class CaseLimitsShown(Frozen):
    """All limits of a case, who answers for it, every rung recorded, and their consequences."""

    case_id: UUID
    demand_id: UUID
    unit: str
    post: str
    leader: str | None = Field(description="who holds the post today, as far as the directory says")
    dispatch: int
    version: int
    limits: list[LimitShown]
    notices: list[NoticeShown]
    consequences: list[ConsequenceShown]

    @classmethod
    def of(
        cls,
        limits: CaseLimits,
        further: Sequence[Watched],
        notices: Sequence[Notice],
        drawn: Sequence[Proposal],
        leader: str | None,
        policy: Policy,
    ) -> "CaseLimitsShown":
        now = limits.sign_for
        assert now.demand_id is not None  # noqa: S101  a case is of a demand
        return cls(
            case_id=now.case_id,
            demand_id=now.demand_id,
            unit=now.unit,
            post=now.post,
            leader=leader,
            dispatch=now.dispatch,
            version=now.set_version,
            limits=[LimitShown.of(one, policy) for one in (*limits, *further)],
            notices=[NoticeShown.of(one) for one in notices],
            consequences=[ConsequenceShown.of(one, None) for one in drawn],
        )


class SubjectLimitsShown(Frozen):
    """All limits of a letter, a project or a listing, every notice about it, and their consequences."""

    subject_kind: SubjectKind
    subject_id: UUID
    reference: str | None
    title: str | None
    unit: str
    post: str
    limits: list[LimitShown]
    notices: list[NoticeShown]
    consequences: list[ConsequenceShown]

    @classmethod
    def of(
        cls,
        limits: Sequence[Watched],
        notices: Sequence[Notice],
        drawn: Sequence[Proposal],
        called: SubjectName | None,
        policy: Policy,
    ) -> "SubjectLimitsShown":
        """Of at least one limit."""
        return cls(
            subject_kind=limits[0].subject,
            subject_id=limits[0].subject_id,
            reference=called and called.reference,
            title=called and called.title,
            unit=limits[0].unit,
            post=limits[0].post,
            limits=[LimitShown.of(one, policy) for one in limits],
            notices=[NoticeShown.of(one, called) for one in notices],
            consequences=[ConsequenceShown.of(one, called) for one in drawn],
        )


class CalendarDay(Frozen):
    """A day that differs from the ordinary week, or has a name."""

    date: date
    kind: Literal["holiday", "makeup"]
    name: str | None


class CalendarShown(Frozen):
    """One year's holidays on weekdays and make-up days on weekends; `version` moves only with the dates."""

    year: int
    version: str
    source: str
    days: list[CalendarDay]

    @classmethod
    def of(cls, year: YearCalendar) -> "CalendarShown":
        names = dict(year.names)
        kinds: dict[date, Literal["holiday", "makeup"]] = dict.fromkeys(year.holidays, "holiday")
        kinds |= dict.fromkeys(year.make_up_days, "makeup")
        days = [CalendarDay(date=day, kind=kinds[day], name=names.get(day)) for day in sorted(kinds)]
        return cls(year=year.year, version=year.version, source=year.source, days=days)
