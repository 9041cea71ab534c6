"""The processes that run in a data folder."""

from dataclasses import dataclass
from pathlib import Path

from services.dev.folder import DataFolder, read_json
from services.dev.problem import Problem
from services.dev.stack import PREFIX
from services.dev.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `yinuo status`; `pid` is 0 while the process isn't running."""

    name: str
    pid: int
    port: int
    state: str
    resident_bytes: int


def process_rows(data: Path) -> list[Row]:
    """What runs in a data folder, Kafka and PostgreSQL included. Errors: Problem where nothing does."""
    folder = DataFolder.at(data)
    supervisor = Supervisor(folder)
    if not supervisor.is_running():
        raise Problem(f"nothing runs in {data}", f"start it with `yinuo up --data {data}`")
    ports = read_json(folder.stack).get("ports", {})
    rows = []
    for process in supervisor.processes():
        name = process.name.removeprefix(PREFIX)
        if process.ever_started:
            rows.append(Row(name, process.pid, ports.get(name, 0), process.state, process.resident_bytes()))
    return rows
