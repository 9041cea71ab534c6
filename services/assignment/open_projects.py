"""Open projects: one, or a whole list of them; all that was given goes in, or nothing of it."""

from asyncio import to_thread
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

from services.assignment.directory import Directory, local_day, repeated
from services.assignment.project import Fault, Link, Moved, Project, link_all, opened
from services.assignment.project_labels import DirectoryLabels
from services.assignment.project_plan import plan_faults
from services.contracts.project import LinkedHow, Plan, ProjectEvent
from services.contracts.public_text import PublicText

PROMOTED: Final = PublicText("由办件立项")
MERGED: Final = PublicText("与关联本项目的办件并办")

Links = dict[tuple[UUID, UUID], LinkedHow]
"""(case, project) of links, and how each came about."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A project as it shall stand in the list, and the cases that it was made of."""

    ledger: str
    plan: Plan
    cases: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """The projects that are new, and those that stood in the list with the same plan already."""

    opened: tuple[Project, ...]
    unchanged: tuple[Project, ...]


@dataclass(frozen=True, slots=True)
class OpeningsRefused:
    """Nothing was opened. Each fault with the position (from 0) of what it is in."""

    faults: tuple[tuple[int, Fault], ...]


@dataclass(frozen=True, slots=True)
class KnownCase:
    """What a project needs of a case. `lead`: the case that it is merged into."""

    case_id: UUID
    demand_id: UUID
    lead: UUID | None = None


class Projects(Protocol):
    """Where projects are kept, within one transaction."""

    async def lock_list(self) -> None:
        """One change of the list at a time; whoever keeps a copy of the open projects reads it anew."""
        ...

    async def of_ledgers(self, ledgers: Sequence[str]) -> dict[str, Project]:
        """Those there are among them, held until commit."""
        ...

    async def hold_groups(self) -> None:
        """No group of cases changes until commit. Asked first, as whoever regroups holds it first."""
        ...

    async def with_groups(self, case_ids: Sequence[UUID]) -> dict[UUID, KnownCase]:
        """Those cases there are among them, with all of their groups."""
        ...

    async def linked(self, case_ids: Sequence[UUID]) -> Links:
        """All links of some cases."""
        ...

    async def record(self, moved: Sequence[Moved], by: str, now: datetime) -> None:
        """Keep what happened, in its order. A link accepts the offer of its project, if one is open."""
        ...


@dataclass(frozen=True, slots=True)
class Looked:
    """Which projects are there, the cases they name, and each fault with the position of its opening."""

    there: Mapping[str, Project]
    cases: Mapping[UUID, KnownCase]
    faults: tuple[tuple[int, Fault], ...]


Publish = Callable[[ProjectEvent], None]


async def open_projects(
    projects: Projects,
    publish: Publish,
    directory: Directory,
    openings: Sequence[Opening],
    by: str,
    now: datetime,
) -> Opened | OpeningsRefused:
    """Open all that aren't there yet; one that is there with the same plan and cases adds nothing."""
    looked = await look_over(projects, directory, openings)
    if looked.faults:
        return OpeningsRefused(looked.faults)
    there, cases = looked.there, looked.cases
    today = local_day(now)
    new = [_moved(one, cases, now, today) for one in openings if one.ledger not in there]
    everything = [moved for each in new for moved in each]
    await projects.record(everything, by, now)
    for moved in everything:
        publish(moved.event)
    return Opened(tuple(each[-1].project for each in new), tuple(there.values()))


async def look_over(
    projects: Projects,
    directory: Directory,
    openings: Sequence[Opening],
    partial: Set[int] = frozenset(),
) -> Looked:
    """Find everything wrong with some openings, the list being held until commit.

    Those at `partial` positions hold stand-ins: they aren't compared with what stands in the list.
    """
    await projects.hold_groups()
    await projects.lock_list()
    there = await projects.of_ledgers([one.ledger for one in openings])
    cases = await projects.with_groups([case for one in openings for case in one.cases])
    linked = await projects.linked(list(cases))
    # In a thread: a sheet has thousands of plans, and what is unknown is compared with all that is known.
    faults = await to_thread(lambda: tuple(_faults(openings, there, cases, linked, directory, partial)))
    return Looked(there, cases, faults)


def _faults(
    openings: Sequence[Opening],
    there: Mapping[str, Project],
    cases: Mapping[UUID, KnownCase],
    linked: Links,
    directory: Directory,
    partial: Set[int],
) -> Iterator[tuple[int, Fault]]:
    labels = DirectoryLabels.of(directory)
    twice = set(repeated(one.ledger for one in openings))
    for position, one in enumerate(openings):
        if position in twice:
            yield position, Fault("ledger", f"台账编号 {one.ledger} 重复出现", "删去多余的一行，或换一个编号")
        project = there.get(one.ledger)
        if project is None or project.plan != one.plan:  # what stands may name a unit that is gone since
            yield from ((position, fault) for fault in plan_faults(one.plan, directory, labels))
        if project is not None and position not in partial:
            yield from ((position, fault) for fault in _taken(one, project, linked))
        for case in one.cases:
            if case not in cases:
                yield position, Fault("cases", f"没有办件 {case}", "写 /cases 中已有的办件")


def _taken(one: Opening, project: Project, linked: Links) -> Iterator[Fault]:
    if project.plan != one.plan:
        yield Fault(
            "ledger",
            f"台账编号 {one.ledger} 已有项目，内容不同",
            "变更项目要写明理由（POST /projects/{ledger}/change），不能重新导入；新项目换一个编号",
        )
    elif any((case, project.project_id) not in linked for case in one.cases):
        yield Fault(
            "cases",
            f"项目 {one.ledger} 已在清单中，所列办件没有都关联它",
            "逐件关联（POST /projects/{ledger}/cases）",
        )


def _moved(one: Opening, cases: Mapping[UUID, KnownCase], now: datetime, today: date) -> list[Moved]:
    new = opened(one.ledger, one.plan, now, today)
    links = links_of([cases[case] for case in one.cases], cases, "promoted", PROMOTED)
    return [new, *link_all(new.project, links, today)]


def links_of(
    named: Sequence[KnownCase], known: Mapping[UUID, KnownCase], how: LinkedHow, why: PublicText
) -> list[Link]:
    """The links of some cases and of all of their groups, each case once, in that order.

    A lead case stands for its matter: it is linked as the case that was named. The others follow it.
    """
    links = {
        one.case_id: Link(one.case_id, one.demand_id, how, why) for one in (*named, *_leads(named, known))
    }
    for one in known.values():
        if one.lead in links:
            links.setdefault(one.case_id, Link(one.case_id, one.demand_id, "merged", MERGED))
    return list(links.values())


def _leads(named: Iterable[KnownCase], known: Mapping[UUID, KnownCase]) -> Iterator[KnownCase]:
    yield from (known[one.lead] for one in named if one.lead is not None)
