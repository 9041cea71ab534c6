"""What must come out of a script: a plain sequential model of it, without any service."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.dev.fengxian.county import County
from services.dev.fengxian.script import (
    CENTRAL,
    COUNTY,
    SECRETARY,
    Action,
    ChangePromise,
    FinishProject,
    ImportMembers,
    MakePromise,
    OpenProject,
    RefuseDemand,
    ReplaceProject,
    Script,
    SendDemand,
    WithdrawDemand,
    WithdrawPromise,
)

Figures = Mapping[str, int]
"""Figures by their names, as in figures.py."""


@dataclass(slots=True)
class Books:
    """The state of the county, one action after the other."""

    promises: dict[str, MakePromise] = field(default_factory=dict)
    projects: dict[str, OpenProject] = field(default_factory=dict)
    demands: dict[str, SendDemand] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    replaced: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    redated: set[str] = field(default_factory=set)

    def take(self, action: Action) -> None:
        EFFECTS[type(action)](self, action)

    def _make(self, one: MakePromise) -> None:
        self.promises.setdefault(one.number, one)

    def _members(self, one: ImportMembers) -> None:
        for row in one.rows:
            self._make(row)

    def _open(self, one: OpenProject) -> None:
        self.projects.setdefault(one.ledger, one)

    def _send(self, one: SendDemand) -> None:
        self.demands.setdefault(one.key, one)


EFFECTS: Final[Mapping[type, Callable[[Books, Any], None]]] = {
    MakePromise: Books._make,
    ImportMembers: Books._members,
    ChangePromise: lambda books, one: books.redated.add(one.number),
    WithdrawPromise: lambda books, one: books.withdrawn.add(one.number),
    OpenProject: Books._open,
    ReplaceProject: lambda books, one: books.replaced.add(one.ledger),
    FinishProject: lambda books, one: books.done.add(one.ledger),
    SendDemand: Books._send,
    RefuseDemand: lambda books, one: books.dropped.add(one.key),
    WithdrawDemand: lambda books, one: books.dropped.add(one.key),
}


def expected(script: Script) -> Figures:
    """Every figure that the services must compute from the same script."""
    books = Books()
    for action in script.actions:
        books.take(action)
    return {**_of_promises(books, script.county), **_of_projects(books), **_of_demands(books)}


def _of_promises(books: Books, county: County) -> Figures:
    standing = [one for number, one in books.promises.items() if number not in books.withdrawn]
    by_tier = Counter(one.tier for one in standing)
    met = [one for one in standing if one.occasion == "meeting"]
    met_by_leaders = sum(one.tier == "county_leader" for one in met)
    secretary = sum(one.post == SECRETARY for one in met)
    promising = {one.unit for one in standing if one.tier in ("town", "department")}
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
        "promises.redated": len(books.redated),
    }


def _of_projects(books: Books) -> Figures:
    listed = {ledger: one for ledger, one in books.projects.items() if ledger not in books.replaced}
    on_ledgers = [
        one
        for number, one in books.promises.items()
        if one.project in listed and number not in books.withdrawn
    ]
    funds = [(source, amount) for one in listed.values() for source, amount in one.funds]
    return {
        "projects.ledgers": len(listed),
        "projects.promises_on_ledgers": len(on_ledgers),
        "projects.done": len(books.done),
        "projects.county_funded": sum(source == COUNTY for source, _ in funds),
        "projects.county_funds": sum(amount for source, amount in funds if source == COUNTY),
        "projects.centrally_funded": sum(source == CENTRAL for source, _ in funds),
        "projects.central_funds": sum(amount for source, amount in funds if source == CENTRAL),
    }


def _of_demands(books: Books) -> Figures:
    counted = [one for key, one in books.demands.items() if key not in books.dropped]
    return {
        "demands.counted": len(counted),
        "demands.sources": len({one.channel for one in counted}),
        "demands.answered_for": len(counted),
    }
