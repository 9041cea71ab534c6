"""Processes of a data folder that nobody supervises any more: their supervisor was killed."""

import contextlib
import signal
import time
from pathlib import Path

import psutil

from services.dev.folder import DataFolder

GRACE_SECONDS = 15
POLL_SECONDS = 0.05


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
    for process in _still_there(processes, GRACE_SECONDS):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _still_there(processes, GRACE_SECONDS)


def _still_there(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until all are gone, at most so long; returns those that aren't."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not all(map(is_gone, processes)):
        time.sleep(POLL_SECONDS)
    return [process for process in processes if not is_gone(process)]


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended; one that only waits for its parent to take note has, too."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


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
