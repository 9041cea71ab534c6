"""Processes of a data folder that nobody supervises any more: their supervisor was killed."""

import signal
from pathlib import Path

import psutil

from services.dev.folder import DataFolder

GRACE_SECONDS = 15


def end_leftovers(folder: DataFolder, postgres_data: Path | None) -> list[int]:
    """End what an earlier supervisor of this data folder left running; returns their process ids.

    To be called only while no supervisor answers.
    """
    found = [*_children_of_our_supervisor(folder), *_postmaster(postgres_data)]
    _end(found)
    return [process.pid for process in found]


def end_postmaster(data: Path) -> None:
    """End the server that runs on a cluster's folder, if one does."""
    _end(_postmaster(data))


def _end(processes: list[psutil.Process]) -> None:
    """Ask first (PostgreSQL by SIGINT, its fast shutdown), then kill."""
    for process in processes:
        _ask(process)
    _, alive = psutil.wait_procs(processes, timeout=GRACE_SECONDS)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=GRACE_SECONDS)


def _ask(process: psutil.Process) -> None:
    try:
        if Path(process.cmdline()[0]).name == "postgres":
            process.send_signal(signal.SIGINT)
        else:
            process.terminate()
    except (psutil.NoSuchProcess, IndexError):
        return


def _children_of_our_supervisor(folder: DataFolder) -> list[psutil.Process]:
    """Supervisord tells each child its address, which is this data folder's; the command must fit, too."""
    address = f"unix://{folder.socket}"
    return [
        process
        for process in psutil.process_iter()
        if _is_child(process, address) and is_ours(process, folder)
    ]


def _is_child(process: psutil.Process, address: str) -> bool:
    try:
        return process.environ().get("SUPERVISOR_SERVER_URL") == address
    except (psutil.Error, OSError):
        return False


def is_ours(process: psutil.Process, folder: DataFolder) -> bool:
    """Whether the command line is one of those that our supervisor runs."""
    try:
        command = process.cmdline()
    except psutil.Error:
        return False
    if "kafka.Kafka" in command:
        return str(folder.kafka / "server.properties") in command
    if "-m" in command:
        return command[command.index("-m") + 1].startswith("services.")
    return bool(command) and Path(command[0]).name == "postgres" and "-D" in command


def _postmaster(data: Path | None) -> list[psutil.Process]:
    """The server by its pid file, if its command line names the cluster: process ids are used again."""
    pid_file = data / "postmaster.pid" if data else None
    if pid_file is None or not pid_file.exists():
        return []
    try:
        process = psutil.Process(int(pid_file.read_text(encoding="utf-8").split()[0]))
        return [process] if str(data) in process.cmdline() else []
    except (psutil.Error, ValueError, IndexError):
        return []
