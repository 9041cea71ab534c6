"""Supervisord for one data folder: started in the background, spoken to over its socket."""

import http.client
import os
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from services.dev.folder import DataFolder, own_folder, write_private
from services.dev.leftovers import is_gone
from services.dev.problem import Problem
from services.dev.program import Program, configuration, sections

POLL_SECONDS = 0.05
START_SECONDS = 15
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "PYTHONPATH")
UP = ("STARTING", "RUNNING", "BACKOFF")


@dataclass(frozen=True, slots=True)
class Process:
    """One program as supervisord sees it; `pid` is 0 while it isn't running."""

    name: str
    state: str
    pid: int
    ever_started: bool

    @property
    def is_up(self) -> bool:
        return self.state in UP

    def resident_bytes(self) -> int:
        """Resident memory of the process and all below it, in bytes; shared pages count once for each."""
        if not self.pid:
            return 0
        try:
            process = psutil.Process(self.pid)
            return sum(map(_resident, [process, *process.children(recursive=True)]))
        except psutil.NoSuchProcess:
            return 0


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


@dataclass(frozen=True, slots=True)
class Supervisor:
    """The supervisord of `folder`, running or not."""

    folder: DataFolder

    def is_running(self) -> bool:
        """Whether it answers and isn't about to end."""
        try:
            return self.pid() > 0
        except (OSError, http.client.HTTPException, xmlrpc.client.Fault):
            return False

    def pid(self) -> int:
        """Its process id."""
        return int(self._call("supervisor.getPID"))

    def processes(self) -> list[Process]:
        """All its programs, in the order in which they are started."""
        found = self._call("supervisor.getAllProcessInfo")
        return [Process(each["name"], each["statename"], each["pid"], each["start"] > 0) for each in found]

    def configure(self, programs: Iterable[Program]) -> None:
        """Write the configuration; programs that are new to a running supervisor become known to it."""
        write_private(self.folder.configuration, configuration(self.folder, programs, os.geteuid() == 0))
        if not self.is_running():
            return
        added, changed, _ = self._call("supervisor.reloadConfig")[0]
        up = {process.name for process in self.processes() if process.is_up}
        for name in set(changed) - up:
            self._call("supervisor.removeProcessGroup", name)
        for name in [*added, *(set(changed) - up)]:
            self._call("supervisor.addProcessGroup", name)

    def add(self, programs: Iterable[Program]) -> None:
        """Make further programs known to a running supervisor, until the next `configure`."""
        configured = self.folder.configuration.read_text(encoding="utf-8")
        write_private(self.folder.configuration, configured + sections(self.folder, programs))
        for name in self._call("supervisor.reloadConfig")[0][0]:
            self._call("supervisor.addProcessGroup", name)

    def launch(self) -> None:
        """Start it in the background, in a clean environment; it outlives us."""
        own_folder(self.folder.socket.parent)
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self.folder.configuration)]
        done = subprocess.run(
            command, env=_environment(os.environ), umask=0o077, capture_output=True, text=True, check=False
        )
        if done.returncode:
            log = self.folder.logs / "supervisord.log"
            raise Problem(f"the supervisor doesn't start ({done.stderr.strip()[-300:]})", f"see {log}")
        self._await(self.is_running, "the supervisor doesn't answer")

    def start(self, names: Iterable[str]) -> None:
        """Start programs that aren't up, without waiting for them."""
        down = {process.name for process in self.processes() if not process.is_up}
        for name in names:
            if name in down:
                self._call("supervisor.startProcess", name, False)

    def stop(self, names: Iterable[str]) -> None:
        """Stop programs all at once and wait until each is gone."""
        wanted = set(names)
        for process in self.processes():
            if process.name in wanted and process.is_up:
                self._call("supervisor.stopProcess", process.name, False)
        while any(each.pid or each.is_up for each in self.processes() if each.name in wanted):
            time.sleep(POLL_SECONDS)

    def shutdown(self) -> None:
        """End the supervisor itself and wait until it is gone."""
        process = psutil.Process(self.pid())
        self._call("supervisor.shutdown")
        while not is_gone(process):
            self.is_running()  # a request wakes its loop, which otherwise turns once a second
            time.sleep(POLL_SECONDS)

    def _call(self, method: str, *arguments: Any) -> Any:
        from supervisor.xmlrpc import SupervisorTransport

        transport = SupervisorTransport(serverurl=f"unix://{self.folder.socket}")
        try:
            return xmlrpc.client.ServerProxy("http://127.0.0.1", transport).__getattr__(method)(*arguments)
        finally:
            transport.close()

    def _await(self, condition: Any, what: str) -> None:
        until = time.monotonic() + START_SECONDS
        while not condition():
            if time.monotonic() > until:
                raise Problem(what, f"see {self.folder.logs / 'supervisord.log'}")
            time.sleep(POLL_SECONDS)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What every program may inherit: no secret, no setting of the person who typed `yinuo up`."""
    return {name: environ[name] for name in PASSED_ON if name in environ} | {"PYTHONUNBUFFERED": "1"}


def checkout() -> Path:
    """The folder from which `python -m services.…` finds the services."""
    return Path(__file__).resolve().parents[2]
