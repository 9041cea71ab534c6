"""What must come out of a script: a plain sequential model of it, without any service."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.contracts.vocabulary import Tag
from services.dev.fengxian.actions import (
    Action,
    AirPromise,
    AnswerLetter,
    ChangeProject,
    ChangePromise,
    CloseRound,
    CompleteDemand,
    DrawRound,
    DropProject,
    FinishProject,
    ImportMembers,
    MakePromise,
    MergeDemand,
    OpenProject,
    OrderCircular,
    PartDemand,
    PlanRound,
    RecordFinding,
    RefuseDemand,
    ReplaceProject,
    SendDemand,
    SynchroniseDemands,
    TagDemand,
    VoidLetter,
    WithdrawDemand,
    WithdrawPromise,
)
from services.dev.fengxian.county import County
from services.dev.fengxian.script import Script
from services.dev.fengxian.write_promises import CENTRAL, COUNTY, SECRETARY

Figures = Mapping[str, int]
"""Figures by their names, as in figures.py."""


@dataclass(slots=True)
class Books:
    """The state of the county, one action after the other."""

    promises: dict[str, MakePromise] = field(default_factory=dict)
    projects: dict[str, OpenProject] = field(default_factory=dict)
    demands: dict[str, SendDemand] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    redated: set[str] = field(default_factory=set)
    aired: set[str] = field(default_factory=set)
    tags: dict[str, tuple[Tag, ...]] = field(default_factory=dict)
    completed: set[str] = field(default_factory=set)
    groups: list[list[str]] = field(default_factory=list)
    held: set[int] = field(default_factory=set)
    findings: dict[str, RecordFinding] = field(default_factory=dict)
    void: set[str] = field(default_factory=set)
    struck_off: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    circulars: list[OrderCircular] = field(default_factory=list)

    def take(self, action: Action) -> None:
        EFFECTS[type(action)](self, action)

    def _make(self, one: MakePromise) -> None:
        self.promises.setdefault(one.number, one)

    def _members(self, one: ImportMembers) -> None:
        for row in one.rows:
            self._make(row)

    def _open(self, one: OpenProject) -> None:
        self.projects.setdefault(one.ledger, one)

    def _replace(self, one: ReplaceProject) -> None:
        self.given_up.add(one.ledger)
        if one.finding:
            self.updated.add(one.ledger)

    def _change(self, one: ChangeProject) -> None:
        """A project is updated when a finding changed its date or its wording."""
        if one.finding and one.what in ("completion", "content"):
            self.updated.add(one.ledger)

    def _answer(self, one: AnswerLetter) -> None:
        if one.struck_off:
            self.struck_off.add(one.finding)

    def _send(self, one: SendDemand) -> None:
        if one.key not in self.demands:
            self.demands[one.key] = one
            self.groups.append([one.key])

    def _synchronise(self, one: SynchroniseDemands) -> None:
        for sent in one.sends:
            self._send(sent)

    def _merge(self, one: MergeDemand) -> None:
        """A group is a list, its lead first; merging a lead brings its group along."""
        own, into = self._group(one.key), self._group(one.into)
        moving = own[:] if own[0] == one.key else [one.key]
        into += moving
        own[:] = [key for key in own if key not in moving]

    def _part(self, one: PartDemand) -> None:
        self._group(one.key).remove(one.key)
        self.groups.append([one.key])

    def _drop(self, one: RefuseDemand | WithdrawDemand) -> None:
        """Whoever is left goes on."""
        self._group(one.key).remove(one.key)

    def _group(self, key: str) -> list[str]:
        return next(group for group in self.groups if key in group)

    @property
    def matters(self) -> list[SendDemand]:
        """The demands that lead: a matter that several told counts once."""
        return [self.demands[group[0]] for group in self.groups if group]


EFFECTS: Final[Mapping[type, Callable[[Books, Any], None]]] = {
    MakePromise: Books._make,
    ImportMembers: Books._members,
    ChangePromise: lambda books, one: books.redated.add(one.number),
    WithdrawPromise: lambda books, one: books.withdrawn.add(one.number),
    OpenProject: Books._open,
    ChangeProject: Books._change,
    ReplaceProject: Books._replace,
    DropProject: lambda books, one: books.given_up.add(one.ledger),
    FinishProject: lambda books, one: books.done.add(one.ledger),
    SendDemand: Books._send,
    AirPromise: lambda books, one: books.aired.add(one.number),
    SynchroniseDemands: Books._synchronise,
    MergeDemand: Books._merge,
    PartDemand: Books._part,
    TagDemand: lambda books, one: books.tags.update({one.key: one.tags}),
    CompleteDemand: lambda books, one: books.completed.add(one.key),
    RefuseDemand: Books._drop,
    WithdrawDemand: Books._drop,
    PlanRound: lambda books, one: None,
    DrawRound: lambda books, one: None,
    RecordFinding: lambda books, one: books.findings.update({one.key: one}),
    CloseRound: lambda books, one: books.held.add(one.number),
    AnswerLetter: Books._answer,
    VoidLetter: lambda books, one: books.void.add(one.finding),
    OrderCircular: lambda books, one: books.circulars.append(one),
}


def expected(script: Script) -> Figures:
    """Every figure that the services must compute from the same script."""
    books = Books()
    for action in script.actions:
        books.take(action)
    return {
        **_of_promises(books, script.county),
        **_of_projects(books),
        **_of_demands(books),
        **_of_supervision(books),
    }


def _of_promises(books: Books, county: County) -> Figures:
    standing = [one for number, one in books.promises.items() if number not in books.withdrawn]
    by_tier = Counter(one.tier for one in standing)
    met = [one for one in standing if one.occasion == "meeting"]
    met_by_leaders = sum(one.tier == "county_leader" for one in met)
    secretary = sum(one.post == SECRETARY for one in met)
    promising = {one.unit for one in standing if one.tier in ("town", "department")}
    aired = [one for one in standing if one.occasion == "television" or one.number in books.aired]
    return {
        "promises.towns": len(promising.intersection(county.towns)),
        "promises.departments": len(promising.intersection(county.departments)),
        "promises.by_units": by_tier["town"] + by_tier["department"],
        "promises.by_leaders": by_tier["county_leader"],
        "promises.by_section_leaders": by_tier["section_leader"],
        "promises.by_members": by_tier["ordinary_member"],
        "promises.at_meeting.secretary": secretary,
        "promises.at_meeting.leaders": met_by_leaders - secretary,
        "promises.at_meeting.section_leaders": len(met) - met_by_leaders,
        "promises.on_television.leaders": len({one.post for one in aired}.intersection(county.leaders)),
        "promises.on_television.heads": len(
            {one.post for one in aired if one.tier in ("town", "department")}
        ),
        "promises.redated": len(books.redated),
    }


def _of_projects(books: Books) -> Figures:
    listed = {ledger: one for ledger, one in books.projects.items() if ledger not in books.given_up}
    on_ledgers = [
        one
        for number, one in books.promises.items()
        if one.project in listed and number not in books.withdrawn
    ]
    funds = [(source, amount) for one in listed.values() for source, amount in one.funds]
    sources = [{source for source, _ in one.funds} for one in listed.values()]
    by_tier = Counter(one.tier for one in listed.values())
    return {
        "projects.ledgers": len(listed),
        "projects.county_leader": by_tier["county_leader"],
        "projects.town": by_tier["town"],
        "projects.department": by_tier["department"],
        "projects.section_leader": by_tier["section_leader"],
        "projects.promises_on_ledgers": len(on_ledgers),
        "projects.done": len(books.done),
        "projects.county_funded": sum(COUNTY in one for one in sources),
        "projects.county_funds": sum(amount for source, amount in funds if source == COUNTY),
        "projects.centrally_funded": sum(CENTRAL in one and COUNTY not in one for one in sources),
        "projects.central_funds": sum(amount for source, amount in funds if source == CENTRAL),
    }


def _of_demands(books: Books) -> Figures:
    matters = books.matters
    settled = Counter(
        tag for one in matters if one.key in books.completed for tag in books.tags.get(one.key, ())
    )
    return {
        "demands.counted": len(matters),
        "demands.sources": len({one.channel for one in matters}),
        "demands.answered_for": len(matters),
        "results.petitions_settled": settled["petition"],
        "results.enterprises_helped": settled["enterprise"],
    }


def _of_supervision(books: Books) -> Figures:
    opinions = {key for key, one in books.findings.items() if one.opinion}
    return {
        "supervision.rounds": len(books.held),
        "supervision.findings": len(books.findings),
        "supervision.opinions": len(opinions - books.void),
        "supervision.struck_off": len(books.struck_off),
        "supervision.projects_updated": len(books.updated),
        "supervision.county_circulars": sum(one.issued for one in books.circulars),
    }
