"""The inspection rounds of a replayed county, what they find, what follows of it, and the county circulars.

Noise: a round planned and never held, findings without a letter, a device that synchronises twice and late,
letters voided, projects changed twice, or without a finding, or in nothing but who assists, a circular that
is never issued.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from services.dev.fengxian.actions import (
    Action,
    AnswerLetter,
    ChangedField,
    ChangeProject,
    CloseRound,
    DrawRound,
    DropProject,
    FinishProject,
    OpenProject,
    OrderCircular,
    PlanRound,
    RecordFinding,
    ReplaceProject,
    VoidLetter,
)
from services.dev.fengxian.county import County
from services.dev.fengxian.draw import LAST_DAY, Draw, instant
from services.dev.fengxian.totals import Totals
from services.dev.fengxian.write_promises import REASONS, SECRETARY

FIRST_ROUND: Final = date(2021, 5, 10)
"""A Monday, like each round's first day."""
WORKING_WEEK: Final = timedelta(days=4)
LAST_HOURS: Final = instant(LAST_DAY - timedelta(days=1), 16)
CIRCULARS_FROM: Final = date(2021, 3, 1)
CIRCULARS_UNTIL: Final = date(2021, 6, 13)
VOIDED: Final = 3


@dataclass(slots=True)
class RoundWriter:
    """Writes actions in no order. `projects`: what was written of projects before, which it adds to."""

    county: County
    totals: Totals
    draw: Draw
    projects: Sequence[Action]
    actions: list[Action] = field(default_factory=list)

    def write(self) -> list[Action]:
        replaced = self._replaced()
        changeable = self._changeable()
        changed = self.draw.random.sample(changeable, self.totals.updated - len(replaced))
        for number in range(1, self.totals.rounds + 1):
            self._round(number, [one for one in changed if one.at.date() < _monday(number)])
        self._planned_in_vain(changeable)
        self._opinions(changed)
        self._updates(changed, replaced)
        self._changes_that_dont_count([one for one in changeable if one not in changed])
        self._circulars()
        return [*(one for one in self.projects if one not in replaced), *self.actions]

    def _replaced(self) -> list[ReplaceProject]:
        """Some of the replacements that were written, which a finding shall be the reason of."""
        late = [
            one
            for one in self.projects
            if isinstance(one, ReplaceProject) and one.at.date() > FIRST_ROUND + timedelta(days=1)
        ]
        return late[: min(len(late) // 2, self.totals.updated // 2)]

    def _changeable(self) -> list[OpenProject]:
        """Ledgers that stand until the end, and that a round can have seen."""
        ended = {
            one.ledger
            for one in self.projects
            if isinstance(one, ReplaceProject | DropProject | FinishProject)
        }
        opened = [one for one in self.projects if isinstance(one, OpenProject)]
        seen = _monday(self.totals.rounds)
        return [one for one in opened if one.ledger not in ended and one.at.date() < seen]

    def _round(self, number: int, projects: Sequence[OpenProject]) -> None:
        monday = _monday(number)
        ledgers = tuple(sorted(one.ledger for one in projects))[:20]
        plan = PlanRound(
            instant(monday, 9), number, monday, monday + WORKING_WEEK, self.county.towns, ledgers
        )
        self.actions += [plan, DrawRound(instant(monday, 10), number), CloseRound(_closed(number), number)]

    def _planned_in_vain(self, projects: Sequence[OpenProject]) -> None:
        """Planned and drawn for the last days, and not held."""
        number, monday = self.totals.rounds + 1, LAST_DAY - timedelta(days=1)
        ledgers = (projects[0].ledger,)
        plan = PlanRound(instant(monday, 9), number, monday, LAST_DAY, self.county.towns, ledgers)
        self.actions += [plan, DrawRound(instant(monday, 10), number)]

    def _opinions(self, projects: Sequence[OpenProject]) -> None:
        """Letters: some about projects, some about towns and departments; a few are void."""
        units = (*self.county.towns, *self.county.departments)
        for number in range(self.totals.opinions + VOIDED):
            about = projects[number] if number < len(projects) // 2 else None
            unit = about.unit if about else self.draw.random.choice(units)
            found = self._found(about, unit, opinion=True)
            if number < VOIDED:
                self.actions.append(VoidLetter(self._later(found), found.key))
            elif number % 3:
                answer = AnswerLetter(self._later(found), found.key, unit, struck_off=bool(number % 2))
                self.actions.append(answer)
        for _ in range(max(1, self.totals.opinions // 4)):
            self._found(None, self.draw.random.choice(units), opinion=False)

    def _found(self, about: OpenProject | None, unit: str, *, opinion: bool) -> RecordFinding:
        """In a round that was held after the project was opened; a fifth come in late, a fifth twice."""
        earliest = about.at.date() + timedelta(days=1) if about else FIRST_ROUND
        held = range(1, self.totals.rounds + 1)
        number = self.draw.random.choice([one for one in held if _monday(one) >= earliest])
        monday = _monday(number)
        taken = self.draw.between(monday + timedelta(days=1), monday + timedelta(days=3))
        late = self.draw.random.random() < 0.2
        sent = taken + (timedelta(days=8) if late else timedelta(hours=1))
        found = RecordFinding(
            at=min(sent, LAST_HOURS - timedelta(hours=6)),
            key=self.draw.number("finding-"),
            number=number,
            found_at=taken,
            unit=unit,
            ledger=about.ledger if about else None,
            opinion=opinion,
        )
        self.actions.append(found)
        if self.draw.random.random() < 0.2:
            self.actions.append(replace(found, at=self._later(found)))
        return found

    def _updates(self, changed: Sequence[OpenProject], replaced: Sequence[ReplaceProject]) -> None:
        """Each project of `changed` because of a finding, some twice; each replacement because of one."""
        kinds: tuple[ChangedField, ...] = ("completion", "content")
        for number, project in enumerate(changed):
            found = self._found(project, project.unit, opinion=False)
            self.actions.append(self._change(project, kinds[number % 2], found))
            if number % 7 == 0:
                self.actions.append(self._change(project, kinds[number % 2], found))
        opened = {one.ledger: one for one in self.projects if isinstance(one, OpenProject)}
        for one in replaced:
            project = opened[one.ledger]
            found = self._found(None, project.unit, opinion=False)
            self.actions.append(replace(one, at=max(one.at, self._later(found)), finding=found.key))

    def _changes_that_dont_count(self, projects: Sequence[OpenProject]) -> None:
        """Without a finding; or with one, but only another unit assists."""
        for project in self.draw.chosen(projects, 0.04):
            self.actions.append(self._change(project, "completion", None))
        for project in projects[:3]:
            found = self._found(project, project.unit, opinion=False)
            self.actions.append(self._change(project, "assisting_units", found))

    def _change(self, project: OpenProject, what: ChangedField, found: RecordFinding | None) -> ChangeProject:
        days = timedelta(days=self.draw.random.randint(5, 60))
        values: dict[ChangedField, str] = {
            "completion": (project.completion + days).isoformat(),
            "content": f"{project.name}，按巡查意见完善（{self.draw.number('更')}）。",
            "assisting_units": next(one for one in self.county.departments if one != project.unit),
        }
        at = self._later(found) if found else self.draw.after(project.at)
        reason = self.draw.random.choice(REASONS)
        return ChangeProject(
            at, project.ledger, what, values[what], reason, SECRETARY, found.key if found else None
        )

    def _later(self, found: RecordFinding) -> datetime:
        """Some hours or days after it came in; all is over by the last afternoon."""
        return min(found.at + timedelta(hours=self.draw.random.randint(1, 70)), LAST_HOURS)

    def _circulars(self) -> None:
        """Ranges side by side, each ordered on the day after it; and one that stays a draft."""
        ranges = list(_ranges(self.totals.county_circulars))
        for first, last in ranges:
            self.actions.append(OrderCircular(instant(last + timedelta(days=1), 9), first, last, issued=True))
        first, last = ranges[-1][0], CIRCULARS_UNTIL
        self.actions.append(OrderCircular(LAST_HOURS, first + timedelta(days=1), last, issued=False))


def _monday(number: int) -> date:
    """The first day of a round, counted from 1."""
    return FIRST_ROUND + timedelta(weeks=number - 1)


def _closed(number: int) -> datetime:
    return instant(_monday(number) + WORKING_WEEK, 17)


def _ranges(count: int) -> Iterator[tuple[date, date]]:
    days = (CIRCULARS_UNTIL - CIRCULARS_FROM).days + 1
    edges = [CIRCULARS_FROM + timedelta(days=days * number // count) for number in range(count + 1)]
    for first, after in pairwise(edges):
        yield first, after - timedelta(days=1)
