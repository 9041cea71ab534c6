"""Supervision's stores in memory. The contract tests hold them to what the PostgreSQL ones do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.contracts.vocabulary import LimitKind, Trigger
from services.supervision.acknowledge import Delivery
from services.supervision.answer import Answer
from services.supervision.calendar import WorkCalendar
from services.supervision.further import WithFurther
from services.supervision.ladder import Task
from services.supervision.notices import Above, Drawn, Notice, Slip, task_of
from services.supervision.triggered import Happening
from services.supervision.watched import CaseLimits, Watched

PAIR: Final[tuple[LimitKind, ...]] = ("sign_for", "complete")


class FakeLimits:
    """Limits, notices and inboxes of one process, without transactions."""

    def __init__(self) -> None:
        self.limits: dict[tuple[UUID, LimitKind], Watched] = {}
        self.further: dict[tuple[UUID, LimitKind, str], Watched] = {}
        self.notices: dict[UUID, Notice] = {}
        self.inbox: dict[tuple[UUID, str], Delivery] = {}
        self.directory: dict[str, Above] = {}
        self.drawn: dict[UUID, Drawn] = {}
        self.happenings: dict[tuple[UUID, Trigger, int], Happening] = {}
        self.answers: dict[UUID, Answer] = {}
        self.queued: list[Slip] = []

    async def of_cases(self, case_ids: Sequence[UUID]) -> list[CaseLimits]:
        return [self._pair(one) for one in sorted(case_ids) if (one, "sign_for") in self.limits]

    def _pair(self, case_id: UUID) -> CaseLimits:
        return CaseLimits(self.limits[case_id, "sign_for"], self.limits[case_id, "complete"])

    async def add(self, limits: Sequence[Watched]) -> None:
        for limit in limits:
            if limit.kind in PAIR:
                self.limits.setdefault((limit.case_id, limit.kind), limit)
            else:
                self.further.setdefault((limit.case_id, limit.kind, limit.about), limit)

    async def put(self, limits: Sequence[Watched]) -> None:
        for limit in limits:
            if (limit.case_id, limit.kind) in self.limits:
                self.limits[limit.case_id, limit.kind] = limit
            elif (limit.case_id, limit.kind, limit.about) in self.further:
                self.further[limit.case_id, limit.kind, limit.about] = limit

    async def with_further(self, case_ids: Sequence[UUID]) -> list[WithFurther]:
        return [
            WithFurther(
                self.limits[one, "complete"],
                tuple(self.further[key] for key in sorted(self.further) if key[0] == one),
            )
            for one in sorted(case_ids)
            if (one, "complete") in self.limits
        ]

    async def of_subjects(self, subjects: Sequence[UUID]) -> list[Watched]:
        return [self.further[key] for key in sorted(self.further) if key[0] in subjects]

    async def further_awaiting(self, years: Sequence[int]) -> list[Watched]:
        return [self.further[key] for key in sorted(self.further) if self.further[key].awaits_year in years]

    async def awaiting(self, years: Sequence[int]) -> list[CaseLimits]:
        waiting = {limit.case_id for limit in self.limits.values() if limit.awaits_year in years}
        return await self.of_cases(list(waiting))

    async def due(self, now: datetime) -> list[Watched]:
        due = [
            (limit.fires_at, limit)
            for limit in (*self.limits.values(), *self.further.values())
            if limit.state == "open" and limit.fires_at is not None and limit.fires_at <= now
        ]
        return [limit for _, limit in sorted(due, key=lambda one: (one[0], one[1].subject_id))]

    async def above(self, units: Sequence[str]) -> Mapping[str, Above]:
        known = {unit: self.directory[unit] for unit in units if unit in self.directory}
        called = {one.party_committee for one in known.values()} & set(self.directory)
        return {
            unit: one._replace(committee_unit=one.party_committee) if one.party_committee in called else one
            for unit, one in known.items()
        }

    async def record(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            self.notices.setdefault(notice.notice_id, notice)

    async def deliver(self, recipients: Sequence[tuple[UUID, str, datetime]]) -> None:
        for notice_id, recipient, _ in recipients:
            notice = self.notices[notice_id]
            delivery = Delivery(notice_id, notice.subject, notice.subject_id, recipient)
            self.inbox.setdefault((notice_id, recipient), delivery)

    async def send(self, slips: Sequence[Slip], calendar: WorkCalendar) -> None:
        self.queued += [slip for slip in slips if slip.to]

    async def climb(self, limits: Sequence[Watched]) -> None:
        for limit in limits:
            key = (limit.case_id, limit.kind)
            kept = self.limits[key] if key in self.limits else self.further[*key, limit.about]
            if kept.generation == limit.generation:
                climbed = kept._replace(
                    next_rung=limit.next_rung,
                    fires_at=limit.fires_at,
                    overdue=limit.overdue,
                    state=limit.state,
                )
                await self.put([climbed])

    async def deliveries(self, notice_id: UUID) -> list[Delivery]:
        return [self.inbox[key] for key in sorted(self.inbox) if key[0] == notice_id]

    async def mark(self, notice_id: UUID, recipients: Sequence[str], at: datetime, by: str) -> None:
        for recipient in recipients:
            kept = self.inbox[notice_id, recipient]
            if kept.acknowledged_at is None:
                self.inbox[notice_id, recipient] = replace(kept, acknowledged_at=at, acknowledged_by=by)

    async def tasks(self, subjects: Sequence[UUID]) -> Mapping[Task, int]:
        counted = (one for one in self.notices.values() if one.counts and one.subject_id in subjects)
        return Counter(map(task_of, counted))

    async def draw(self, drawn: Sequence[Drawn]) -> set[UUID]:
        new = {one.consequence_id: one for one in drawn if one.consequence_id not in self.drawn}
        self.drawn |= new
        return set(new)

    async def ask_by(self, answers: Sequence[tuple[UUID, datetime]]) -> None:
        for notice_id, by in answers:
            self.notices[notice_id] = self.notices[notice_id]._replace(reply_by=by)

    async def found_before(self, subject_id: UUID) -> int:
        return sum(one[:2] == (subject_id, "finding") for one in self.happenings)

    async def happened(self, happenings: Sequence[Happening]) -> set[tuple[UUID, Trigger, int]]:
        keyed = {(one.subject_id, one.trigger, one.version): one for one in happenings}
        new = {key: one for key, one in keyed.items() if key not in self.happenings}
        self.happenings |= new
        return set(new)

    async def notice(self, notice_id: UUID) -> Notice | None:
        return self.notices.get(notice_id)

    async def answered(self, notice_id: UUID) -> Answer | None:
        return self.answers.get(notice_id)

    async def keep(self, answer: Answer) -> None:
        self.answers[answer.notice_id] = answer
