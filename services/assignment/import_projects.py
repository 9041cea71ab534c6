"""Import a sheet of projects: checked whole, then opened whole or not at all; a repeat adds nothing."""

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.assignment.directory import Directory
from services.assignment.open_projects import (
    Opened,
    OpeningsRefused,
    Projects,
    Publish,
    look_over,
    open_projects,
)
from services.assignment.project import Fault
from services.assignment.project_labels import DirectoryLabels
from services.assignment.project_sheet import (
    ReadRow,
    SheetProblem,
    SheetRow,
    heading_problems,
    read_row,
    row_problems,
)


@dataclass(frozen=True, slots=True)
class SheetRefused:
    """Everything to correct, by row; nothing was opened."""

    problems: tuple[SheetProblem, ...]


async def import_projects(
    projects: Projects,
    publish: Publish,
    directory: Directory,
    rows: Sequence[SheetRow],
    by: str,
    now: datetime,
) -> Opened | SheetRefused:
    """Open the projects of a sheet in one transaction."""
    sound = [row for row in rows if row.fault is None]
    headings = heading_problems(sound)
    labels = DirectoryLabels.of(directory)
    read = await to_thread(lambda: [read_row(row, labels) for row in sound])
    openings = [one.opening for one in read]
    told = [*headings, *row_problems(rows)]
    partial = {at for at, one in enumerate(read) if one.faults}
    if told or partial:
        return _refused(told, read, (await look_over(projects, directory, openings, partial)).faults)
    found = await open_projects(projects, publish, directory, openings, by, now)
    return _refused([], read, found.faults) if isinstance(found, OpeningsRefused) else found


def _refused(
    told: Sequence[SheetProblem], read: Sequence[ReadRow], faults: Sequence[tuple[int, Fault]]
) -> SheetRefused:
    """What was `told` of headings and whole rows, and what is wrong with the cells, by row."""
    of_row: defaultdict[int, list[Fault]] = defaultdict(list)
    for position, fault in faults:
        of_row[position].append(fault)
    missing = {problem.column for problem in told}
    of_cells = [problem for at, one in enumerate(read) for problem in one.problems(of_row[at], missing)]
    return SheetRefused(tuple(sorted([*told, *of_cells], key=lambda problem: problem.row)))
