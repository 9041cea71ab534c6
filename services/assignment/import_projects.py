"""Import a sheet of projects: checked whole, then opened whole or not at all; a repeat adds nothing."""

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.assignment.directory import Directory
from services.assignment.open_projects import Opened, Projects, Publish, Refused, look_over, open_projects
from services.assignment.project import Fault
from services.assignment.project_labels import DirectoryLabels
from services.assignment.project_sheet import ReadRow, SheetProblem, SheetRow, heading_problems, read_row


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
    if problems := heading_problems(rows):
        return SheetRefused(tuple(problems))
    labels = DirectoryLabels.of(directory)
    read = await to_thread(lambda: [read_row(row, labels) for row in rows])
    openings = [one.opening for one in read]
    if any(one.faults for one in read):
        return _refused(read, (await look_over(projects, directory, openings)).faults)
    found = await open_projects(projects, publish, directory, openings, by, now)
    return _refused(read, found.faults) if isinstance(found, Refused) else found


def _refused(read: Sequence[ReadRow], faults: Sequence[tuple[int, Fault]]) -> SheetRefused:
    of_row: defaultdict[int, list[Fault]] = defaultdict(list)
    for position, fault in faults:
        of_row[position].append(fault)
    return SheetRefused(tuple(problem for at, one in enumerate(read) for problem in one.problems(of_row[at])))
