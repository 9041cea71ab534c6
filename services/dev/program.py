"""What the supervisor runs, and its configuration."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.dev.folder import DataFolder

RETRIES = 1_000_000
"""Supervisord waits one second longer after each failure and gives up after the last: never, for us."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process under the supervisor.

    `user` is who it runs as where the supervisor is root; `stop_seconds` is the grace between `stop_signal`
    and SIGKILL; the highest `priority` is stopped first; it counts as running after `start_seconds`.
    """

    name: str
    command: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 12
    start_seconds: int = 1
    priority: int = 10
    stop_group: bool = False


HEAD = """\
[supervisord]
pidfile={root}/supervisord.pid
logfile={root}/logs/supervisord.log
logfile_maxbytes=5MB
logfile_backups=2
childlogdir={root}/logs
directory={root}
nodaemon=false
umask=077
{user}
[unix_http_server]
file={socket}
chmod=0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{socket}
"""
SECTION = """
[program:{name}]
command={command}
directory={directory}
environment={environment}
autostart=false
autorestart=true
startretries={retries}
startsecs={start_seconds}
stopsignal={stop_signal}
stopwaitsecs={stop_seconds}
stopasgroup={stop_group}
killasgroup=true
priority={priority}
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
{user}"""


def configuration(folder: DataFolder, programs: Iterable[Program], root: bool) -> str:
    """Supervisord's configuration. It holds secrets: keep the file to its owner."""
    user = "user=root\n" if root else ""
    head = HEAD.format(root=_escaped(folder.root), socket=_escaped(folder.socket), user=user)
    return head + sections(folder, programs)


def sections(folder: DataFolder, programs: Iterable[Program]) -> str:
    """The part of the configuration that says what to run."""
    return "".join(_section(folder, program) for program in programs)


def _section(folder: DataFolder, program: Program) -> str:
    variables = ",".join(f'{name}="{_escaped(value)}"' for name, value in program.environment.items())
    return SECTION.format(
        name=program.name,
        command=_escaped(shlex.join(program.command)),
        directory=_escaped(program.directory),
        environment=variables,
        retries=RETRIES,
        start_seconds=program.start_seconds,
        stop_signal=program.stop_signal,
        stop_seconds=program.stop_seconds,
        stop_group=str(program.stop_group).lower(),
        priority=program.priority,
        log=_escaped(folder.logs / f"{program.name}.log"),
        user=f"user={program.user}\n" if program.user else "",
    )


def _escaped(value: object) -> str:
    """Supervisord expands `%(…)s` in every value."""
    return str(value).replace("%", "%%")
